"""Faults F11 to F14 and F17 to F19: bodies that end early, crawl, swell or never end."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse, TransportFault
from tests.support.fault_partner import FaultPartner, Line, Script, answer, replies
from tests.support.transports import READ, permit, transport

SLIVER_S = 0.25
MIB = 1024 * 1024


async def sent_to(script: Script, **limits: float) -> HttpResponse:
    """One read to a partner that plays `script`; whatever happens, the partner is hung up on."""
    async with FaultPartner(script) as partner:
        road = transport(partner.endpoint, **limits)
        try:
            return await road.send(READ, permit())
        finally:
            await road.aclose()
            await asyncio.wait_for(partner.hung_up.wait(), 2)


async def fault_of(script: Script, **limits: float) -> tuple[OutcomeLabel, Cause]:
    """Label and cause of the fault that the read ends with."""
    with pytest.raises(TransportFault) as caught:
        await sent_to(script, **limits)
    return caught.value.label, caught.value.cause


def gzipped(body: bytes, *headers: str) -> bytes:
    """An answer whose bytes on the wire are `body`, declared as gzip."""
    return answer(body, "200 OK", "Content-Encoding: gzip", *headers)


@pytest.mark.parametrize("ending", ["reset", "close"])
async def test_a_body_that_ends_early_is_invalid_and_not_tried_again(ending: str) -> None:
    """F11, F12: after the headers nothing is retried and no part of the body is used."""
    asked = 0

    async def cut(line: Line) -> None:
        nonlocal asked
        await line.request()
        asked += 1
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"a" * 50)
        if ending == "reset":
            line.reset()

    assert await fault_of(cut) == (OutcomeLabel.INVALID, Cause.CUT_SHORT)
    assert asked == 1


async def test_chunks_without_the_last_one_are_cut_short() -> None:
    """F13: a chunked body ends with its zero chunk or not at all."""

    async def cut(line: Line) -> None:
        await line.request()
        await line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")

    assert await fault_of(cut) == (OutcomeLabel.INVALID, Cause.CUT_SHORT)


async def test_a_gzip_body_that_ends_early_is_cut_short() -> None:
    """F12 below HTTP: the length was kept, the compressed stream was not."""
    whole = gzip.compress(b"a" * 5_000)
    assert await fault_of(replies(gzipped(whole[:-6]))) == (OutcomeLabel.INVALID, Cause.CUT_SHORT)


async def test_a_trickle_ends_at_the_minimum_rate() -> None:
    """F14: bytes that come just often enough to never be idle still come too slowly."""

    async def trickle(line: Line) -> None:
        await line.request()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not line.writer.is_closing():
            await line.write(b"a")
            await line.dawdle(0.1)

    loop = asyncio.get_running_loop()
    began_s = loop.time()
    assert await fault_of(trickle) == (OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert 1.0 <= loop.time() - began_s < 1.0 + SLIVER_S


async def test_a_large_length_with_little_sent_is_timed_out() -> None:
    """F19: a promised length reserves nothing; the silence after it ends at the idle limit."""

    async def promise(line: Line) -> None:
        await line.request()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{")
        await line.left()

    loop = asyncio.get_running_loop()
    began_s = loop.time()
    assert await fault_of(promise, idle_s=0.2) == (OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert loop.time() - began_s < 0.2 + SLIVER_S


async def test_a_body_without_end_stops_at_the_wire_limit() -> None:
    """F18: endless chunks are too large, and the partner is hung up on."""

    async def pour(line: Line) -> None:
        await line.request()
        await line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not line.writer.is_closing():
            await line.write(b"10000\r\n" + b"a" * 65_536 + b"\r\n")

    assert await fault_of(pour, wire_bytes_max=MIB) == (OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)


@pytest.fixture
async def memory() -> AsyncIterator[None]:
    """Fails the test when Python's own memory grew by more than 8 MiB at any moment of it."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < 8 * MIB


_BOMB = gzip.compress(bytes(64 * MIB))


@pytest.mark.usefixtures("memory")
async def test_a_gzip_bomb_stops_at_the_ratio_with_memory_flat() -> None:
    """F17: 65 kB that would become 64 MiB never does."""
    assert len(_BOMB) < 70_000
    assert await fault_of(replies(gzipped(_BOMB))) == (OutcomeLabel.TOO_LARGE, Cause.RATIO)


@pytest.mark.usefixtures("memory")
async def test_a_body_over_the_decoded_limit_is_too_large() -> None:
    """F17 with a modest ratio: the decoded bytes have a limit of their own."""
    limits = {"ratio_max": 2_000, "decoded_bytes_max": MIB}
    assert await fault_of(replies(gzipped(_BOMB)), **limits) == (OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)


async def test_a_loop_is_not_held_while_a_bomb_is_decoded() -> None:
    """Decoding 32 MiB lets others run every quarter of a MiB."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    limits = {"ratio_max": 2_000, "decoded_bytes_max": 32 * MIB}
    assert await fault_of(replies(gzipped(_BOMB)), **limits) == (OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)
    counting.cancel()
    assert turns > 100


@pytest.mark.parametrize(
    ("wire", "encoding"),
    [
        (gzip.compress(b"{}") * 65, "gzip"),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
        (gzip.compress(b"{}") + b"more", "gzip"),
        (b"not gzip at all", "gzip"),
        (zlib.compress(b"{}") + b"more", "deflate"),
        (b"\x0b\x01\x80{}\x03", "br"),
        (b"(\xb5/\xfd {}", "zstd"),
    ],
    ids=["65 members", "nested", "trailing bytes", "garbage", "deflate and more", "brotli", "zstandard"],
)
async def test_an_encoding_that_was_not_asked_for_or_is_broken_is_invalid(wire: bytes, encoding: str) -> None:
    """F17: only what we offered is decoded."""
    raw = answer(wire, "200 OK", f"Content-Encoding: {encoding}")
    assert await fault_of(replies(raw)) == (OutcomeLabel.INVALID, Cause.MALFORMED)


@pytest.mark.parametrize(
    ("wire", "encoding"),
    [
        (gzip.compress(b'{"a": 1.50}'), "gzip"),
        (gzip.compress(b'{"a": ') + gzip.compress(b"1.50}"), "x-gzip"),
        (zlib.compress(b'{"a": 1.50}'), "deflate"),
        (zlib.compress(b'{"a": 1.50}', wbits=-15), "deflate"),
        (b'{"a": 1.50}', "identity"),
    ],
    ids=["gzip", "two members", "deflate", "bare deflate", "identity"],
)
async def test_a_good_body_is_decoded_whole(wire: bytes, encoding: str) -> None:
    """What arrives is byte for byte what the partner wrote."""
    raw = answer(wire, "200 OK", f"Content-Encoding: {encoding}", 'ETag: W/"2"')
    response = await sent_to(replies(raw))
    assert response.body == b'{"a": 1.50}'
    assert response.headers["etag"] == 'W/"2"'


async def test_a_large_good_body_arrives_whole_from_many_small_pieces() -> None:
    """3 MiB, compressed, in pieces of 1,000 bytes."""
    body = b"".join(b'{"value": %d},' % (count * 7_919) for count in range(150_000))
    wire = gzip.compress(body)

    async def pieces(line: Line) -> None:
        await line.request()
        await line.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(wire)
        )
        for start in range(0, len(wire), 1_000):
            await line.write(wire[start : start + 1_000])

    assert (await sent_to(pieces)).body == body


@pytest.mark.parametrize("body", [b"", b"null", b"<html>Sign in</html>"])
async def test_what_a_body_means_is_the_connectors_to_say(body: bytes) -> None:
    """F20, F21: the transport carries any whole body, and never invents one."""
    assert (await sent_to(replies(answer(body)))).body == body


async def test_a_small_body_has_the_same_limits_as_a_large_one() -> None:
    """It comes whole in one piece with its headers, and is counted all the same."""
    small = replies(answer(b"a" * 2_000))
    assert await fault_of(small, wire_bytes_max=1_999) == (OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)
    assert len((await sent_to(small, wire_bytes_max=2_000)).body) == 2_000
