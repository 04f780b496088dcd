"""Time that moves when a test says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

START = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)


@dataclass
class HandClock:
    """A clock that moves when the test says so."""

    wall: dt.datetime = START
    seconds: float = 1_000.0

    def now(self) -> dt.datetime:
        """As ports.clock."""
        return self.wall

    def monotonic_s(self) -> float:
        """As ports.clock."""
        return self.seconds

    def pass_s(self, seconds: float) -> None:
        """Both clocks move, as time does."""
        self.seconds += seconds
        self.wall += dt.timedelta(seconds=seconds)

    def step_s(self, seconds: float) -> None:
        """Only the wall clock moves, as when someone sets it."""
        self.wall += dt.timedelta(seconds=seconds)
