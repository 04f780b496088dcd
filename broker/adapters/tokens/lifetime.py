"""When a token holds: its three times against a clock that may not step back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from broker.adapters.tokens.checks import (
    ClaimMissing,
    LifetimeTooLong,
    TimeMalformed,
    TokenExpired,
    TokenFromTheFuture,
)
from broker.domain.errors import ServiceDown
from broker.domain.limits import BrokerLimits
from broker.ports.clock import Clock


class ForwardTime:
    """Seconds since 1970 that never run behind the monotonic clock, so no expired token comes back.

    The wall clock may be slewed or step back a little; when it falls behind what has surely passed by
    more than the leeway, time is not known and nothing is released: ServiceDown("clock"). It comes back
    when the wall clock does, or with a restart where the clock had been ahead and was put right.
    """

    def __init__(self, clock: Clock, *, leeway_s: float) -> None:
        self._clock = clock
        self._leeway_s = leeway_s
        self._anchor_s = clock.now().timestamp()
        self._anchored_at_s = clock.monotonic_s()

    def now_s(self) -> float:
        """Raises ServiceDown("clock") when the wall clock jumped back."""
        monotonic_s = self._clock.monotonic_s()
        wall_s = self._clock.now().timestamp()
        passed_s = self._anchor_s + (monotonic_s - self._anchored_at_s)
        if wall_s < passed_s - self._leeway_s:
            raise ServiceDown("clock")
        if wall_s > passed_s:
            self._anchor_s, self._anchored_at_s = wall_s, monotonic_s
        return max(wall_s, passed_s)


def check_lifetime(claims: Mapping[str, Any], now_s: float, limits: BrokerLimits) -> float:
    """The time at which the token expires, seconds since 1970. Raises the failed check."""
    expires_s, issued_s = _time(claims, "exp"), _time(claims, "iat")
    if not 0 < expires_s - issued_s <= limits.token_lifetime_s_max:
        raise LifetimeTooLong
    if now_s >= expires_s + limits.token_leeway_s:
        raise TokenExpired
    begins_s = max(issued_s, _time(claims, "nbf")) if "nbf" in claims else issued_s
    if begins_s > now_s + limits.token_leeway_s:
        raise TokenFromTheFuture
    return expires_s


def _time(claims: Mapping[str, Any], name: str) -> float:
    """A JSON number: not a text that looks like one, not `true`, nothing without an end."""
    if name not in claims:
        raise ClaimMissing
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TimeMalformed
    return float(value)
