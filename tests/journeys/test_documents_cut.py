"""A document that does not come as it should: in words where nothing went out, else as a broken transfer."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.documents import (
    KIB,
    MIB,
    Filing,
    Give,
    attachment,
    binary,
    disclosures,
    filler,
    last_ending,
    link,
    links,
    opened,
    raw,
    reference,
    status,
    streamed,
)
from tests.support.http_door import connection
from tests.support.network import Client
from tests.support.small_network import holding, small_network

LARGE = 2 * MIB
OTHER = "x" * 28
LIMITED: dict[str, object] = {"document_bytes_max": MIB}


def large_binary(kind: str = "Binary", *, padding: str = "") -> Give:
    """More than a megabyte, whose fault, if it has one, is at the very end."""
    body = json.dumps({"data": "QUJD" * (MIB // 3 + 9 * KIB) + padding, "resourceType": kind}).encode()
    return raw(body, "application/fhir+json")


# What is listed, how it is given, under which limits, and the cause on file.
BROKEN: dict[str, tuple[dict[str, Any], Give, dict[str, object], str]] = {
    "over the limit": (attachment(), streamed(LARGE, tells=False), LIMITED, "decoded-bytes"),
    "over the limit in a Binary": (attachment(), large_binary(), LIMITED, "decoded-bytes"),
    "broken off": (attachment(), streamed(LARGE, until=MIB), {}, "cut-short"),
    "larger than declared": (attachment(size=MIB), streamed(LARGE), {}, "declared-otherwise"),
    "smaller than declared": (attachment(size=3 * MIB), streamed(LARGE), {}, "declared-otherwise"),
    "of another hash": (
        attachment(content=b"".join(filler(LARGE))[:-1] + b"\0", size=LARGE),
        streamed(LARGE),
        {},
        "declared-otherwise",
    ),
    "no Binary after all": (attachment(), large_binary("Patient"), {}, "malformed"),
    "bad base64 at the end": (attachment(), large_binary(padding="Q"), {}, "malformed"),
    "a bomb": (
        attachment(),
        raw(gzip.compress(b"".join(filler(256 * KIB)) + bytes(40 * MIB)), **{"Content-Encoding": "gzip"}),
        {},
        "ratio",
    ),
}


@pytest.mark.parametrize(("listed", "give", "limits", "cause"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_document_that_turns_out_otherwise_breaks_the_transfer(
    listed: dict[str, Any], give: Give, limits: dict[str, object], cause: str, tmp_path: Path
) -> None:
    """Never a clean end, never the last piece; the trail tells how much went out and why no more."""
    filing = Filing([reference("d1", listed)], {"b1": give})
    async with small_network(tmp_path, {"alder": filing.app()}, partner_limits={"alder": limits}) as small:
        got = await opened(small, await link(small))
        assert (got.status, got.whole) == (200, False)
        assert len(got.body) < 2 * LARGE
        ending = await last_ending(small)
        assert (ending.body.ended, ending.body.cause) == ("cut", cause)
        assert len(disclosures(small)) == 1


async def test_a_broken_transfer_has_no_last_chunk(tmp_path: Path) -> None:
    """On the wire itself: the head promises chunks, and the empty one that would end them never comes."""
    filing = Filing([reference("d1", attachment())], {"b1": streamed(LARGE, until=MIB)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        heard = await on_the_wire(small.client, await link(small))
        assert b"Transfer-Encoding: chunked" in heard
        assert not heard.endswith(b"0\r\n\r\n")
        filing.gives["b1"] = streamed(LARGE)
        assert (await on_the_wire(small.client, await link(small))).endswith(b"0\r\n\r\n")


async def on_the_wire(client: Client, url: str) -> bytes:
    """All bytes that the broker sends for one opening, until it closes."""
    path = url.partition(f":{client.door.port}")[2]
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    async with connection(client.door.port) as (reader, writer):
        writer.write(f"{head}Authorization: {client.headers()['Authorization']}\r\n\r\n".encode())
        heard = bytearray()
        try:
            while piece := await reader.read(64 * KIB):
                heard += piece
        except ConnectionResetError:
            return bytes(heard)
        return bytes(heard)


async def stall(request: web.Request) -> web.StreamResponse:
    """Headers, and then nothing."""
    response = web.StreamResponse()
    await response.prepare(request)
    await asyncio.Event().wait()
    return response


async def silence(_request: web.Request) -> web.StreamResponse:
    """Nothing at all."""
    await asyncio.Event().wait()
    return web.Response()


REFUSED: dict[str, tuple[dict[str, Any], Give, Mapping[str, object], int, str, str]] = {
    "declared over the limit": (
        attachment(size=LARGE), raw(b""), LIMITED, 502, "too-long", "too-large decoded-bytes",
    ),
    "told to be over the limit": (
        attachment(), streamed(LARGE), LIMITED, 502, "too-long", "too-large wire-bytes",
    ),
    "of another hash": (
        attachment(hash=OTHER[:-1] + "="), raw(b"small"), {}, 502, "transient", "invalid declared-otherwise",
    ),
    "of another size": (
        attachment(size=4), raw(b"small"), {}, 502, "transient", "invalid declared-otherwise",
    ),
    "not a Binary": (attachment(), binary(b"x", kind="Basic"), {}, 502, "transient", "invalid malformed"),
    "in XML": (attachment(), raw(b"<x/>", "application/fhir+xml"), {}, 502, "transient", "invalid malformed"),
    "gone": (attachment(), status(404), {}, 404, "not-found", "complete none"),
    "long gone": (attachment(), status(410), {}, 404, "not-found", "complete none"),
    "refused": (attachment(), status(403), {}, 502, "transient", "invalid status"),
    "failing": (attachment(), status(500), {}, 502, "transient", "invalid status"),
    "led elsewhere": (attachment(), status(302), {}, 502, "transient", "invalid redirect"),
    "never begun": (
        attachment(), silence, {"first_byte_s": 0.1}, 504, "timeout", "timed-out slow",
    ),
    "stalled": (attachment(), stall, {"idle_s": 0.1}, 504, "timeout", "timed-out slow"),
    "of another server": (
        attachment("https://b.example/Binary/b1"), raw(b"x"), {}, 502, "transient", "invalid foreign-link",
    ),
    "of another scheme": (
        attachment("ftp://elsewhere.example/b1"), raw(b"x"), {}, 502, "transient", "invalid foreign-link",
    ),
    "of another place": (
        attachment("Patient/1"), raw(b"x"), {}, 502, "transient", "invalid foreign-link",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "give", "limits", "code", "issue", "exact"), REFUSED.values(), ids=REFUSED.keys()
)
async def test_a_document_that_cannot_be_had_is_refused_in_words(
    listed: dict[str, Any],
    give: Give,
    limits: dict[str, object],
    code: int,
    issue: str,
    exact: str,
    tmp_path: Path,
) -> None:
    """An OperationOutcome, nothing disclosed, and the exact trouble of its holder on file."""
    filing = Filing([reference("d1", listed)], {"b1": give})
    async with small_network(tmp_path, {"alder": filing.app()}, partner_limits={"alder": limits}) as small:
        got = await opened(small, await link(small))
        assert (got.status, got.code) == (code, issue)
        ending = await last_ending(small)
        found = trail.outcomes(ending)["alder"]
        assert f"{found.label.value} {found.cause.value}" == exact
        assert disclosures(small) == []
        assert filing.asked == (
            [] if "decoded" in exact or "foreign" in exact else ["b1"] * len(filing.asked)
        )


async def test_a_partner_that_is_down_when_its_document_is_opened_is_said_to_be(tmp_path: Path) -> None:
    """502, which is not the answer for a document that is not there."""
    filing = Filing([reference("d1", attachment())], {"b1": raw(b"x")})
    async with small_network(tmp_path, {"alder": filing.app(), "beech": holding("beech")}) as small:
        url = await link(small)
        filing.down = True
        got = await opened(small, url)
        assert (got.status, got.code) == (502, "transient")
        assert disclosures(small) == []


async def test_a_client_that_leaves_ends_the_partners_stream(tmp_path: Path) -> None:
    """The partner sees its caller go, nothing more is read, and how much went out is on file."""
    held = asyncio.Event()
    filing = Filing([reference("d1", attachment())], {"b1": streamed(4 * MIB, until=MIB, held=held)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        url = await link(small)
        async with small.client.session.get(url, headers=small.client.headers()) as response:
            await response.content.readexactly(MIB // 2)
        async with asyncio.timeout(5):
            await filing.left.wait()
        ending = await last_ending(small)
        assert ending.body.ended == "client-left"
        assert 0 < ending.body.bytes_sent < 2 * MIB
        filing.gives["b1"] = raw(b"again")
        assert (await opened(small, url)).body == b"again"


async def test_a_client_that_stops_reading_stops_the_partner(tmp_path: Path) -> None:
    """Nothing is read ahead of it but what sockets hold; when it goes on, the rest comes whole."""
    size = 40 * MIB
    filing = Filing([reference("d1", attachment(size=size))], {"b1": streamed(size)})
    async with small_network(
        tmp_path, {"alder": filing.app()}, partner_limits={"alder": {"idle_s": 0.2}}
    ) as small:
        async with small.client.session.get(await link(small), headers=small.client.headers()) as response:
            got = len(await response.content.readexactly(64 * KIB))
            async with asyncio.timeout(10):
                await filing.blocked.wait()
            assert filing.taken < size // 2
            async for piece in response.content.iter_any():
                got += len(piece)
        assert got == size


async def test_more_documents_of_a_partner_than_its_limit_are_told_to_wait(tmp_path: Path) -> None:
    """429 and a time to wait; the one under way ends well, and then there is room again."""
    held = asyncio.Event()
    listed = [reference(f"d{n}", attachment(f"Binary/b{n}")) for n in range(2)]
    filing = Filing(listed, {"b0": streamed(LARGE, until=MIB, held=held), "b1": raw(b"second")})
    limits: dict[str, Mapping[str, object]] = {"alder": {"documents_at_once_max": 1, "idle_s": 30}}
    async with small_network(tmp_path, {"alder": filing.app()}, partner_limits=limits) as small:
        first, second = await links(small)
        async with small.client.session.get(first, headers=small.client.headers()) as response:
            await response.content.readexactly(KIB)
            got = await opened(small, second)
            assert (got.status, got.code, got.headers["Retry-After"]) == (429, "throttled", "1")
            held.set()
            assert len(await response.content.read()) == LARGE - KIB
        assert (await opened(small, second)).body == b"second"
        assert {row.body.ended for row in trail.of_kind(small.client.settings, RecordKind.OUTCOME)} == {
            "sent",
            "refused",
        }


async def test_a_document_that_takes_too_long_is_cut(tmp_path: Path) -> None:
    """Also while the broker waits for its next bytes."""
    held = asyncio.Event()
    filing = Filing([reference("d1", attachment())], {"b1": streamed(LARGE, until=MIB, held=held)})
    async with small_network(
        tmp_path,
        {"alder": filing.app()},
        limits={"document_s_max": 1},
        partner_limits={"alder": {"idle_s": 30, "rate_bytes_per_s_min": 1}},
    ) as small:
        asyncio.get_running_loop().call_later(10, held.set)
        got = await opened(small, await link(small))
        assert not held.is_set()
        held.set()
        assert not got.whole
        assert (await last_ending(small)).body.cause == "deadline"
