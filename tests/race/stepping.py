"""Concurrent work to one order that a seed decides: every wait is a gate, and only the driver opens gates.

A task is known by its path: the task that made it, and which of its children it is. So the same code
under the same seed comes to the same gates in the same order.
"""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import selectors
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

_DAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
_PATH: contextvars.ContextVar[Path | None] = contextvars.ContextVar("path", default=None)


def is_stepped() -> bool:
    """Whether what runs now waits at gates."""
    return _PATH.get() is not None


class _WaitingOnly(selectors.DefaultSelector):
    """There are no sockets: the system is asked only by a loop that has nothing else to do."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As the system's, but for a glance."""
        return [] if timeout == 0 else super().select(timeout)


class SteppedLoop(asyncio.SelectorEventLoop):
    """A loop whose time stands still until somebody moves it: no deadline depends on the machine."""

    moment_s = 1_000.0

    def __init__(self) -> None:
        super().__init__(_WaitingOnly())

    def time(self) -> float:
        """Seconds, as every timer of the loop counts them."""
        return self.moment_s

    @property
    def is_idle(self) -> bool:
        """Nothing can run before a gate opens or a thread answers."""
        return not self._ready  # type: ignore[attr-defined] # the loop's own queue, which has no public name


@dataclass(slots=True)
class Path:
    """One task: what it is called, how many tasks it made and how many gates it came to."""

    name: str
    children: int = 0
    gates: int = 0

    def child(self) -> Path:
        """The next task that it makes."""
        self.children += 1
        return Path(f"{self.name}.{self.children}")


@dataclass(frozen=True, slots=True)
class Gate:
    """Where one task waits."""

    path: str
    place: int
    point: str
    opened: asyncio.Future[None] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The same in every run of the same seed."""
        return f"{self.path}#{self.place} {self.point}"


class Gates:
    """The gates at which somebody waits."""

    def __init__(self, loop: SteppedLoop) -> None:
        """Every task of the loop that has a path is stepped from now on."""
        self._loop = loop
        self._parked: list[Gate] = []
        loop.set_task_factory(self._task)

    async def waited(self, point: str) -> None:
        """Wait at a gate. Whoever has no path goes through."""
        path = _PATH.get()
        if path is None:
            return
        path.gates += 1
        gate = Gate(path.name, path.gates, point, self._loop.create_future())
        self._parked.append(gate)
        await gate.opened

    async def quiet(self) -> list[Gate]:
        """When nothing more can run, the gates in their own order."""
        while not self._loop.is_idle:  # noqa: ASYNC110 - idle is what the loop is, not what anybody says
            await asyncio.sleep(0)
        self._parked = [gate for gate in self._parked if not gate.opened.done()]
        return sorted(self._parked, key=lambda gate: (gate.path, gate.place))

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """An actor's task, and with it all that it makes."""
        context = contextvars.copy_context()
        context.run(_PATH.set, Path(name))
        return asyncio.Task(self._stepped(work), loop=self._loop, context=context)

    def _task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **given: Any
    ) -> asyncio.Task[Any]:
        path = _PATH.get()
        if path is None:
            return asyncio.Task(work, loop=loop, **given)
        context = given.pop("context", None) or contextvars.copy_context()
        context.run(_PATH.set, path.child())
        return asyncio.Task(self._stepped(work), loop=loop, context=context, **given)

    async def _stepped(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await _steps(work, self.waited)


@types.coroutine
def _steps(
    work: Coroutine[Any, Any, Any], waited: Callable[[str], Coroutine[Any, Any, None]]
) -> Generator[Any, Any, Any]:
    """The work itself, but that where it only lets others run it waits at a gate."""
    value, error = None, None
    while True:
        try:
            wanted = work.send(value) if error is None else work.throw(error)
        except StopIteration as end:
            return end.value
        value, error = None, None
        try:
            if wanted is None:
                yield from waited("slice").__await__()
            else:
                value = yield wanted
        except BaseException as raised:  # noqa: BLE001 - it is the work's own to handle
            error = raised


@dataclass(frozen=True, slots=True)
class SteppedClock:
    """The broker's clock on that loop: the wall clock goes with the loop's."""

    loop: SteppedLoop

    def now(self) -> dt.datetime:
        """Aware, UTC."""
        return _DAY + dt.timedelta(seconds=self.loop.moment_s)

    def monotonic_s(self) -> float:
        """The loop's own."""
        return self.loop.moment_s
