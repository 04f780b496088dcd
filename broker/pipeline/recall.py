"""What was made for a question a moment ago, for whoever asks the very same: joined while it is made,
remembered for seconds after.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from broker.domain.identity import NhsNumber
from broker.pipeline.joining import Flights
from broker.ports.clock import Clock
from broker.ports.short_memory import ShortMemory

Made = TypeVar("Made")


@dataclass(slots=True, kw_only=True, eq=False)
class About:
    """Whom something is made about, and under which version of their objections; `forgotten` once nobody may
    have it from memory any more.
    """

    numbers: frozenset[NhsNumber]
    objection_version: int
    forgotten: bool = False

    def is_of(self, numbers: frozenset[NhsNumber], but_version: int | None) -> bool:
        """Whether it is about any of `numbers`, and not of that version."""
        return not numbers.isdisjoint(self.numbers) and self.objection_version != but_version


@dataclass(frozen=True, slots=True)
class Remembered(Generic[Made]):
    """What was made, and about whom."""

    made: Made = field(repr=False)
    about: About


class Recall(Generic[Made]):
    """A key stands for everything that must be the same. What is let go of while something is being made
    also keeps that from being remembered.
    """

    def __init__(self, memory: ShortMemory[bytes, Remembered[Made]], clock: Clock) -> None:
        """`memory` decides for how long, and how much."""
        self._memory, self._clock = memory, clock
        self._flights: Flights[bytes, Made] = Flights()
        self._making: set[About] = set()

    async def one(
        self,
        key: bytes,
        about: About,
        make: Callable[[], Coroutine[Any, Any, Made]],
        *,
        worth_keeping: Callable[[Made], bool],
    ) -> tuple[Made, bool]:
        """What is remembered, or is being made for another, or is made now; and whether it was made for this
        one. Raises what `make` raises, which is never remembered, and HungUp.
        """
        kept = self._memory.get(key)
        if kept is not None:
            return kept.made, False
        own = False

        def begin() -> Coroutine[Any, Any, Made]:
            nonlocal own
            own = True
            return self._made(key, about, make, worth_keeping)

        made = await self._flights.joined(key, begin)
        return made, own

    async def _made(
        self,
        key: bytes,
        about: About,
        make: Callable[[], Coroutine[Any, Any, Made]],
        worth_keeping: Callable[[Made], bool],
    ) -> Made:
        """Its time runs from before it was made, so that nothing in it is older than the memory allows."""
        since_s = self._clock.monotonic_s()
        self._making.add(about)
        try:
            made = await make()
        finally:
            self._making.discard(about)
        if not about.forgotten and worth_keeping(made):
            self._memory.put(key, Remembered(made, about), since_s=since_s)
        return made

    @property
    def is_idle(self) -> bool:
        """Nothing is remembered, and nothing is being made."""
        return self._memory.is_empty and not self._making

    def forget(self, numbers: frozenset[NhsNumber], *, but_version: int | None = None) -> None:
        """Let go of what is about any of `numbers`, but for what stands under `but_version`."""
        self._forget_where(lambda about: about.is_of(numbers, but_version))

    def clear(self) -> None:
        """Let go of everything."""
        self._forget_where(lambda _: True)
        self._memory.clear()

    def aclose(self) -> None:
        """Let go of everything, and end what is being made."""
        self.clear()
        self._flights.end_all()

    def _forget_where(self, which: Callable[[About], bool]) -> None:
        self._memory.drop_where(lambda kept: which(kept.about))
        for about in self._making:
            about.forgotten = about.forgotten or which(about)
