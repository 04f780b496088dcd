"""Pure stages work in slices; only the pipeline awaits between them."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TypeVar

from broker.ports.clock import Clock

Made = TypeVar("Made")


async def in_slices(work: Generator[None, None, Made], clock: Clock, slice_s: float) -> Made:
    """Run a stage to its end, letting others run whenever a slice has lasted `slice_s`.

    So also after its last slice: the next stage begins in a step of its own.
    """
    started_s = clock.monotonic_s()
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: Made = end.value
            if clock.monotonic_s() - started_s > slice_s:
                await asyncio.sleep(0)
            return made
        if clock.monotonic_s() - started_s > slice_s:
            await asyncio.sleep(0)
            started_s = clock.monotonic_s()
