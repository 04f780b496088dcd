"""A view's items to those that stand in each section of a summary, and how many more there are. Pure.

The items of a group stand together or not at all, and an item of a contradiction always stands.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Generator, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.category import Category
from broker.domain.resource import ABSENT, Header, Resource, codes_in, concept_in
from broker.domain.view import View
from broker.pipeline.presentation.summary.sections import LENT_TYPES, SECTIONS, Section

RECENT_MONTHS = 6
LAST_OF_A_KIND = 5
_ITEMS_IN_A_SLICE = 400
# How many characters of a FHIR date say the year, the month and the day.
_PRECISIONS = (4, 7, 10)
# R4 4.0.1: every state of an Encounter or an EpisodeOfCare in which it is over, or never was.
_OVER = frozenset({"cancelled", "entered-in-error", "finished"})
_CODED = tuple(one for one in SECTIONS if one.codes)
_TYPED = tuple(one for one in SECTIONS if one.types)
_WHOLE = tuple(one for one in SECTIONS if one.takes_categories)
_TYPE = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(slots=True)
class Chosen:
    """Indexes into `View.items` by section, in the view's order, and how many lines of each are left out."""

    items: dict[Section, list[int]] = field(default_factory=lambda: {one: [] for one in SECTIONS})
    left_out: Counter[Section] = field(default_factory=Counter)


def choose(view: View, at: dt.datetime) -> Generator[None, None, Chosen]:
    """What a summary made at `at` shows."""
    chosen, cases = Chosen(), _Cases()
    for index, resource in enumerate(view.items):
        section = cases.section_of(resource)
        if section is not None:
            chosen.items[section].append(index)
        if index % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    together = _together(view)
    disputed = {index for one in view.contradictions_told for index in one.members}
    for section, indexes in chosen.items.items():
        yield
        if section.recent:
            kept = (yield from _recent(indexes, view, at, together)) | disputed
            stay = {together.get(index, index) for index in indexes if index in kept}
            gone = {together.get(index, index) for index in indexes} - stay
            chosen.items[section] = [i for i in indexes if together.get(i, i) in stay]
            chosen.left_out[section] = len(gone)
    return chosen


class _Cases:
    """Where items belong, each spelling of a code read once."""

    def __init__(self) -> None:
        self._codes: dict[bytes, frozenset[str]] = {}

    def section_of(self, resource: Resource) -> Section | None:
        header = resource.header
        if header.resourceType in LENT_TYPES:
            return None
        if resource.category is Category.DOCUMENTS:
            return _first_of_codes(self._read(_type_of(resource)))
        written = (header.category, header.code, header.valueCodeableConcept)
        codes = frozenset().union(*map(self._read, written))
        return (
            _first(one for one in _CODED if resource.category in one.categories and codes & one.codes)
            or _first(one for one in _TYPED if header.resourceType in one.types)
            or _first(one for one in _WHOLE if resource.category in one.categories)
        )

    def _read(self, written: msgspec.Raw) -> frozenset[str]:
        if written is ABSENT:
            return frozenset()
        spelled = bytes(written)
        if spelled not in self._codes:
            self._codes[spelled] = frozenset(codes_in(spelled) or ())
        return self._codes[spelled]


def _first_of_codes(codes: frozenset[str]) -> Section | None:
    return _first(one for one in SECTIONS if codes & (one.codes | one.documents))


def _first(found: Iterable[Section]) -> Section | None:
    return next(iter(found), None)


def _type_of(resource: Resource) -> msgspec.Raw:
    """What kind of document it is: few items have this member, so the header does not carry it."""
    return _TYPE.decode(resource.raw).get("type", ABSENT)


def _together(view: View) -> dict[int, int]:
    """The one item that stands for all of a line; an item that stands alone is not in it."""
    stands: dict[int, int] = {}
    for group in view.groups:
        first = _stands_for(group.members[0], stands)
        for index in group.members:
            stands[_stands_for(index, stands)] = first
    return {index: _stands_for(index, stands) for group in view.groups for index in group.members}


def _stands_for(index: int, stands: dict[int, int]) -> int:
    while stands.get(index, index) != index:
        index = stands[index]
    return index


def _recent(
    indexes: list[int], view: View, at: dt.datetime, together: dict[int, int]
) -> Generator[None, None, set[int]]:
    """Those of the last months, those without a date or an end, and the newest few of each kind."""
    since = _months_before(at)
    kept: set[int] = set()
    kinds: dict[Hashable, dict[int, str]] = defaultdict(dict)
    for count, index in enumerate(indexes, start=1):
        header = view.items[index].header
        when, kind = when_of(header), _kind_of(header)
        if kind is None or not _is_before(when, since) or _goes_on(header):
            kept.add(index)
        if kind is not None:
            line = together.get(index, index)
            kinds[kind][line] = max(kinds[kind].get(line, ""), _late(when))
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    for lines in kinds.values():
        newest = sorted(lines, key=lambda line: lines[line], reverse=True)[:LAST_OF_A_KIND]
        kept.update(newest)
    return kept | {index for index in indexes if together.get(index, index) in kept}


def _months_before(at: dt.datetime) -> str:
    months = at.year * 12 + at.month - 1 - RECENT_MONTHS
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day).isoformat()


def _is_before(when: str, since: str) -> bool:
    """Surely before that day, at the precision in which it was written; what is no date never is."""
    shared = max((one for one in _PRECISIONS if one <= len(when)), default=0)
    return when[:4].isdecimal() and when[:shared] < since[:shared]


def _goes_on(header: Header) -> bool:
    """A contact that has begun, and of which nobody says that it is over."""
    period, status = header.period, header.status
    if period is None or not period.start or period.end:
        return False
    return not (isinstance(status, str) and status in _OVER)


def _late(when: str) -> str:
    """For an order in which a date of less precision is as late as it can be, and no date is the earliest."""
    return f"{when}~" if when else ""


def when_of(header: Header) -> str:
    """The clinical time as written; empty where there is none."""
    periods = (header.effectivePeriod, header.performedPeriod, header.period)
    ends: list[str | None] = [bound for one in periods if one is not None for bound in (one.end, one.start)]
    times: list[Any] = [header.effectiveDateTime, header.occurrenceDateTime, header.performedDateTime, *ends]
    times += [header.onsetDateTime, header.authoredOn, header.issued, header.recordedDate, header.date]
    return next((str(time) for time in times if time), "")


def _kind_of(header: Header) -> Hashable | None:
    """Which test or kind of contact it is; None where nobody can tell, and then it always stands."""
    if header.code is ABSENT:
        return header.resourceType if header.resourceType in {"Encounter", "EpisodeOfCare"} else None
    concept = concept_in(bytes(header.code))
    if concept is None:
        return None
    coded = next(((one.system, one.code) for one in concept.coding if one.code), None)
    return (header.resourceType, coded or concept.text) if coded or concept.text else None
