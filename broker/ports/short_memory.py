"""Values kept for seconds in this process's memory, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Key_contra = TypeVar("Key_contra", contravariant=True)
Kept = TypeVar("Kept")


class ShortMemory(Protocol[Key_contra, Kept]):
    """It has nothing to fail by: what is not kept is asked for again. Nothing lies longer than its time,
    also when nobody asks, and all of it together is bounded.
    """

    def get(self, key: Key_contra, /) -> Kept | None:
        """What is kept and still valid."""
        ...

    def put(self, key: Key_contra, value: Kept, /, *, since_s: float | None = None) -> None:
        """Keep for the memory's own time, counted from now or from `since_s` (monotonic)."""
        ...

    def drop_where(self, which: Callable[[Kept], bool], /) -> None:
        """Let go now of every value of which this is true."""
        ...

    def clear(self) -> None:
        """Let go of everything."""
        ...

    @property
    def is_empty(self) -> bool:
        """Nothing is kept."""
        ...
