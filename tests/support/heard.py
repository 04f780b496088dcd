"""What a broker in this process writes to its log, as something that a test waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from structlog.typing import EventDict, WrappedLogger

# A comparison of policies gives way to everything else on the machine.
_WITHIN_S = 90


@asynccontextmanager
async def until_policies_said(said: str) -> AsyncIterator[None]:
    """The policies that the block writes were looked at when this ends, and `said` to be taken or broken."""
    heard, usual = asyncio.Event(), structlog.get_config()["processors"]

    def hear(_: WrappedLogger, _level: str, event: EventDict) -> EventDict:
        if event["event"] == said:
            heard.set()
        return event

    structlog.configure(processors=[hear, *usual])
    try:
        yield
        async with asyncio.timeout(_WITHIN_S):
            await heard.wait()
    finally:
        structlog.configure(processors=usual)
