"""How long the event loop was held by one step: what every other request had to wait.

Judged on what the loop's own thread did, so that a busy machine does not fail a test: processor time, or
time in which the thread itself gave up the processor (a blocking call), never time in which it was pushed
off it.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

HELD_MS_MAX = 50.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The loop thread's clocks, read together."""

    wall_s: float
    processor_s: float
    waits: int

    @classmethod
    def now(cls) -> Moment:
        """As the calling thread stands."""
        waits = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
        return cls(time.perf_counter(), time.thread_time(), waits)

    def held_ms_since(self, earlier: Moment) -> float:
        """Milliseconds of work, or of the whole stretch when the thread itself waited in it."""
        worked_s = self.processor_s - earlier.processor_s
        waited = self.waits > earlier.waits
        return (self.wall_s - earlier.wall_s if waited else worked_s) * 1_000


class LoopHeld(AssertionError):
    """One step held the loop too long."""


class LoopWatch:
    """Use as `with loop_watch: await …`. Leaving the block raises LoopHeld when a step was too long."""

    def __init__(self, held_ms_max: float = HELD_MS_MAX) -> None:
        """`held_ms_max` is what one step may take."""
        self.held_ms_max = held_ms_max
        self.longest_ms = 0.0
        self.longest_step = ""
        self.used = False
        self._since: Moment | None = None

    def __enter__(self) -> Self:
        """Begin: the step that is running counts from here."""
        self.used = True
        self._since = Moment.now()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End, and judge. An exception from inside the block passes as it is."""
        self._note("the watched test itself")
        self._since = None
        if kind is None and self.longest_ms > self.held_ms_max:
            raise LoopHeld(
                f"{self.longest_step} held the loop for {self.longest_ms:.0f} ms "
                f"(limit {self.held_ms_max:.0f}). Work in slices and let the pipeline await between them."
            )

    def _note(self, step: str) -> None:
        if self._since is None:
            return
        held_ms = Moment.now().held_ms_since(self._since)
        if held_ms > self.longest_ms:
            self.longest_ms, self.longest_step = held_ms, step

    @contextmanager
    def steps_seen(self) -> Iterator[LoopWatch]:
        """While this is open, every step of the loop is timed."""
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            if self._since is not None:
                self._since = Moment.now()
            run(handle)
            self._note(_name_of(handle))

        asyncio.Handle._run = timed  # type: ignore[method-assign,assignment] # the loop offers no other seam
        try:
            yield self
        finally:
            asyncio.Handle._run = run  # type: ignore[method-assign] # as above


def _name_of(handle: asyncio.Handle) -> str:
    """The coroutine or function behind a step, by name only."""
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return getattr(task.get_coro(), "__qualname__", "a task")
    return getattr(callback, "__qualname__", "a callback")
