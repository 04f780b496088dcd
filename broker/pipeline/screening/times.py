"""Every time that a resource names, to whether any of it may fall in a period. Doubt says yes.

What happened when is said in the members that R4 gives for it. Any other time, at any depth, cannot
show that an item lies outside a period; it can only show that it may lie inside.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

Span = tuple[str, str]

_FIRST, _LAST = "", "9999-99-99"
_MOMENT = re.compile(
    r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2}"
    r"(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?",
    re.ASCII,
)
_YEAR, _MONTH, _DAY = 4, 7, 10
_SUMMER_OFFSET = dt.timedelta(hours=1)
# R4 4.0.1: when the thing happened, was found or was written down. One of these must be there.
_CERTAIN = frozenset(
    {
        "abatementDateTime",
        "abatementPeriod",
        "assertedDate",
        "authoredOn",
        "created",
        "date",
        "dateAsserted",
        "effectiveDateTime",
        "effectiveInstant",
        "effectivePeriod",
        "identifiedDateTime",
        "identifiedPeriod",
        "issued",
        "occurrenceDateTime",
        "occurrencePeriod",
        "onsetDateTime",
        "onsetPeriod",
        "performedDateTime",
        "performedPeriod",
        "period",
        "receivedTime",
        "recorded",
        "recordedDate",
        "start",
        "startDate",
        "started",
        "whenHandedOver",
        "whenPrepared",
    }
)
# Names of times, whatever stands after them: an age, a text, a timing.
_TIMELY = re.compile(
    r"_?(?:(?:effective|occurrence|performed|onset|abatement|identified|collected|started?)[A-Z].*"
    r"|.*(?:DateTime|Date|Period|Instant|Timing|Time)|lastOccurrence|end|sent|received)",
    re.ASCII,
)
# Dates that say nothing of the item's own time: of the person, of a batch, of the bookkeeping.
_NO_CLINICAL_TIME = frozenset({"birthDate", "expirationDate", "identifier", "meta", "contained", "text"})
_PERIOD_ENDS = frozenset({"start", "end", "_start", "_end"})
_PERIOD_MEMBERS = frozenset({"start", "end", "id", "extension"})


def may_fall_in(tree: dict[str, Any], first: str, after: str) -> bool:
    """`tree` is one resource; the period is half-open, in ISO days: first <= day < after."""
    certain = False
    for name, value in tree.items():
        if name in _NO_CLINICAL_TIME:
            continue
        spans = list(_spans(value))
        if any(span is None for span in spans) or (not spans and _is_timely(name)):
            return True
        if any(span is not None and span[0] < after and span[1] >= first for span in spans):
            return True
        if spans and _repeats(name):
            return True
        certain = certain or (bool(spans) and name in _CERTAIN)
    return not certain


def _is_timely(name: str) -> bool:
    """The name of a time. A value that happens to be a time is not when it was measured."""
    return name in _CERTAIN or (not name.startswith("value") and _TIMELY.fullmatch(name) is not None)


def _repeats(name: str) -> bool:
    """A timing may go on beyond the moments that it lists."""
    return name.endswith("Timing") and not name.startswith("value")


def _spans(value: Any) -> Iterator[Span | None]:
    """First and last day of each time in `value`; None for a time that cannot be read."""
    if isinstance(value, str):
        span = _span_of(value)
        if span is not None:
            yield span
    elif isinstance(value, list):
        for member in value:
            yield from _spans(member)
    elif isinstance(value, dict):
        if value.keys() & _PERIOD_ENDS:
            # An end that is said to be missing, or anything else beside the two, is no certain period.
            yield _period_span(value) if value.keys() <= _PERIOD_MEMBERS else None
            return
        for name, member in value.items():
            # Far inside, four digits may be any code.
            if name not in _NO_CLINICAL_TIME and not (isinstance(member, str) and len(member) == _YEAR):
                yield from _spans(member)


def _period_span(period: dict[str, Any]) -> Span | None:
    begins = _span_of(period["start"]) if "start" in period else (_FIRST, _FIRST)
    ends = _span_of(period["end"]) if "end" in period else (_LAST, _LAST)
    return (begins[0], ends[1]) if begins and ends else None


def _span_of(moment: Any) -> Span | None:
    """`2016` is the whole year; an instant is its day as written, in UTC and in summer time."""
    if not isinstance(moment, str) or _MOMENT.fullmatch(moment) is None:
        return None
    if len(moment) == _YEAR:
        return f"{moment}-01-01", f"{moment}-12-31"
    if len(moment) == _MONTH:
        return f"{moment}-01", f"{moment}-31"
    try:
        days = set(_days_of(moment))
    except (ValueError, OverflowError):
        return None
    return min(days), max(days)


def _days_of(moment: str) -> Iterator[str]:
    yield dt.date.fromisoformat(moment[:_DAY]).isoformat()
    if len(moment) > _DAY:
        instant = dt.datetime.fromisoformat(moment).astimezone(dt.UTC)
        yield instant.date().isoformat()
        yield (instant + _SUMMER_OFFSET).date().isoformat()
