"""Values by key for some seconds, in memory alone, and really let go of when their time is over."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cachetools import TLRUCache

from broker.ports.clock import Clock

Key = TypeVar("Key")
Kept = TypeVar("Kept")
# A timer may come a little before its time by the clock: then it is set once more.
_AGAIN_S_MIN = 0.001


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Kept]):
    value: Kept = field(repr=False)
    until_s: float
    size: int


class SweptCache(Generic[Key, Kept]):
    """Implements ports.short_memory.ShortMemory. cachetools alone keeps an expired entry until the next
    write: here a timer lets go of each when its time is over, whether or not anybody asks.

    Never written to disk; lost with the process. When it is full, what was asked for longest ago gives way.
    """

    def __init__(
        self, ttl_s: float, size_max: int, clock: Clock, *, size_of: Callable[[Kept], int] = lambda _: 1
    ) -> None:
        """`size_max` bounds the sum of `size_of` over all that is kept."""
        self._ttl_s, self._clock, self._size_of = ttl_s, clock, size_of
        self._entries: TLRUCache[Key, _Entry[Kept]] = TLRUCache(
            maxsize=size_max,
            ttu=lambda _key, entry, _now: entry.until_s,
            timer=clock.monotonic_s,
            getsizeof=lambda entry: entry.size,
        )
        self._due_s: list[float] = []
        self._sweep: asyncio.TimerHandle | None = None

    def get(self, key: Key) -> Kept | None:
        """What is kept and still valid."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value

    def put(self, key: Key, value: Kept, *, since_s: float | None = None) -> None:
        """Keep for `ttl_s` from now, or from `since_s` (the clock's monotonic time). Nothing that alone is
        larger than all may be.
        """
        until_s = (self._clock.monotonic_s() if since_s is None else since_s) + self._ttl_s
        entry = _Entry(value, until_s, self._size_of(value))
        if entry.size > self._entries.maxsize:
            self.drop(key)
            return
        self._entries[key] = entry
        heapq.heappush(self._due_s, until_s)
        self._set_timer()

    def drop(self, key: Key) -> None:
        """Let go now."""
        self._entries.pop(key, None)

    def drop_where(self, which: Callable[[Kept], bool]) -> None:
        """Let go now of every value of which this is true."""
        for key in [key for key, entry in self._entries.items() if which(entry.value)]:
            self.drop(key)

    def clear(self) -> None:
        """Let go of everything and stop sweeping."""
        self._entries.clear()
        self._due_s.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    @property
    def is_empty(self) -> bool:
        """Nothing is in memory."""
        return not self._entries

    def _set_timer(self) -> None:
        """For whatever is due first."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        if self._due_s:
            wait_s = max(self._due_s[0] - self._clock.monotonic_s(), _AGAIN_S_MIN)
            self._sweep = asyncio.get_running_loop().call_later(wait_s, self._swept)

    def _swept(self) -> None:
        now_s = self._clock.monotonic_s()
        self._entries.expire(now_s)
        while self._due_s and self._due_s[0] <= now_s:
            heapq.heappop(self._due_s)
        self._sweep = None
        self._set_timer()
