"""Liveness and readiness: whether the process runs, and whether our own services can serve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from aiohttp import web

from broker.http.answers import respond
from broker.http.journal import note
from broker.http.settings import DoorSettings
from broker.logs.errors import described


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One of our own services. `words` say what is wrong and where (a policy file and line), for operators.

    Never a person's data, never a partner's: a partner that is down does not make the broker unready.
    """

    service: str
    ok: bool
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Every service that an answer needs."""

    services: tuple[ServiceState, ...]

    @property
    def ready(self) -> bool:
        """True when all of them can serve; with none there is nothing to serve with."""
        return bool(self.services) and all(state.ok for state in self.services)


class Health:
    """`/healthz` and `/readyz`.

    One check serves everyone who asks within `readiness_reuse_s`, so that asking, which needs no
    token, cannot load the store.
    """

    def __init__(self, readiness: Callable[[], Awaitable[Readiness]], settings: DoorSettings) -> None:
        self._readiness, self._settings = readiness, settings
        self._lock = asyncio.Lock()
        self._latest: Readiness | None = None
        self._checked_at_s = 0.0
        self._said: dict[str, bool] = {}
        self.draining = False

    async def alive(self, request_id: str) -> web.Response:
        """200: the process runs and its loop turns."""
        return _json(200, {"alive": True}, request_id)

    async def ready(self, request_id: str) -> web.Response:
        """200 or 503, with each service's state."""
        readiness = await self._current()
        body = {
            "ready": readiness.ready,
            "services": [
                {"service": state.service, "ok": state.ok, "words": state.words}
                for state in readiness.services
            ],
        }
        return _json(200 if readiness.ready else 503, body, request_id)

    async def _current(self) -> Readiness:
        if self.draining:
            return _failed("door", "The broker is stopping.")
        async with self._lock:
            now_s = asyncio.get_running_loop().time()
            if self._latest is None or now_s - self._checked_at_s > self._settings.readiness_reuse_s:
                self._latest = await self._check()
                self._tell(self._latest)
                self._checked_at_s = asyncio.get_running_loop().time()
            return self._latest

    def _tell(self, readiness: Readiness) -> None:
        """A line for each service when it fails and one when all serve again; none while nothing changes."""
        now = {state.service: state.ok for state in readiness.services}
        for service, ok in now.items():
            if not ok and self._said.get(service, True):
                note("not-ready", service=service)
        if readiness.ready and not all(self._said.values()):
            note("ready")
        self._said = now

    async def _check(self) -> Readiness:
        """Not knowing is a no: a check that fails or does not end is an unready service."""
        try:
            async with asyncio.timeout(self._settings.readiness_s):
                return await self._readiness()
        except TimeoutError:
            return _failed("readiness", "The check did not end in time.")
        except Exception as error:  # noqa: BLE001 - whatever it was, the broker is not ready
            note("not-ready", **described(error))
            return _failed("readiness", "The check itself failed.")


def _failed(service: str, words: str) -> Readiness:
    return Readiness(services=(ServiceState(service=service, ok=False, words=words),))


def _json(status: int, body: object, request_id: str) -> web.Response:
    response = respond(status, orjson.dumps(body), request_id)
    response.headers["Content-Type"] = "application/json"
    return response
