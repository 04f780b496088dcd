"""Does an objection to an item or a period hold this resource back? Doubt says yes."""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.category import Category
from broker.domain.decision import Withhold
from broker.domain.resource import Header, Period, Resource, WireIdentifier

_YEAR = 4
_MONTH = 7
_DAY = 10


def is_objected(resource: Resource, withholds: tuple[Withhold, ...]) -> bool:
    """True when any of `withholds` covers the resource, or cannot be shown not to."""
    return any(_covers(withhold, resource) for withhold in withholds)


def _covers(withhold: Withhold, resource: Resource) -> bool:
    if withhold.categories:
        if resource.category not in withhold.categories:
            return False
    elif resource.category is Category.DEMOGRAPHICS:
        return False
    return _item_covered(withhold, resource.header) and _period_covered(withhold, resource.header)


def _item_covered(withhold: Withhold, header: Header) -> bool:
    if not withhold.items:
        return True
    own = {(identifier.system, identifier.value) for identifier in _identifiers(header)}
    return not own or not own.isdisjoint(withhold.items)


def _identifiers(header: Header) -> list[WireIdentifier]:
    if header.identifier is None:
        return []
    return header.identifier if isinstance(header.identifier, list) else [header.identifier]


def _period_covered(withhold: Withhold, header: Header) -> bool:
    if withhold.period_start is None and withhold.period_end is None:
        return True
    spans = list(_spans(header))
    starts, ends = withhold.period_start or "", withhold.period_end or "9999-99-99"
    return not spans or any(first < ends and last >= starts for first, last in spans)


def _spans(header: Header) -> Iterator[tuple[str, str]]:
    """First and last day of every time that the resource names; `2016` is the whole year."""
    for moment in (
        header.effectiveDateTime,
        header.occurrenceDateTime,
        header.performedDateTime,
        header.onsetDateTime,
        header.recordedDate,
        header.authoredOn,
        header.issued,
        header.date,
        header.start,
        header.created,
    ):
        if moment:
            yield _first_day(moment), _last_day(moment)
    for period in (header.effectivePeriod, header.performedPeriod, header.period):
        if period is not None:
            yield _span_of(period)


def _span_of(period: Period) -> tuple[str, str]:
    first = _first_day(period.start) if period.start else ""
    return first, _last_day(period.end) if period.end else "9999-99-99"


def _first_day(moment: str) -> str:
    return {_YEAR: f"{moment}-01-01", _MONTH: f"{moment}-01"}.get(len(moment), moment[:_DAY])


def _last_day(moment: str) -> str:
    return {_YEAR: f"{moment}-12-31", _MONTH: f"{moment}-31"}.get(len(moment), moment[:_DAY])
