"""Dates as partners write them, so that two are equal where they name one time at one precision."""

from __future__ import annotations

import datetime as dt

_DAY_CHARS = len("2026-03-01")


def time_of(written: str) -> str | dt.datetime:
    """A year, month or day as written; an instant that is equal to itself in another zone.

    A time without a zone is nobody's instant, and stays as written; so does what is no date.
    """
    if len(written) <= _DAY_CHARS:
        return written
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        return written
    return written if instant.tzinfo is None else instant


def is_moment(time: str | dt.datetime) -> bool:
    """Whether it tells the time of day."""
    return isinstance(time, dt.datetime) or len(time) > _DAY_CHARS


def seconds_of(written: str | None) -> float:
    """An instant to sort by; what is none is before all others."""
    time = time_of(written or "")
    return time.timestamp() if isinstance(time, dt.datetime) else float("-inf")
