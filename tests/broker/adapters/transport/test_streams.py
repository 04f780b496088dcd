"""An answer that is read as it is asked for: its faults, its limits, its place among the partner's calls."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from broker.adapters.transport import HttpTransport
from broker.adapters.transport.breaker import BreakerState
from broker.adapters.transport.services import Services
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpRequest, TransportFault
from broker.ports.transport import Streamed, StreamingTransport
from tests.support.fault_partner import FaultPartner, Line, Script, answer, replies, reset, silent
from tests.support.transports import READ, permit, transport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
MIB = 1024 * 1024


@asynccontextmanager
async def road_to(script: Script, **limits: float) -> AsyncIterator[tuple[HttpTransport, FaultPartner]]:
    """A partner that plays a script, and the road to it."""
    async with FaultPartner(script) as partner:
        road = transport(partner.endpoint, **limits)
        try:
            yield road, partner
        finally:
            await road.aclose()


async def whole(stream: Streamed) -> bytes:
    """Every piece; closed however it ends."""
    found = bytearray()
    try:
        while piece := await stream.piece():
            found += piece
    finally:
        stream.close()
    return bytes(found)


async def fault_of(work: Awaitable[object]) -> tuple[OutcomeLabel, Cause]:
    """Label and cause of the fault that it ends with."""
    with pytest.raises(TransportFault) as caught:
        await work
    return caught.value.label, caught.value.cause


@pytest.mark.parametrize("encoded", [False, True])
async def test_a_stream_gives_status_headers_and_every_byte(encoded: bool) -> None:
    """Decoded where it came compressed; the connection of one that was read to its end serves the next."""
    body = b"document " * 40_000
    sent = gzip.compress(body) if encoded else body
    headers = ["Content-Type: application/pdf", *(["Content-Encoding: gzip"] if encoded else [])]
    async with road_to(replies(answer(sent, "200 OK", *headers)), ratio_max=1_000) as (road, partner):
        for _ in range(2):
            stream = await road.stream(READ, permit())
            assert (stream.status, stream.headers["content-type"]) == (200, "application/pdf")
            assert await whole(stream) == body
        assert partner.connections == 1


def after_the_head(play: Callable[[Line], Awaitable[None]]) -> Script:
    """A megabyte promised, a part given, and then what the script plays."""

    async def script(line: Line) -> None:
        await line.request()
        await line.write(HEAD + bytes(10_000))
        await play(line)

    return script


async def cut(line: Line) -> None:
    """Ends the connection."""
    line.reset()


async def crawl(line: Line) -> None:
    """A few bytes again and again."""
    while not line.writer.transport.is_closing():
        await line.write(bytes(10))
        await line.dawdle(0.02)


FAULTS = {
    "cut": (after_the_head(cut), {}, (OutcomeLabel.INVALID, Cause.CUT_SHORT)),
    "idle": (after_the_head(Line.left), {"idle_s": 0.1}, (OutcomeLabel.TIMED_OUT, Cause.SLOW)),
    "slow": (
        after_the_head(crawl),
        {"rate_bytes_per_s_min": 100_000},
        (OutcomeLabel.TIMED_OUT, Cause.SLOW),
    ),
    "endless": (
        replies(answer(bytes(2 * MIB))),
        {"document_bytes_max": MIB},
        (OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES),
    ),
    "a bomb": (
        replies(answer(gzip.compress(bytes(20 * MIB)), "200 OK", "Content-Encoding: gzip")),
        {},
        (OutcomeLabel.TOO_LARGE, Cause.RATIO),
    ),
    "cut inside its encoding": (
        replies(answer(gzip.compress(bytes(9_000))[:-4], "200 OK", "Content-Encoding: gzip")),
        {"ratio_max": 1_000},
        (OutcomeLabel.INVALID, Cause.CUT_SHORT),
    ),
    "of an unknown encoding": (
        replies(answer(b"x", "200 OK", "Content-Encoding: br")),
        {},
        (OutcomeLabel.INVALID, Cause.MALFORMED),
    ),
}


@pytest.mark.parametrize(("script", "limits", "expected"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_body_that_goes_wrong_is_a_fault(
    script: Script, limits: dict[str, float], expected: tuple[OutcomeLabel, Cause]
) -> None:
    """After the headers nothing is tried again, and where more was to come the connection is closed."""
    async with road_to(script, **limits) as (road, partner):
        stream = await road.stream(READ, permit())
        assert await fault_of(whole(stream)) == expected
        if expected[1] in {Cause.SLOW, Cause.WIRE_BYTES}:
            await asyncio.wait_for(partner.hung_up.wait(), 2)
        assert len(partner.requests) == 1


async def test_who_does_not_read_is_not_the_partners_slowness() -> None:
    """The partner's clocks run only while it is waited for."""
    release = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.write(answer(bytes(3 * MIB)))
        release.set()
        await line.left()

    async with road_to(script, idle_s=0.05, rate_bytes_per_s_min=MIB) as (road, _):
        stream = await road.stream(READ, permit())
        first = await stream.piece()
        asyncio.get_running_loop().call_later(0.3, release.set)
        await release.wait()
        assert len(first) + len(await whole(stream)) == 3 * MIB


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
async def test_a_stream_is_not_led_elsewhere(status: str) -> None:
    """A redirect is refused, and its connection closed."""
    async with road_to(replies(answer(b"", status, "Location: /fhir/Patient/2"))) as (road, _):
        assert await fault_of(road.stream(READ, permit())) == (OutcomeLabel.INVALID, Cause.REDIRECT)


async def test_only_the_manifests_reads_are_streamed() -> None:
    """By the same rules as every other call."""
    async with road_to(silent) as (road, partner):
        for request in (
            HttpRequest(method="GET", path="Binary/1/deep"),
            HttpRequest(method="DELETE", path="Patient/1"),
            HttpRequest(method="GET", path="Patient/1", headers={"Host": "elsewhere"}),
        ):
            assert (await fault_of(road.stream(request, permit())))[0] is OutcomeLabel.INVALID
        assert partner.connections == 0


async def test_a_stream_that_breaks_before_its_headers_is_tried_once_more() -> None:
    """As every call, and no more than once."""
    async with road_to(reset) as (road, partner):
        assert (await fault_of(road.stream(READ, permit())))[0] is OutcomeLabel.UNREACHABLE
        assert partner.connections == 2


async def test_a_stream_holds_a_place_among_the_calls_until_it_is_closed() -> None:
    """With one place for all, a call waits for the stream; closing twice gives back once."""
    async with road_to(replies(answer(b"x" * 10)), calls_at_once_max=1, queue_wait_s_max=0.1) as (road, _):
        stream = await road.stream(READ, permit())
        assert await fault_of(road.send(READ, permit())) == (OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        assert await whole(stream) == b"x" * 10
        stream.close()
        assert (await road.send(READ, permit())).body == b"x" * 10
        again = await road.stream(READ, permit())
        assert await fault_of(road.send(READ, permit())) == (OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        again.close()


async def test_no_more_streams_are_open_than_allowed() -> None:
    """The next is told at once; one that failed to open costs no place."""
    async with road_to(replies(answer(b"x")), documents_at_once_max=1) as (road, _):
        stream = await road.stream(READ, permit())
        assert await fault_of(road.stream(READ, permit())) == (OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        stream.close()
        bad = HttpRequest(method="GET", path="nowhere")
        assert (await fault_of(road.stream(bad, permit())))[0] is OutcomeLabel.INVALID
        assert await whole(await road.stream(READ, permit())) == b"x"


async def test_a_caller_who_leaves_before_the_headers_leaves_nothing_behind() -> None:
    """The partner sees its connection close, and every place is free."""
    async with road_to(silent, documents_at_once_max=1, calls_at_once_max=1) as (road, partner):
        for _ in range(3):
            partner.asked.clear()
            partner.hung_up.clear()
            opening = asyncio.create_task(road.stream(READ, permit()))
            await partner.asked.wait()
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening
            await asyncio.wait_for(partner.hung_up.wait(), 2)


async def test_a_partner_that_cuts_documents_keeps_its_records() -> None:
    """What happens after the headers opens no breaker; errors before them do, as for every call."""
    async with road_to(after_the_head(cut)) as (road, _):
        for _ in range(8):
            assert (await fault_of(whole(await road.stream(READ, permit()))))[1] is Cause.CUT_SHORT
        assert road.breaker_state is BreakerState.CLOSED
    async with road_to(replies(answer(b"", "503 No"))) as (road, _):
        for _ in range(5):
            (await road.stream(READ, permit())).close()
        assert road.breaker_state is BreakerState.OPEN


async def test_a_further_service_streams_where_it_can() -> None:
    """Each stream goes where its service says; one that no registration has is refused."""
    async with road_to(replies(answer(b"x"))) as (road, _):
        services = Services({"": road})
        assert isinstance(services, StreamingTransport)
        assert await whole(await services.stream(READ, permit())) == b"x"
        other = HttpRequest(method="GET", path="Patient/a1", service="directory")
        assert await fault_of(services.stream(other, permit())) == (
            OutcomeLabel.INVALID,
            Cause.NOT_ALLOWED_CALL,
        )
