"""Days into instants: what opens begins at the later midnight of the day, what closes at the earlier.

A day in this country begins at midnight UTC in winter and an hour before in summer. Nobody has to know which:
the stricter of the two holds all the year.
"""

from __future__ import annotations

import datetime as dt
import re

_HOUR = dt.timedelta(hours=1)
_YEAR_MONTH_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?",
    re.ASCII,
)


def opens_at(day: dt.date) -> dt.datetime:
    """The first instant that is of `day` by either clock's reckoning."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def closes_at(day: dt.date) -> dt.datetime:
    """The first instant at which `day` may have begun."""
    return opens_at(day) - _HOUR


def earliest_day(text: str) -> dt.date | None:
    """The first day that a year, a month, a day or an instant may mean; None when it cannot be read."""
    found = _YEAR_MONTH_DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day, instant = found.groups()
    try:
        if instant:
            dt.datetime.fromisoformat(text)
        return dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def care_ends_at(died: str, days: int) -> dt.datetime | None:
    """The instant from which a record is closed after a death; None when the day cannot be read."""
    day = earliest_day(died)
    try:
        return None if day is None else closes_at(day + dt.timedelta(days=days))
    except OverflowError:
        return None
