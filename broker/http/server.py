"""A bound socket, the door behind it, and a stop that lets what is under way end."""

from __future__ import annotations

import asyncio
import signal
import ssl
from functools import partial

from aiohttp import web

from broker.http.connection import DoorConnection
from broker.http.door import GATE, HEALTH, SETTINGS
from broker.http.journal import note


class Door:
    """A door that stands open. `port` is the bound one."""

    def __init__(self, runner: web.AppRunner, listener: asyncio.Server, *, secure: bool) -> None:
        self._runner, self._listener = runner, listener
        self._settings = runner.app[SETTINGS]
        self._host, self.port = listener.sockets[0].getsockname()[:2]
        self._scheme = "https" if secure else "http"

    @property
    def url(self) -> str:
        """The FHIR base at the bound address."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self.port}/fhir"

    async def drain(self) -> None:
        """Take nothing new, close the idle, give what is under way `drain_s` in all, then cancel it;
        returns when the last one has ended (its audit record with it).
        """
        self._runner.app[HEALTH].draining = True
        note("stopping", count=self._runner.app[GATE].under_way)
        self._listener.close()
        await self._runner.cleanup()
        await self._runner.app[GATE].emptied()
        note("stopped")

    async def until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        try:
            await stopped.wait()
            await self.drain()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


async def serve(app: web.Application, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> Door:
    """Open the door for an application of `make_app`. Port 0 takes a free one. Raises OSError when the
    address cannot be bound.

    A client that leaves cancels its handler, and so the pipeline and every partner call.
    """
    settings = app[SETTINGS]
    # aiohttp waits for a handler twice, each time this long.
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=settings.drain_s / 2)
    await runner.setup()
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        partial(DoorConnection, runner.server, settings, loop),
        host,
        port,
        ssl=tls,
        ssl_handshake_timeout=settings.limits.headers_s if tls else None,
        backlog=1_024,
    )
    door = Door(runner, listener, secure=tls is not None)
    note("started", port=door.port)
    return door
