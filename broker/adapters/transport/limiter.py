"""Calls to one partner, held to its rate and its number at once.

asyncio-throttle does the counting: it polls every 10 ms while over quota, in no order and without bound.
So only one caller polls at a time; the rest stand in two first-come queues that cost nothing. How long
to wait is the caller's: its one timer ends the wait, and a wait that is cancelled leaves no trace.
"""

from __future__ import annotations

import asyncio
import time

from asyncio_throttle.throttler import Throttler

from broker.domain.limits import PartnerLimits

_WAITING_FOR_EACH_SLOT = 16


class QueueFull(Exception):
    """So many wait already that waiting would be in vain."""


class _Quota(Throttler):
    """The throttler, which can also be asked without waiting."""

    def take_now(self) -> bool:
        """Take a place in the rate when one is free at this moment."""
        self.flush()  # type: ignore[no-untyped-call] # it ships no types
        if len(self._task_logs) >= self.rate_limit:
            return False
        self._task_logs.append(time.monotonic())
        return True


class CallLimiter:
    """`await enter()`, call, `leave()`. First come, first served."""

    def __init__(self, limits: PartnerLimits) -> None:
        """Reads `calls_at_once_max` and `calls_per_s_max`; a rate below one a second is kept too."""
        quota = max(1, int(limits.calls_per_s_max))
        self._throttle = _Quota(rate_limit=quota, period=quota / limits.calls_per_s_max)
        self._slots = asyncio.Semaphore(limits.calls_at_once_max)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._waiting_max = _WAITING_FOR_EACH_SLOT * limits.calls_at_once_max

    @property
    def waiting(self) -> int:
        """How many calls wait now."""
        return self._waiting

    async def enter(self) -> None:
        """Return when a call may be made. Raises QueueFull at once when too many wait."""
        nobody_before = not self._waiting and not self._slots.locked() and not self._turn.locked()
        if nobody_before and self._throttle.take_now():
            await self._slots.acquire()  # one is free: this does not wait
            return
        if self._waiting >= self._waiting_max:
            raise QueueFull
        self._waiting += 1
        try:
            await self._slots.acquire()
            try:
                async with self._turn:
                    await self._throttle.acquire()  # type: ignore[no-untyped-call] # it ships no types
            except BaseException:
                self._slots.release()
                raise
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """The call is over, however it ended."""
        self._slots.release()
