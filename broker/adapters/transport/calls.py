"""One call to a partner, whatever is spoken: queued, timed, judged, and made once more where it helps."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from broker.adapters.transport.breaker import Breaker, BreakerState
from broker.adapters.transport.limiter import CallLimiter, QueueFull
from broker.adapters.transport.retries import JITTER_S, RetryBudget
from broker.adapters.transport.watch import Failure, Watch
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault

_log = structlog.get_logger(__name__)
Said = TypeVar("Said")


def _nothing(_: object) -> None:
    """An answer that asks for no second attempt."""


def _well(_: object) -> bool:
    """An answer that tells of no sickness."""
    return False


@dataclass(frozen=True, slots=True)
class Call(Generic[Said]):
    """How one call is made and how its answers are judged.

    `exchange` is one attempt: it moves the watch from phase to phase. `is_sick` says that an answer means
    that the partner cannot, for anybody; `again_after_s` gives the wait that an answer asks for, if any.
    `keeps_place`: whoever made it goes on with the answer, and gives its place among the calls back later.
    """

    exchange: Callable[[Watch], Awaitable[Said | Failure]]
    is_sick: Callable[[Said], bool] = _well
    again_after_s: Callable[[Said], float | None] = _nothing
    keeps_place: bool = False


class Calls:
    """All calls to one partner, which share its queue, its breaker and its budget of second attempts."""

    def __init__(self, partner_id: str, limits: PartnerLimits, randomness: random.Random | None) -> None:
        """`partner_id` is for the log line; `randomness` draws jitter."""
        self._partner_id, self._limits = partner_id, limits
        self._random = randomness or random.SystemRandom()
        self.breaker = Breaker(limits, self._random.uniform)
        self._limiter = CallLimiter(limits)
        self._budget = RetryBudget(limits.retry_budget_share)

    async def make(self, call: Call[Said], deadline_at_s: float) -> Said:
        """A whole answer, after at most one more attempt. Raises TransportFault otherwise.

        The fault is raised outside every handler: it carries no context that would hold a URL.
        """
        self._budget.called()
        for left in range(self._limits.retries_max, -1, -1):
            result = await self._attempt(call, deadline_at_s)
            pause_s = self._pause_before_retry(call, result, deadline_at_s) if left else None
            if pause_s is None:
                break
            await asyncio.sleep(pause_s)
        if isinstance(result, Failure):
            raise TransportFault(result.label, result.cause)
        return result

    def give_back(self) -> None:
        """The place that a call kept."""
        self._limiter.leave()

    async def _attempt(self, call: Call[Said], deadline_at_s: float) -> Said | Failure:
        loop = asyncio.get_running_loop()
        if self.breaker.refuses(loop.time()):
            return Failure(OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        watch = Watch(self._limits, deadline_at_s, loop)
        try:
            async with watch:
                await self._limiter.enter()
                kept = False
                try:
                    result = await self._admitted(call, watch, loop)
                    kept = call.keeps_place and not isinstance(result, Failure)
                    return result
                finally:
                    if not kept:
                        self._limiter.leave()
        except QueueFull:
            return Failure(OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        except TimeoutError:
            return watch.failure

    async def _admitted(
        self, call: Call[Said], watch: Watch, loop: asyncio.AbstractEventLoop
    ) -> Said | Failure:
        """Hold a ticket of the breaker, and give it back however the exchange ends."""
        ticket = self.breaker.admit(loop.time())
        if ticket is None:
            return Failure(OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        try:
            result = await call.exchange(watch)
        except asyncio.CancelledError:
            # Ours or the caller's: only an expired phase of the partner's own tells of the partner.
            if watch.expired and watch.failure.counts:
                self._settle(ticket, loop.time(), sick=True)
            else:
                self.breaker.abandoned(ticket)
            raise
        except BaseException:
            self.breaker.abandoned(ticket)
            raise
        sick = result.counts if isinstance(result, Failure) else call.is_sick(result)
        self._settle(ticket, loop.time(), sick=sick)
        return result

    def _settle(self, ticket: int, now_s: float, *, sick: bool) -> None:
        """Give the ticket back, and tell operators when the breaker opens or closes by it."""
        breaker = self.breaker
        before = breaker.state
        (breaker.failed if sick else breaker.succeeded)(ticket, now_s)
        if breaker.state is before:
            return
        if breaker.state is BreakerState.OPEN:
            _log.warning("breaker-opened", partner=self._partner_id, open_s=breaker.open_s)
        else:
            _log.info("breaker-closed", partner=self._partner_id)

    def _pause_before_retry(
        self, call: Call[Said], result: Said | Failure, deadline_at_s: float
    ) -> float | None:
        """Seconds to wait, or None for no second attempt."""
        now_s = asyncio.get_running_loop().time()
        asked_s: float | None
        if isinstance(result, Failure):
            asked_s = 0.0 if result.again else None
        else:
            asked_s = call.again_after_s(result)
        if asked_s is None or asked_s >= (deadline_at_s - now_s) / 2:
            return None
        pause_s = max(asked_s, self._random.uniform(*JITTER_S))
        if now_s + pause_s >= deadline_at_s or not self._budget.spend(now_s):
            return None
        return pause_s
