"""Every wait at the door has an end, and a client that leaves takes its question with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import Callable

import aiohttp
import pytest

from broker.domain.limits import BrokerLimits
from broker.http.door import GATE
from broker.http.server import Door
from broker.http.settings import DoorSettings
from broker.pipeline.question import Question, Reply
from tests.support.http_door import (
    Answers,
    Held,
    connection,
    get,
    head_and_body,
    knock,
    open_door,
    status_of,
)

QUICK = DoorSettings(limits=BrokerLimits(headers_s=0.2))


HALF_A_HEAD = b"GET /fhir/metadata HTTP/1.1\r\nHost: door.test\r\nX-Slow: "


@pytest.mark.parametrize("sent", [b"", b"G", HALF_A_HEAD])
async def test_a_head_that_does_not_come_closes_the_connection(sent: bytes) -> None:
    """A33: an idle new connection and half a head are closed after `headers_s`, without a word."""
    async with open_door(settings=QUICK) as door:
        began_s = asyncio.get_running_loop().time()
        assert await knock(door, sent, within_s=5) == b""
        assert 0.15 < asyncio.get_running_loop().time() - began_s < 2


async def test_a_trickled_head_closes_the_connection_all_the_same() -> None:
    """A33: a byte now and then does not move the end of the wait."""
    async with open_door(settings=QUICK) as door, connection(door.port) as (reader, writer):
        writer.write(HALF_A_HEAD)
        closed = asyncio.create_task(reader.read())
        began_s = asyncio.get_running_loop().time()
        while not closed.done():
            writer.write(b"a")
            await asyncio.wait([closed], timeout=0.05)
        assert 0.15 < asyncio.get_running_loop().time() - began_s < 2
        assert closed.exception() is not None or closed.result() == b""


async def test_a_used_connection_may_rest_but_not_trickle() -> None:
    """Keep-alive lasts `idle_s`; half a second head is closed after `headers_s`."""
    request = get("/healthz").replace(b"Connection: close\r\n", b"")
    async with open_door(settings=QUICK) as door, connection(door.port) as (reader, writer):
        for _ in range(2):
            writer.write(request)
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(len(b'{"alive":true}')) == b'{"alive":true}'
            with pytest.raises(TimeoutError):  # it rests for longer than `headers_s` and stays open
                await asyncio.wait_for(reader.read(1), 0.4)
        writer.write(HALF_A_HEAD)
        assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_an_idle_connection_is_closed_after_its_time() -> None:
    """A33: `idle_s` after its last answer."""
    async with open_door(settings=DoorSettings(idle_s=0.2)) as door:
        response = await knock(door, get("/healthz").replace(b"Connection: close\r\n", b""), within_s=5)
    assert status_of(response) == 200


async def test_a_slow_body_is_refused() -> None:
    """A33: a form that does not end within `headers_s` is 408."""
    request = get(
        "/fhir/Patient/_search",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 100",
        method="POST",
    )
    async with open_door(settings=QUICK) as door:
        assert status_of(await knock(door, request + b"identifier=", within_s=5)) == 408


async def test_a_slow_reader_is_cut_off() -> None:
    """A33: a response that is not taken within `write_s` ends with the connection, cut and not ended."""
    answers = Answers(reply=Reply(status=200, body=(b"x" * 30_000_000,)))
    async with open_door(answers, DoorSettings(write_s=0.3)) as door:
        loop = asyncio.get_running_loop()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
            await loop.sock_connect(sock, ("127.0.0.1", door.port))
            await loop.sock_sendall(sock, get("/fhir/Patient/token"))
            async with asyncio.timeout(5):
                await _until(lambda: bool(answers.asked) and not _connections(door))
            assert await _all_there_is(sock) < 30_000_000


async def _all_there_is(sock: socket.socket) -> int:
    """How many bytes come before the connection ends, cleanly or not."""
    received = 0
    try:
        while piece := await asyncio.get_running_loop().sock_recv(sock, 1 << 20):
            received += len(piece)
    except ConnectionResetError:
        return received
    return received


def _connections(door: Door) -> int:
    assert door._runner.server is not None
    return len(door._runner.server.connections)


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await _a_moment()


async def _a_moment() -> None:
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)


async def test_a_connection_has_its_share_of_requests() -> None:
    """A34: of 1,000 pipelined requests a connection answers its share, the last one says so, and closes."""
    settings = DoorSettings(requests_per_connection_max=40)
    request = get("/healthz").replace(b"Connection: close\r\n", b"")
    async with open_door(settings=settings) as door:
        response = await knock(door, request * 1_000)
    assert response.count(b"HTTP/1.1 200 OK") == 40
    assert response.count(b"Connection: close") == 1


async def test_a_connection_has_its_share_of_time() -> None:
    """A34: an answer after `connection_s_max` is the last on its connection."""
    async with open_door(settings=DoorSettings(connection_s_max=0.0)) as door:
        response = await knock(door, get("/healthz").replace(b"Connection: close\r\n", b""))
    assert b"Connection: close" in response


async def test_connections_over_the_limit_are_dropped_and_the_others_served() -> None:
    """A33: idle connections cannot take the door from those who ask."""
    settings = DoorSettings(connections_max=3)
    async with open_door(settings=settings) as door, aiohttp.ClientSession() as client:
        assert (await _status(client, door)) == 200
        async with contextlib.AsyncExitStack() as stack:
            idle = [await stack.enter_async_context(connection(door.port)) for _ in range(20)]
            ended = await asyncio.gather(*(_ended(reader) for reader, _ in idle))
            assert ended.count(True) == 18
            assert (await _status(client, door)) == 200


async def _status(client: aiohttp.ClientSession, door: Door) -> int:
    async with client.get(f"{door.url}/metadata") as response:
        await response.read()
        return response.status


async def _ended(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(0.5):
            return await reader.read() == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


async def test_a_client_that_leaves_cancels_its_question_at_once() -> None:
    """A59: cancellation reaches the pipeline within 100 ms of the connection's end."""
    held = Held()
    async with open_door(held) as door, connection(door.port) as (_, writer):
        writer.write(get("/fhir/Patient/token"))
        await held.began.wait()
        writer.transport.abort()
        left_s = asyncio.get_running_loop().time()
        await asyncio.wait_for(held.cancelled.wait(), 5)
        assert asyncio.get_running_loop().time() - left_s < 0.1


async def test_the_pipeline_hears_once_how_a_reply_ended() -> None:
    """`sent` with every byte when all was handed over; `client-left` with fewer when the client left."""
    ends: list[tuple[str, int]] = []
    heard = asyncio.Event()

    def finished(how: str, bytes_sent: int) -> None:
        ends.append((how, bytes_sent))
        heard.set()

    answers = Answers(reply=Reply(status=200, body=(b"x" * 20_000_000,), finished=finished))
    async with open_door(answers) as door:
        whole = await knock(door, get("/fhir/Patient/token"))
        assert ends == [("sent", len(whole))]
        heard.clear()
        async with connection(door.port) as (reader, writer):
            writer.write(get("/fhir/Patient/token"))
            await reader.readexactly(1_000)
            writer.transport.abort()
            await asyncio.wait_for(heard.wait(), 5)
    assert [how for how, _ in ends] == ["sent", "client-left"]


async def test_clients_that_leave_at_random_leave_nothing_behind() -> None:
    """A59: after 300 departures at random moments no question, connection, task or descriptor is left."""
    chance = random.Random(59)  # noqa: S311 - a seed, not a secret

    async def brief(_question: Question) -> Reply:
        await asyncio.wait_for(asyncio.shield(_a_moment()), 1)
        return Reply(status=200, body=(b"x" * 200_000,))

    async with open_door(brief) as door:
        await knock(door, get("/fhir/Patient/token"))
        descriptors, tasks = _descriptors(), len(asyncio.all_tasks())
        for _ in range(300):
            async with connection(door.port) as (_, writer):
                request = get("/fhir/Patient/token")
                writer.write(request[: chance.randrange(1, len(request) + 60)])
                for _ in range(chance.randrange(4)):
                    await _a_moment()
                writer.transport.abort()
        async with asyncio.timeout(10):
            await door._runner.app[GATE].emptied()
            await _until(lambda: not _connections(door) and len(asyncio.all_tasks()) <= tasks)
        assert door._runner.app[GATE].under_way == 0
        assert _descriptors() <= descriptors + 1


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - one directory entry for each descriptor


async def test_over_the_limit_a_question_is_shed_before_any_work() -> None:
    """503 with Retry-After while the places are taken; served again when one is free; probes always."""
    held = Held()
    settings = DoorSettings(limits=BrokerLimits(requests_at_once_max=1))
    async with open_door(held, settings) as door:
        first = asyncio.create_task(knock(door, get("/fhir/Patient/token")))
        await held.began.wait()
        began_s = asyncio.get_running_loop().time()
        shed = await knock(door, get("/fhir/Patient/token"))
        assert asyncio.get_running_loop().time() - began_s < 0.5
        assert status_of(shed) == 503
        assert "\r\nRetry-After: 1\r\n" in head_and_body(shed)[0] + "\r\n"
        assert status_of(await knock(door, get("/healthz"))) == 200
        held.let_go.set()
        assert status_of(await first) == 200
        assert status_of(await knock(door, get("/fhir/Patient/token"))) == 200
