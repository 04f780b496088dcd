"""A partner that lists documents and hands them out, each in the way that a test wants it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.support.network import resources
from tests.support.small_network import NUMBER, Small, bundle, patient, telling

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
    """What the partner lists and how it gives each document; both may be changed while it runs."""

    listed: list[dict[str, Any]]
    gives: dict[str, Give] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        """The partner."""
        app = telling(lambda _: bundle(*map(orjson.dumps, [patient(), *self.listed])))

        async def give(request: web.Request) -> web.StreamResponse:
            name = request.match_info["id"]
            self.asked.append(name)
            if name not in self.gives:
                return web.Response(status=404)
            return await self.gives[name](request)

        app.router.add_get("/Binary/{id}", give)
        return app


def raw(content: bytes, content_type: str = "application/pdf", **headers: str) -> Give:
    """The bytes themselves."""

    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=content, headers={"Content-Type": content_type, **headers})

    return give


def streamed(size: int, *, until: int | None = None, held: asyncio.Event | None = None) -> Give:
    """`filler(size)` as a stream; the connection breaks after `until` bytes, or waits there for `held`."""

    async def give(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/pdf"})
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
            await response.write(block)
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
