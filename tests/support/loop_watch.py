"""How long the event loop was held by one step: what every other request had to wait.

Judged on what the loop's own thread did, so that a busy machine does not fail a test: time in which it
worked or stood in a blocking call, never time in which others had the processor that it wanted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HELD_MS_MAX = 50.0
_SCHEDULED = Path("/proc/thread-self/schedstat")


@dataclass(frozen=True, slots=True)
class Moment:
    """The calling thread's clocks, read together; `pushed_off_s` is None where the system does not say."""

    wall_s: float
    processor_s: float
    pushed_off_s: float | None

    @classmethod
    def now(cls) -> Moment:
        """As the calling thread stands."""
        return cls(time.perf_counter(), time.thread_time(), _pushed_off_s())

    def held_ms_since(self, earlier: Moment) -> float:
        """Milliseconds of work and of blocking calls; of work alone where the system says no more."""
        worked_s = self.processor_s - earlier.processor_s
        if self.pushed_off_s is None or earlier.pushed_off_s is None:
            return worked_s * 1_000
        passed_s = self.wall_s - earlier.wall_s
        return max(worked_s, passed_s - (self.pushed_off_s - earlier.pushed_off_s)) * 1_000


def _pushed_off_s() -> float | None:
    """How long this thread has been ready to run while others had the processor (proc(5), schedstat)."""
    try:
        return int(_SCHEDULED.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return None


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
        """Begin: the running step counts from here. Raises TypeError on a loop that hides its steps."""
        loop = asyncio.events._get_running_loop()
        if loop is not None and not isinstance(loop, asyncio.BaseEventLoop):
            raise TypeError("loop_watch sees the steps of asyncio's own loop alone")
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
