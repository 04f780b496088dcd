"""A partner that lists documents and hands them out, each in the way that a test wants it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.network import resources
from tests.support.small_network import NUMBER, Small, bundle, patient, telling

_FILING: web.AppKey[Filing] = web.AppKey("filing")
_PATIENCE_S = 0.5
KIB, MIB = 1024, 1024 * 1024
Give = Callable[[web.Request], Awaitable[web.StreamResponse]]


def reference(local_id: str, *attachments: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A DocumentReference of the person."""
    return {
        "resourceType": "DocumentReference",
        "id": local_id,
        "status": "current",
        "subject": {"reference": "Patient/1"},
        "content": [{"attachment": one} for one in attachments],
        **members,
    }


def attachment(url: str = "Binary/b1", content: bytes | None = None, **members: Any) -> dict[str, Any]:
    """An attachment; with `content`, its size and hash are declared."""
    declared: dict[str, Any] = {}
    if content is not None:
        digest = hashlib.sha1(content, usedforsecurity=False).digest()
        declared = {"size": len(content), "hash": base64.b64encode(digest).decode()}
    return {"contentType": "application/pdf", "url": url, **declared, **members}


def filler(size: int) -> Iterator[bytes]:
    """`size` bytes in blocks, none of which is like another; never as a whole in memory."""
    for place in range(-(-size // (64 * KIB))):
        block = hashlib.blake2b(place.to_bytes(8)).digest() * KIB
        yield block[: min(64 * KIB, size - place * 64 * KIB)]


@dataclass
class Filing:
    """What the partner lists and how it gives each document; both may be changed while it runs.

    `left` is when a caller went in the middle of a document, `blocked` when one no longer takes what it is
    sent; `taken` counts what callers took.
    """

    listed: list[dict[str, Any]]
    gives: dict[str, Give] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)
    blocked: asyncio.Event = field(default_factory=asyncio.Event)
    taken: int = 0

    def app(self) -> web.Application:
        """The partner."""
        app = telling(self._everything)
        app[_FILING] = self

        async def give(request: web.Request) -> web.StreamResponse:
            name = request.match_info["id"]
            self.asked.append(name)
            if name not in self.gives:
                return web.Response(status=404)
            try:
                return await self.gives[name](request)
            except (ConnectionError, asyncio.CancelledError):
                self.left.set()
                raise

        app.router.add_get("/Binary/{id}", give)
        return app

    def _everything(self, _request: web.Request) -> Any:
        if self.down:
            return web.Response(status=503)
        return bundle(*map(orjson.dumps, [patient(), *self.listed]))

    async def write(self, response: web.StreamResponse, block: bytes) -> None:
        """Write a block of a document; a caller that takes nothing for a while is heard of."""
        writing = asyncio.ensure_future(response.write(block))
        try:
            done, _ = await asyncio.wait([writing], timeout=_PATIENCE_S)
            if not done:
                self.blocked.set()
            await writing
        finally:
            writing.cancel()
        self.taken += len(block)


def raw(content: bytes, content_type: str = "application/pdf", **headers: str) -> Give:
    """The bytes themselves."""

    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=content, headers={"Content-Type": content_type, **headers})

    return give


def streamed(
    size: int, *, until: int | None = None, held: asyncio.Event | None = None, tells: bool = True
) -> Give:
    """`filler(size)` as a stream, which `tells` its length before; the connection breaks after `until` bytes,
    or waits there for `held`.
    """

    async def give(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/pdf"})
        if tells:
            response.content_length = size
        await response.prepare(request)
        sent = 0
        for block in filler(size):
            if until is not None and sent >= until:
                if held is None:
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                await held.wait()
            await request.app[_FILING].write(response, block)
            sent += len(block)
        return response

    return give


def binary(content: bytes, member: str = "data", *, kind: str = "Binary") -> Give:
    """A FHIR Binary."""
    body = {"resourceType": kind, "id": "b1", member: base64.b64encode(content).decode()}
    return raw(json.dumps(body).encode(), "application/fhir+json; charset=utf-8")


def status(code: int) -> Give:
    """An error."""

    async def give(_request: web.Request) -> web.Response:
        return web.Response(status=code, body=b"no")

    return give


async def links(small: Small, **facts: Any) -> list[str]:
    """Every attachment's address in the record that a caller sees, in its order."""
    code, record = await small.client.record(NUMBER, **facts)
    assert code == 200, record
    return [
        one["attachment"]["url"]
        for resource in resources(record)
        for one in resource.get("content", [])
        if "url" in one["attachment"]
    ]


async def link(small: Small, **facts: Any) -> str:
    """The address of the only document."""
    [only] = await links(small, **facts)
    return only


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening an address; a transfer that was broken did not end."""

    status: int
    body: bytes
    whole: bool
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Of a refusal, the code of its first issue."""
        code: str = json.loads(self.body)["issue"][0]["code"]
        return code


async def opened(small: Small, url: str, **facts: Any) -> Opened:
    """Open it as a client library does, and read until it ends or breaks."""
    async with small.client.session.get(url, headers=small.client.headers(**facts)) as response:
        body, whole = bytearray(), True
        try:
            async for piece, _ in response.content.iter_chunks():
                body += piece
        except aiohttp.ClientPayloadError:
            whole = False
        return Opened(response.status, bytes(body), whole, dict(response.headers))


async def last_ending(small: Small) -> trail.Row:
    """The record of how the newest request ended, once every request has ended."""
    await trail.all_ended(small.client.settings)
    trail.assert_whole(small.client.settings)
    return trail.of_kind(small.client.settings, RecordKind.OUTCOME)[-1]


def disclosures(small: Small) -> list[trail.Row]:
    """What was released of documents, oldest first."""
    found = trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)
    return [row for row in found if row.body.interaction == "open-document"]
