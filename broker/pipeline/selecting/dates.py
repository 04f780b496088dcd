"""Dates as FHIR writes them against the date that was asked for (R4 4.0.1, search.html#prefix).

Both are spans at their own precision. A value that cannot be read is no date: no search finds it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from broker.domain.criteria import DateValue, Prefix
from broker.domain.spans import EVER_AFTER, EVER_BEFORE, Span, span_of, span_of_day

_Compare = Callable[[Span, Span], bool]
# From the span asked for and the item's own. The range above what was asked for begins where it ends.
_COMPARED: Mapping[Prefix, _Compare] = MappingProxyType(
    {
        Prefix.EQ: lambda asked, own: asked.contains(own),
        Prefix.NE: lambda asked, own: not asked.contains(own),
        Prefix.GT: lambda asked, own: own.ends_ns > asked.ends_ns,
        Prefix.LT: lambda asked, own: own.begins_ns < asked.begins_ns,
        Prefix.GE: lambda asked, own: own.ends_ns > asked.ends_ns or asked.contains(own),
        Prefix.LE: lambda asked, own: own.begins_ns < asked.begins_ns or asked.contains(own),
        Prefix.SA: lambda asked, own: own.begins_ns >= asked.ends_ns,
        Prefix.EB: lambda asked, own: own.ends_ns <= asked.begins_ns,
        Prefix.AP: lambda asked, own: asked.overlaps(own),
    }
)
_APPROXIMATELY = 10  # a tenth of the time between now and the date, as R4 recommends


def satisfies(value: DateValue, own: Iterable[Span], asked_at: dt.datetime) -> bool:
    """Whether one of an item's spans is as the value asks. `asked_at` (aware) is the day of `ap`."""
    asked = value.span
    if value.prefix is Prefix.AP:
        asked = _widened(asked, span_of_day(asked_at))
    compared = _COMPARED[value.prefix]
    return any(compared(asked, one) for one in own)


def _widened(asked: Span, today: Span) -> Span:
    gap_ns = max(0, today.begins_ns - asked.ends_ns, asked.begins_ns - today.ends_ns) // _APPROXIMATELY
    return Span(asked.begins_ns - gap_ns, asked.ends_ns + gap_ns)


def spans_in(values: Iterable[Any]) -> list[Span]:
    """The span of each date, Period or Timing; what is none has none."""
    return [span for value in values if (span := span_in(value)) is not None]


def span_in(value: Any) -> Span | None:
    """The span of one value. None for a Period with an end that cannot be read: it may lie anywhere."""
    if isinstance(value, str):
        return span_of(value)
    if not isinstance(value, dict):
        return None
    if "start" in value or "end" in value:
        return _period(value)
    return _timing(value)


def _period(value: dict[str, Any]) -> Span | None:
    """Without a start it has always been, without an end it goes on."""
    begins, ends = (span_of(one) if isinstance(one, str) else None for one in _both_ends(value))
    if ("start" in value and begins is None) or ("end" in value and ends is None):
        return None
    return Span(begins.begins_ns if begins else EVER_BEFORE, ends.ends_ns if ends else EVER_AFTER)


def _both_ends(period: dict[str, Any]) -> tuple[Any, Any]:
    return period.get("start"), period.get("end")


def _timing(value: dict[str, Any]) -> Span | None:
    """Only the outer limits of a Timing count (R4 4.0.1, search.html#date)."""
    repeat, events = value.get("repeat"), value.get("event")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    limits = [*(events if isinstance(events, list) else ()), *([bounds] if isinstance(bounds, dict) else ())]
    spans = [span_in(one) for one in limits]
    known = [one for one in spans if one is not None]
    if not known or len(known) < len(spans):
        return None
    return Span(min(one.begins_ns for one in known), max(one.ends_ns for one in known))
