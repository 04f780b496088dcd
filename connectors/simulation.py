"""What every simulator shares: a journal of what it was asked, and the ways in which it can be down.

A simulator is an endpoint on a real socket that plays a partner from a small world:

people   NHS number -> that person's FHIR R4 resources at this partner, the Patient first, with the NHS
         number among its identifiers; each as a JSON tree (exact numbers as msgspec.Raw) or JSON bytes
manners  how this partner behaves, every key optional; each simulator's README lists its own
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web

from broker.domain.json_bytes import write_tree

World: TypeAlias = Mapping[str, Sequence[Mapping[str, Any] | bytes]]
Manners: TypeAlias = Mapping[str, object]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

FHIR_JSON = "application/fhir+json"


class BreakOff(Exception):
    """Raised by a handler whose server breaks the connection here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as the partner saw it: method and path, never a value."""

    method: str
    path: str


JOURNAL: web.AppKey[list[Asked]] = web.AppKey("journal", list)
_CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)


def application(manners: Manners) -> web.Application:
    """An application without routes that keeps a journal and is down as `manners` say.

    `delay_s` waits before each answer. `down` is `refuse` (the connection is reset), `black-hole` (no
    answer while the simulator runs), `html` (a sign-in page) or a status, as in `"500"`.
    """
    app = web.Application(middlewares=[_behave(manners)])
    app[JOURNAL] = []
    app[_CLOSING] = asyncio.Event()
    app.on_shutdown.append(_let_go)
    return app


async def _let_go(app: web.Application) -> None:
    app[_CLOSING].set()


def _behave(manners: Manners) -> Any:
    delay_s = number(manners, "delay_s")
    down = str(manners.get("down", ""))

    @web.middleware
    async def behave(request: web.Request, handler: Handler) -> web.StreamResponse:
        request.app[JOURNAL].append(Asked(request.method, request.path))
        if delay_s:
            await asyncio.sleep(delay_s)
        if down:
            return await _down(request, down)
        try:
            return await handler(request)
        except BreakOff:
            return _broken_off(request)

    return behave


async def _down(request: web.Request, down: str) -> web.StreamResponse:
    if down == "html":
        return web.Response(text="<html><body>Sign in</body></html>", content_type="text/html")
    if down.isdecimal():
        return outcome(int(down), "error", "exception")
    if down == "black-hole":
        await request.app[_CLOSING].wait()
    return _broken_off(request)


def _broken_off(request: web.Request) -> web.Response:
    """The connection is reset; the answer that aiohttp needs goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def number(manners: Manners, name: str, default: float = 0) -> float:
    """A manner that is a number."""
    value = manners.get(name, default)
    return float(value) if isinstance(value, (int, float)) else default


def raw_bytes(resource: Mapping[str, Any] | bytes) -> bytes:
    """A resource of the world as it is sent: bytes untouched, a tree written compactly."""
    return resource if isinstance(resource, bytes) else write_tree(resource)


def outcome_bytes(severity: str, code: str, *, system: str = "", detail: str = "") -> bytes:
    """An OperationOutcome with one issue."""
    issue: dict[str, Any] = {"severity": severity, "code": code}
    if detail:
        issue["details"] = {"coding": [{"system": system, "code": detail}]}
    return write_tree({"resourceType": "OperationOutcome", "issue": [issue]})


def outcome(status: int, severity: str, code: str, *, system: str = "", detail: str = "") -> web.Response:
    """An answer that is an OperationOutcome."""
    body = outcome_bytes(severity, code, system=system, detail=detail)
    return web.Response(status=status, body=body, content_type=FHIR_JSON)
