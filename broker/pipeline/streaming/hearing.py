"""A gathering that goes on by itself, and what it has heard so far to whoever sends it on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from broker.pipeline.gathering import Gathered, Heard
from broker.pipeline.planning import Plan


class Hearing:
    """Implements gathering.Listener. Partners go on answering while the stream's reader takes its time."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._task: asyncio.Task[Gathered] | None = None
        self.plan: Plan | None = None
        self.all_heard = False

    def begin(self, gather: Callable[[], Coroutine[Any, Any, Gathered]]) -> None:
        """Ask; `stop` is owed from here on."""
        self._task = asyncio.get_running_loop().create_task(self._to_the_end(gather))

    async def _to_the_end(self, gather: Callable[[], Coroutine[Any, Any, Gathered]]) -> Gathered:
        try:
            return await gather()
        finally:
            self._queue.put_nowait(None)

    def planned(self, plan: Plan) -> None:
        """Whom it asks."""
        self.plan = plan

    def heard(self, one: Heard) -> None:
        """A partner has answered."""
        self._queue.put_nowait(one)

    @property
    def is_quiet(self) -> bool:
        """Nothing waits to be sent on."""
        return self._queue.empty()

    async def next(self, within_s: float) -> Heard | None:
        """The next partner's; None when that is all (`all_heard`), or nothing came within that time."""
        try:
            async with asyncio.timeout(within_s):
                one = await self._queue.get()
        except TimeoutError:
            return None
        self.all_heard = one is None
        return one

    async def gathered(self) -> Gathered:
        """Everything, when all are heard. Raises what stopped the gathering."""
        assert self._task is not None
        return await self._task

    def cancel(self) -> None:
        """Nobody listens any more: every call to a partner ends."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """Returns when it is over, however it ended."""
        self.cancel()
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.exception()
