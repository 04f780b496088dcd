"""A FHIR date, dateTime or instant to the span of time that its precision leaves open.

`2016` is the whole year and `2016-03-01T10:00` the whole minute (R4 4.0.1, search.html#date). Without a
zone a time is the United Kingdom's, as R4 has the server's own stand in. Spans are whole nanoseconds, so
nothing is rounded and no calendar ends.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

LOCAL_ZONE: Final = ZoneInfo("Europe/London")
_SECOND: Final = 10**9
_MINUTE: Final = 60 * _SECOND
_DAY: Final = 24 * 60 * _MINUTE
_FRACTION_DIGITS: Final = 9
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,32}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    re.ASCII,
)
_HOURS, _MINUTES, _SECONDS = 24, 60, 61  # a leap second is a second (R4 4.0.1, dateTime)
_OFFSET_MINUTES_MAX = 14 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open: from `begins_ns` up to and without `ends_ns`, in nanoseconds since the year one, UTC."""

    begins_ns: int
    ends_ns: int

    def contains(self, other: Span) -> bool:
        """The whole of `other` lies in this one."""
        return self.begins_ns <= other.begins_ns and other.ends_ns <= self.ends_ns

    def overlaps(self, other: Span) -> bool:
        """Some moment lies in both."""
        return self.begins_ns < other.ends_ns and other.begins_ns < self.ends_ns


# What has no beginning begins here, and what has no end ends here: beyond every date that can be written.
EVER_BEFORE: Final = -(10**21)
EVER_AFTER: Final = 10**21


def span_of(text: str) -> Span | None:
    """The span of a date at its own precision; None for what is no date (`2016-02-30`, `10:00`, words)."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    try:
        return _timed(found) if found["hour"] else _dated(found)
    except ValueError:
        return None


def earliest(times: Iterable[str]) -> str:
    """Of several dates the one that begins first, as it was written; empty where none is a date."""
    dated = [(found.begins_ns, time) for time in times if (found := span_of(time)) is not None]
    return min(dated)[1] if dated else ""


def latest(times: Iterable[str]) -> str:
    """Of several dates the one that begins last, as it was written; empty where none is a date."""
    dated = [(found.begins_ns, time) for time in times if (found := span_of(time)) is not None]
    return max(dated)[1] if dated else ""


def span_of_day(moment: dt.datetime) -> Span:
    """The day in the United Kingdom on which an aware moment falls."""
    day = moment.astimezone(LOCAL_ZONE).date()
    return Span(_midnight(day), _midnight_after(day))


def _dated(found: re.Match[str]) -> Span:
    """Raises ValueError for a day that no calendar has."""
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    first = dt.date(year, month, day)
    if found["day"]:
        return Span(_midnight(first), _midnight_after(first))
    last_month = month if found["month"] else 12
    return Span(_midnight(first), _midnight_after(dt.date(year, last_month, _days_in(year, last_month))))


def _days_in(year: int, month: int) -> int:
    following = dt.date(year, month + 1, 1) if month < 12 else dt.date(year, 12, 31)  # noqa: PLR2004 - December
    return (following - dt.date(year, month, 1)).days + (month == 12)  # noqa: PLR2004 - as above


def _timed(found: re.Match[str]) -> Span:
    """Raises ValueError for a time that no clock shows."""
    day = dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if hour >= _HOURS or minute >= _MINUTES or second >= _SECONDS:
        raise ValueError
    fraction = (found["fraction"] or "")[:_FRACTION_DIGITS]
    begins = day.toordinal() * _DAY + (hour * 60 + minute) * _MINUTE + second * _SECOND
    begins += int(fraction.ljust(_FRACTION_DIGITS, "0")) - _offset_ns(found["zone"], day, hour, minute)
    if not found["second"]:
        return Span(begins, begins + _MINUTE)
    return Span(begins, begins + 10 ** (_FRACTION_DIGITS - len(fraction)))


def _offset_ns(zone: str | None, day: dt.date, hour: int, minute: int) -> int:
    if zone is None:
        return _local_offset_ns(dt.datetime.combine(day, dt.time(hour, minute)))
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    if minutes > _OFFSET_MINUTES_MAX or int(zone[4:]) >= _MINUTES:
        raise ValueError
    return (-minutes if zone[0] == "-" else minutes) * _MINUTE


def _local_offset_ns(wall: dt.datetime) -> int:
    offset = wall.replace(tzinfo=LOCAL_ZONE).utcoffset() or dt.timedelta()
    return int(offset.total_seconds()) * _SECOND


def _midnight(day: dt.date) -> int:
    return day.toordinal() * _DAY - _local_offset_ns(dt.datetime.combine(day, dt.time()))


def _midnight_after(day: dt.date) -> int:
    """The end of a day, which is the next one's beginning; the calendar's last day ends all the same."""
    if day == dt.date.max:
        return _midnight(day) + _DAY
    return _midnight(day + dt.timedelta(days=1))
