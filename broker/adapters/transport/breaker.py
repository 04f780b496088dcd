"""A partner's recent health into leave to ask it again: closed, open, or one probe.

A pure state machine: the time is passed in. A cancelled call counts as neither.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable

from broker.domain.limits import PartnerLimits

_JITTER = 0.2


class BreakerState(enum.StrEnum):
    """What the breaker lets through: all, nothing, one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Every admitted call holds a ticket and gives it back once: succeeded, failed or abandoned.

    A ticket from before the breaker opened is out of date: what it reports no longer counts.
    """

    def __init__(self, limits: PartnerLimits, uniform: Callable[[float, float], float]) -> None:
        """`uniform` draws the jitter (`random.uniform`)."""
        self._limits = limits
        self._uniform = uniform
        self._state = BreakerState.CLOSED
        self._epoch = 0
        self._failures_in_a_row = 0
        self._recent: deque[tuple[float, bool]] = deque(maxlen=limits.breaker_window_calls)
        self._open_s = limits.breaker_open_s
        self._open_until_s = 0.0

    @property
    def state(self) -> BreakerState:
        """The state as of the last call."""
        return self._state

    @property
    def open_s(self) -> float:
        """How long it is open when it opens, before the jitter."""
        return self._open_s

    def refuses(self, now_s: float) -> bool:
        """True when a call would not be admitted now. Changes nothing."""
        if self._state is BreakerState.OPEN:
            return now_s < self._open_until_s
        return self._state is BreakerState.HALF_OPEN

    def admit(self, now_s: float) -> int | None:
        """A ticket, or None. Once the open time is over exactly one call is let through to probe."""
        if self.refuses(now_s):
            return None
        if self._state is BreakerState.OPEN:
            self._state = BreakerState.HALF_OPEN
        return self._epoch

    def succeeded(self, ticket: int, now_s: float) -> None:
        """The partner answered."""
        if ticket != self._epoch:
            return
        if self._state is BreakerState.HALF_OPEN:
            self._close()
        self._failures_in_a_row = 0
        self._recent.append((now_s, False))

    def failed(self, ticket: int, now_s: float) -> None:
        """The partner did not answer, or said that it cannot."""
        if ticket != self._epoch:
            return
        if self._state is BreakerState.HALF_OPEN:
            self._open(now_s, min(self._open_s * 2, self._limits.breaker_open_max_s))
            return
        self._failures_in_a_row += 1
        self._recent.append((now_s, True))
        if self._failures_in_a_row >= self._limits.breaker_failures_in_a_row or self._many(now_s):
            self._open(now_s, self._limits.breaker_open_s)

    def abandoned(self, ticket: int) -> None:
        """The call ended without telling anything of the partner. A probe may then be tried again."""
        if ticket == self._epoch and self._state is BreakerState.HALF_OPEN:
            self._state = BreakerState.OPEN

    def _many(self, now_s: float) -> bool:
        """Of the last calls, all within the window, too large a share failed."""
        recent = self._recent
        if len(recent) < self._limits.breaker_window_calls:
            return False
        if now_s - recent[0][0] > self._limits.breaker_window_s:
            return False
        return sum(failed for _, failed in recent) >= self._limits.breaker_failure_share * len(recent)

    def _open(self, now_s: float, open_s: float) -> None:
        self._state = BreakerState.OPEN
        self._epoch += 1
        self._open_s = open_s
        self._open_until_s = now_s + open_s * self._uniform(1 - _JITTER, 1 + _JITTER)

    def _close(self) -> None:
        self._state = BreakerState.CLOSED
        self._open_s = self._limits.breaker_open_s
        self._recent.clear()
