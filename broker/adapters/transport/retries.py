"""Whether a call that failed may be made once more, and after how long."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_TOKENS_MAX = 10.0
_FLOOR_EVERY_S = 1.0
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)

JITTER_S = (0.025, 0.250)


class RetryBudget:
    """Retries as a share of calls, so that they never become the load; one a second is always free."""

    def __init__(self, share: float) -> None:
        """`share` is retries for each call, 0.10 for a tenth."""
        self._share = share
        self._tokens = 0.0
        self._floor_again_at_s = float("-inf")

    def called(self) -> None:
        """A call was made; it earns its share of a retry."""
        self._tokens = min(_TOKENS_MAX, self._tokens + self._share)

    def spend(self, now_s: float) -> bool:
        """True when a retry may be made now, and is paid for."""
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        if now_s >= self._floor_again_at_s:
            self._floor_again_at_s = now_s + _FLOOR_EVERY_S
            return True
        return False


def retry_after_s(value: str | None, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 section 10.2.3).

    None when there is none or it makes no sense: not a number, not a date, negative, past.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    wait_s = (moment - now).total_seconds() if moment.tzinfo else -1.0
    return wait_s if wait_s > 0 else None
