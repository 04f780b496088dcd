"""The machine's clocks, guarded against one that is set back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import structlog

from broker.domain.errors import ServiceDown

STEP_BACK_S_MAX = 2.0
_log = structlog.get_logger(__name__)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class SystemClock:
    """Implements ports.clock.Clock.

    A wall clock that is set back would revive what has expired (a token, an override): small steps back
    are smoothed over, and after a larger one nobody is served until the time is past its highest again.
    """

    def __init__(self, wall: Callable[[], dt.datetime] = _utc_now) -> None:
        """`wall` reads the machine's time, aware, UTC."""
        self._wall = wall
        self._highest = wall()
        self._jumped = False

    def now(self) -> dt.datetime:
        """Aware, UTC, never earlier than before. Raises ServiceDown("clock") after a step back."""
        reading = self._wall()
        if reading >= self._highest:
            self._highest = reading
            self._jumped = False
        elif (self._highest - reading).total_seconds() > STEP_BACK_S_MAX:
            if not self._jumped:  # one line for one jump, however many ask meanwhile
                self._jumped = True
                _log.critical("clock-jumped")
            raise ServiceDown("clock")
        return self._highest

    def monotonic_s(self) -> float:
        """The running loop's own clock."""
        return asyncio.get_running_loop().time()
