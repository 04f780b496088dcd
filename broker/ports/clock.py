"""Time, as a seam: UTC for expiry, monotonic for durations."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """`monotonic_s` is the running loop's own clock, so deadlines and timers agree."""

    def now(self) -> dt.datetime:
        """Aware, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        ...
