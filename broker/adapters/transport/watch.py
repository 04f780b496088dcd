"""One call's phases into one timer: queue, connect, first byte, body, and never past the deadline."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass

from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel

_RATE_FROM_S = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that gave no whole answer. `again` says that a second attempt could help."""

    label: OutcomeLabel
    cause: Cause
    again: bool = False
    counts: bool = True


class Watch:
    """Keeps the timer of one attempt at the limit of the phase that it is in.

    One timer moved along costs a microsecond a phase; a timer for each phase would cost five.
    """

    __slots__ = ("_body_since_s", "_deadline_at_s", "_limits", "_loop", "_on_expiry", "timer")

    def __init__(self, limits: PartnerLimits, deadline_at_s: float, loop: asyncio.AbstractEventLoop) -> None:
        """Starts in the queue. `deadline_at_s` is on the loop's clock."""
        self._limits = limits
        self._deadline_at_s = deadline_at_s
        self._loop = loop
        self._body_since_s = 0.0
        self._on_expiry = Failure(OutcomeLabel.NOT_ASKED, Cause.THROTTLED, counts=False)
        queue_until_s = loop.time() + limits.queue_wait_s_max
        self.timer = asyncio.timeout_at(min(queue_until_s, deadline_at_s))

    def connecting(self) -> None:
        """A place in the rate was given."""
        self._move(self._limits.connect_s, Failure(OutcomeLabel.UNREACHABLE, Cause.CONNECT))

    def connected(self) -> None:
        """A connection is there, new or used before."""
        self._move(self._limits.first_byte_s, Failure(OutcomeLabel.TIMED_OUT, Cause.SLOW))

    def reading(self, wire_bytes: int) -> None:
        """About to wait for more of the body: it must come before the partner is idle or too slow."""
        now_s = self._loop.time()
        self._body_since_s = self._body_since_s or now_s
        rate = self._limits.rate_bytes_per_s_min
        too_slow_in_s = self._body_since_s + max(_RATE_FROM_S, wire_bytes / rate) - now_s
        self._move(min(self._limits.idle_s, too_slow_in_s), Failure(OutcomeLabel.TIMED_OUT, Cause.SLOW))

    def failure(self) -> Failure:
        """What an expiry means in this phase."""
        return self._on_expiry

    def _move(self, within_s: float, on_expiry: Failure) -> None:
        until_s = self._loop.time() + within_s
        if until_s >= self._deadline_at_s:
            # Our own deadline came first: it says nothing of the partner's health.
            until_s = self._deadline_at_s
            on_expiry = Failure(OutcomeLabel.TIMED_OUT, Cause.DEADLINE, counts=False)
        self._on_expiry = on_expiry
        self.timer.reschedule(until_s)


# Set by the call, read by the connector below aiohttp's session: the only place that knows when a
# connection was made.
CURRENT_WATCH: ContextVar[Watch] = ContextVar("current_watch")
