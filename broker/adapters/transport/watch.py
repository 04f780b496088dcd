"""One call's phases into one timer: queue, connect, first byte, body, and never past the deadline."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel

RATE_FROM_S = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that gave no whole answer. `again` says that a second attempt could help."""

    label: OutcomeLabel
    cause: Cause
    again: bool = False
    counts: bool = True


_QUEUED = Failure(OutcomeLabel.NOT_ASKED, Cause.THROTTLED, counts=False)
_UNCONNECTED = Failure(OutcomeLabel.UNREACHABLE, Cause.CONNECT)
_SLOW = Failure(OutcomeLabel.TIMED_OUT, Cause.SLOW)
# Our own deadline came first: it says nothing of the partner's health.
_TOO_LATE = Failure(OutcomeLabel.TIMED_OUT, Cause.DEADLINE, counts=False)


class Watch:
    """Ends one attempt at the limit of the phase that it is in: `async with watch:` raises TimeoutError.

    Phases mostly move the limit later. So the timer is not set anew for each: when it rings early it is
    set once more, and a call that is quick sets one timer in all.
    """

    __slots__ = (
        "_body_since_s",
        "_deadline_at_s",
        "_ends_at_s",
        "_handle",
        "_limits",
        "_loop",
        "_rings_at_s",
        "_timeout",
        "failure",
    )

    def __init__(self, limits: PartnerLimits, deadline_at_s: float, loop: asyncio.AbstractEventLoop) -> None:
        """Starts in the queue. `deadline_at_s` is on the loop's clock."""
        self._limits = limits
        self._deadline_at_s = deadline_at_s
        self._loop = loop
        self._body_since_s = 0.0
        self.failure = _QUEUED
        self._ends_at_s = min(loop.time() + limits.queue_wait_s_max, deadline_at_s)
        self._rings_at_s = self._ends_at_s
        self._timeout: asyncio.Timeout | None = asyncio.timeout(None)
        self._handle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Start the timer."""
        if self._timeout is None:
            raise RuntimeError("a watch is over one attempt")
        await self._timeout.__aenter__()
        self._set()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the timer. Raises TimeoutError when it had ended the attempt."""
        if self._handle is not None:
            self._handle.cancel()
        # A timer's context outlives it by seconds, and this watch is in it: let the task, whose result
        # may hold a person, go now.
        timeout, self._timeout = self._timeout, None
        if timeout is not None:
            await timeout.__aexit__(kind, error, trace)

    @property
    def expired(self) -> bool:
        """True when the timer, and not the caller, ended the attempt."""
        return self._timeout is not None and self._timeout.expired()

    def connecting(self) -> None:
        """A place in the rate was given."""
        self._move(self._limits.connect_s, _UNCONNECTED)

    def connected(self) -> None:
        """A connection is there, new or used before."""
        self._move(self._limits.first_byte_s, _SLOW)

    def reading(self, wire_bytes: int) -> None:
        """About to wait for more of the body: it must come before the partner is idle or too slow."""
        now_s = self._loop.time()
        self._body_since_s = self._body_since_s or now_s
        rate = self._limits.rate_bytes_per_s_min
        too_slow_in_s = self._body_since_s + max(RATE_FROM_S, wire_bytes / rate) - now_s
        self._move(min(self._limits.idle_s, too_slow_in_s), _SLOW)

    def _move(self, within_s: float, failure: Failure) -> None:
        until_s = self._loop.time() + within_s
        if until_s >= self._deadline_at_s:
            until_s, failure = self._deadline_at_s, _TOO_LATE
        self.failure = failure
        self._ends_at_s = until_s
        if until_s < self._rings_at_s:
            self._set()

    def _set(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._rings_at_s = self._ends_at_s
        self._handle = self._loop.call_at(self._ends_at_s, self._ring)

    def _ring(self) -> None:
        self._handle = None
        if self._loop.time() < self._ends_at_s:
            self._set()
        elif self._timeout is not None:
            self._timeout.reschedule(self._ends_at_s)


# Set by the call, read by the connector below aiohttp's session: the only place that knows when a
# connection was made.
CURRENT_WATCH: ContextVar[Watch] = ContextVar("current_watch")
