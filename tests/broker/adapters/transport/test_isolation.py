"""I-16 and F42: no answer ever holds anything of another person's."""

from __future__ import annotations

import asyncio
import random

import pytest

from broker.adapters.transport import HttpTransport
from broker.domain.identity import NhsNumber
from broker.ports.connector import HttpRequest, HttpResponse, TransportFault
from tests.support.fault_partner import FaultPartner, Line, answer, replies
from tests.support.patients import ASHA
from tests.support.transports import READ, permit, transport

POISON = answer(b'{"canary": "somebody else"}')


async def test_bytes_after_a_body_never_reach_the_next_request() -> None:
    """F42 in one segment: the connection is dropped, the next call opens another."""
    async with FaultPartner(replies(answer(b"{}") + POISON, answer(b"[]"))) as partner:
        road = transport(partner.endpoint)
        assert (await road.send(READ, permit())).body == b"{}"
        assert (await road.send(READ, permit())).body == b"[]"
        assert partner.connections == 2
        await road.aclose()


async def _until_unread(road: HttpTransport) -> None:
    """Return when the one resting connection holds bytes that nobody asked for."""
    assert road._session is not None
    assert road._session.connector is not None
    ((resting, _),) = next(iter(road._session.connector._conns.values()))
    while not resting.should_close:  # noqa: ASYNC110 - a resting connection has no event
        await asyncio.sleep(0)


async def test_bytes_sent_while_a_connection_rests_never_reach_the_next_request() -> None:
    """F42 later: what comes in on a pooled connection makes it unusable."""
    poison_now, poisoned = asyncio.Event(), asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.write(answer(b"{}"))
        if line.number == 1:
            await poison_now.wait()
            await line.write(POISON)
            poisoned.set()
        await line.left()

    async with FaultPartner(script) as partner:
        road = transport(partner.endpoint)
        await road.send(READ, permit())
        poison_now.set()
        await poisoned.wait()
        await _until_unread(road)
        assert (await road.send(READ, permit())).body == b"{}"
        assert partner.connections == 2
        await road.aclose()


async def test_a_whole_exchange_leaves_its_connection_for_the_next() -> None:
    """The other half of the statement: good connections are used again."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        for _ in range(5):
            await road.send(READ, permit())
        assert partner.connections == 1
        await road.aclose()


@pytest.mark.parametrize("stage", ["before headers", "within the body"])
async def test_a_cancelled_call_closes_its_connection(stage: str) -> None:
    """The partner sees the caller go at once, and its late answer goes nowhere."""

    async def slow(line: Line) -> None:
        await line.request()
        if stage == "within the body":
            await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        await line.left()

    async with FaultPartner(slow) as partner:
        road = transport(partner.endpoint)
        call = asyncio.create_task(road.send(READ, permit()))
        await partner.asked.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(partner.hung_up.wait(), 2)
        await road.aclose()


async def _echo_slowly(line: Line) -> None:
    """Answers each request with the id that it asked for, in two parts, sometimes late."""
    chance = random.Random(line.number)  # noqa: S311 - which calls are late, not a secret
    while request := await line.request():
        person = request.split(b" ")[1].rpartition(b"/")[2]
        await asyncio.sleep(chance.choice((0, 0, 0.004)))
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(person) + person[:3])
        await asyncio.sleep(chance.choice((0, 0.003)))
        await line.write(person[3:])


async def test_cancelled_neighbours_never_put_a_connection_out_of_step() -> None:
    """1,500 interleaved reads, a third of them cancelled at any moment: every answer is its own."""
    chance = random.Random(16)  # noqa: S311 - which calls are cancelled, not a secret
    async with FaultPartner(_echo_slowly) as partner:
        road = transport(partner.endpoint, queue_wait_s_max=30)

        async def read(person: str) -> HttpResponse:
            return await road.send(HttpRequest(method="GET", path=f"Patient/{person}"), permit(within_s=30))

        kept = 0
        for round_of in range(10):
            people = [f"canary-{round_of}-{count}" for count in range(150)]
            calls = {person: asyncio.create_task(read(person)) for person in people}
            doomed = chance.sample(people, 50)
            for person in doomed:
                await asyncio.sleep(chance.choice((0, 0.001)))
                calls[person].cancel()
            for person, call in calls.items():
                try:
                    assert (await call).body == person.encode()
                    kept += 1
                except asyncio.CancelledError:
                    assert person in doomed
        assert kept >= 1_000
        await road.aclose()


async def test_no_cookie_joins_two_calls() -> None:
    """What a partner sets is not sent back to it."""
    async with FaultPartner(replies(answer(b"{}", "200 OK", "Set-Cookie: who=asha; Path=/"))) as partner:
        road = transport(partner.endpoint)
        await road.send(READ, permit())
        await road.send(READ, permit())
        assert b"cookie" not in partner.requests[1].lower()
        await road.aclose()


async def test_a_permit_for_another_partner_opens_nothing() -> None:
    """A permit names its partner; the request never reaches the wire."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        foreign = permit(ASHA, NhsNumber("9990000026"))
        object.__setattr__(foreign, "partner_id", "elsewhere")
        with pytest.raises(TransportFault, match="not-allowed-call"):
            await road.send(READ, foreign)
        assert partner.connections == 0
        await road.aclose()
