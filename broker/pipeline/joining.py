"""One piece of work for everybody who asks for the same at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class HungUp(Exception):
    """Somebody else ended the work: whoever waited for it did not leave."""


class Flights(Generic[Key, Made]):
    """Work that is under way, by what it is for. One of those who wait leaving does not end it for the
    others; the last one leaving does.
    """

    def __init__(self) -> None:
        """Nothing is under way."""
        self._flights: dict[Key, _Flight[Made]] = {}

    async def joined(
        self, key: Key, begin: Callable[[], Coroutine[Any, Any, Made]], *, until_s: float | None = None
    ) -> Made:
        """What `begin` makes, which only the first one begins. Raises whatever it raises, HungUp, and
        TimeoutError at `until_s` (loop clock).
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(begin()))
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        try:
            async with asyncio.timeout_at(until_s):
                return await flight.joined()
        finally:
            if flight.is_abandoned:
                # In one step: whoever asks next must not join work that is being given up.
                self._landed(key, flight)
                flight.task.cancel()

    def end_all(self) -> None:
        """Whoever waits hears HungUp."""
        for flight in list(self._flights.values()):
            flight.task.cancel()

    def _landed(self, key: Key, flight: _Flight[Made]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


class _Flight(Generic[Made]):
    """One piece of work and how many wait for it."""

    def __init__(self, task: asyncio.Task[Made]) -> None:
        self.task = task
        self._waiting = 0

    async def joined(self) -> Made:
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            if self.task.cancelled() and not _is_being_cancelled():
                raise HungUp from None
            raise
        finally:
            self._waiting -= 1

    @property
    def is_abandoned(self) -> bool:
        """Nobody waits for it any more, and it still goes on."""
        return not self._waiting and not self.task.done()


def _is_being_cancelled() -> bool:
    """True when it is whoever waits that is leaving, not the work that was ended."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
