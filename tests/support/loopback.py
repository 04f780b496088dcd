"""An application of ours, served on a real socket that nobody else can reach."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_ENDS_WITHIN_S = 0.2


@asynccontextmanager
async def served(
    app: web.Application, access_log: logging.Logger | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """The application on a port of its own; yields its origin. A handler whose caller left is cancelled."""
    runner = web.AppRunner(
        app, access_log=access_log, shutdown_timeout=_ENDS_WITHIN_S, handler_cancellation=True
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
