"""Faults F4 to F10 and F14 to F16 at the transport's level: nothing usable came before the headers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, Line, answer, replies, reset, silent
from tests.support.transports import READ, permit, transport

SLIVER_S = 0.25


async def fault_of(endpoint: str, within_s: float = 8.0, **limits: float) -> tuple[TransportFault, float]:
    """The fault that one read ends with, and the seconds that it took."""
    road = transport(endpoint, **limits)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit(within_s=within_s))
        return caught.value, loop.time() - began_s
    finally:
        await road.aclose()


def said(fault: TransportFault) -> tuple[OutcomeLabel, Cause]:
    """Label and cause, the two words that reach the partner's line."""
    return fault.label, fault.cause


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A port whose queue of connections is full: SYNs to it are dropped."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        where = listener.getsockname()
        for filler in (first, second):
            filler.setblocking(False)  # noqa: FBT003 - the standard library's own signature
            filler.connect_ex(where)
        yield f"http://127.0.0.1:{where[1]}/fhir"


async def test_a_black_hole_is_unreachable_at_the_connect_limit(black_hole: str) -> None:
    """F4: SYNs that nobody answers end at `connect_s`."""
    fault, took_s = await fault_of(black_hole, connect_s=0.3)
    assert said(fault) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
    assert 0.3 <= took_s < 0.3 + SLIVER_S


async def test_a_refused_connection_is_unreachable_at_once() -> None:
    """F5: one retry with jitter, then unreachable, far inside the connect limit."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        fault, took_s = await fault_of(f"http://127.0.0.1:{unused.getsockname()[1]}/fhir")
    assert said(fault) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
    assert took_s < 2 * SLIVER_S


async def test_a_partner_that_never_answers_is_timed_out_and_hung_up_on() -> None:
    """F6: the first byte has its own limit, and the connection is closed rather than pooled."""
    async with FaultPartner(silent) as partner:
        fault, took_s = await fault_of(partner.endpoint, first_byte_s=0.3)
        await asyncio.wait_for(partner.hung_up.wait(), 2)
    assert said(fault) == (OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert 0.3 <= took_s < 0.3 + SLIVER_S


async def test_the_deadline_ends_a_call_before_any_other_limit() -> None:
    """F6 with little time left: the call ends at the deadline and names it."""

    async def swallow(line: Line) -> None:
        await line.left()

    async with FaultPartner(swallow) as partner:
        fault, took_s = await fault_of(partner.endpoint, within_s=0.2)
    assert said(fault) == (OutcomeLabel.TIMED_OUT, Cause.DEADLINE)
    assert 0.2 <= took_s < 0.2 + SLIVER_S


async def test_a_reset_before_headers_is_tried_once_more() -> None:
    """F10: one retry, then unreachable."""
    async with FaultPartner(reset) as partner:
        fault, _ = await fault_of(partner.endpoint)
        assert len(partner.requests) == 2
    assert said(fault) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)


async def test_a_second_attempt_that_succeeds_is_the_answer() -> None:
    """F10 once: the caller sees the answer alone."""

    async def reset_first(line: Line) -> None:
        await line.request()
        if line.number == 1:
            line.reset()
        else:
            await line.write(answer(b"{}"))

    async with FaultPartner(reset_first) as partner:
        road = transport(partner.endpoint)
        assert (await road.send(READ, permit())).body == b"{}"
        assert len(partner.requests) == 2
        await road.aclose()


async def test_headers_that_crawl_are_timed_out() -> None:
    """F15: bytes of a header do not put the first-byte limit off."""

    async def crawl(line: Line) -> None:
        await line.request()
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 200:
            await line.write(bytes([byte]))
            await line.dawdle(0.05)

    async with FaultPartner(crawl) as partner:
        fault, took_s = await fault_of(partner.endpoint, first_byte_s=0.3)
    assert said(fault) == (OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert took_s < 0.3 + SLIVER_S


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"{}", "200 OK", "X-Long: " + "a" * 8_300),
        answer(b"{}", "200 OK", *[f"X-{count}: 1" for count in range(140)]),
        b"{}",
        b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: a\x00b\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    ],
    ids=[
        "header line of 8,300 bytes",
        "140 headers",
        "HTTP/0.9",
        "HTTP/9.9",
        "protocol upgrade",
        "two different lengths",
        "the same length twice",
        "length and chunks",
        "NUL in a header",
        "negative length",
    ],
)
async def test_twisted_http_is_invalid_and_the_connection_is_closed(raw: bytes) -> None:
    """F16, F40, F41: what two readers could read differently is believed by neither."""
    async with FaultPartner(replies(raw)) as partner:
        fault, _ = await fault_of(partner.endpoint)
        await asyncio.wait_for(partner.hung_up.wait(), 2)
    assert said(fault) == (OutcomeLabel.INVALID, Cause.MALFORMED)


async def test_interim_answers_without_end_stop_at_the_first_byte_limit() -> None:
    """F40: a storm of 100-continue is not an answer."""

    async def storm(line: Line) -> None:
        await line.request()
        while not line.writer.is_closing():
            await line.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)
            await line.dawdle(0.005)

    async with FaultPartner(storm) as partner:
        fault, took_s = await fault_of(partner.endpoint, first_byte_s=0.3)
    assert said(fault) == (OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert took_s < 0.3 + SLIVER_S


async def test_a_fault_holds_nothing_of_the_call() -> None:
    """No URL, header or partner text is in the exception or anything that it carries."""
    async with FaultPartner(reset) as partner:
        fault, _ = await fault_of(partner.endpoint, retries_max=0)
    assert fault.__context__ is None
    assert fault.__cause__ is None
    assert str(fault) == "unreachable: connect"
