"""A process that serves: SIGINT or SIGTERM ends it at any moment, and everything is closed in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

Ended = TypeVar("Ended")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def until_signalled(work: Coroutine[Any, Any, Ended]) -> Ended | None:
    """What `work` returns; None when a signal ended it, its clean-up done (a second cuts that short).

    The handlers stand before `work` begins: a signal during the start is not lost.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        return None
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()
