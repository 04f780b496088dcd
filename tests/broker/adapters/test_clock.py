"""The guarded clock."""

from __future__ import annotations

import datetime as dt

import pytest

from broker.adapters.clock import SystemClock
from broker.domain.errors import ServiceDown

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def test_a_clock_that_is_set_back_serves_nobody_until_it_has_caught_up() -> None:
    """What has expired is never revived; a small correction is smoothed over."""
    readings = [NOON, NOON, NOON - dt.timedelta(seconds=1), NOON - dt.timedelta(hours=1)]
    readings.append(NOON + dt.timedelta(seconds=1))
    clock = SystemClock(iter(readings).__next__)
    assert clock.now() == NOON
    assert clock.now() == NOON
    with pytest.raises(ServiceDown, match="clock"):
        clock.now()
    assert clock.now() == NOON + dt.timedelta(seconds=1)


async def test_both_clocks_run() -> None:
    """Aware UTC, and the loop's own seconds."""
    clock = SystemClock()
    assert clock.now().tzinfo is dt.UTC
    assert clock.monotonic_s() <= clock.monotonic_s()
