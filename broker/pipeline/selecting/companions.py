"""What comes along with the matches, so that a filter hides nothing that belongs to them.

Whoever stands in a group or a contradiction with a match comes along: an active medicine is not shown
without the other source that says it was stopped. So does what a match names, where it was asked for by
`_include`; and, of a whole record, who and where, and the medicines that are named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from typing import Any

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.criteria import Include
from broker.domain.include_parameters import INCLUDE_PARAMETERS, IncludeParameter
from broker.domain.query import RecordQuery
from broker.domain.references import plain_name, references_in
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.selecting.elements import Elements

_NAMED_IN_A_SLICE = 2_000
# Of these nobody asks when: they say what an item names, and stand or go with it.
ATTENDANT_TYPES = SUPPORTING_TYPES | {"Medication"}
Places = Mapping[tuple[str, str], int]


def places_by_name(items: Iterable[Resource]) -> Generator[None, None, Places]:
    """Where each item stands, by its partner and each way in which that partner's references name it."""
    places: dict[tuple[str, str], int] = {}
    for place, resource in enumerate(items):
        places.setdefault((resource.partner_id, resource.local_reference), place)
        if resource.full_url is not None:
            places.setdefault((resource.partner_id, resource.full_url), place)
        if place % _NAMED_IN_A_SLICE == _NAMED_IN_A_SLICE - 1:
            yield
    return places


class Companions:
    """Whoever comes along with the matches of one view, each once."""

    def __init__(self, view: View, query: RecordQuery, places: Places, matches: Collection[int]) -> None:
        """A match stands for itself and never comes along with another."""
        self._items = view.items
        self._includes = query.criteria.includes
        self._is_whole = not query.resource_types
        self._places = places
        self._placed = set(matches)
        self._elements = Elements()
        self._clusters = [one.members for one in view.groups] + [
            one.members for one in view.contradictions_told
        ]
        self._seen: set[int] = set()
        self._together: dict[int, list[int]] = defaultdict(list)
        for number, members in enumerate(self._clusters):
            for place in members:
                self._together[place].append(number)

    def of(self, match: int) -> list[int]:
        """The places of all that come along with this match and have not come along before."""
        found: list[int] = []
        waiting = [*self._beside(match), *self._included(match)]
        for place in waiting:  # grows while it is walked: whoever comes along does not come alone
            if place not in self._placed:
                self._placed.add(place)
                found.append(place)
                waiting += self._beside(place)
        return found

    def _beside(self, place: int) -> Iterator[int]:
        """Whoever stands in a cluster with it; and of a whole record, who and where, and the medicine."""
        for number in self._together.get(place, ()):
            if number not in self._seen:
                self._seen.add(number)
                yield from self._clusters[number]
        if self._is_whole:
            resource = self._items[place]
            named = self._named(resource, references_in(resource.raw))
            yield from (one for one in named if self._kind(one) in ATTENDANT_TYPES)

    def _included(self, match: int) -> Iterator[int]:
        resource = self._items[match]
        for row, target in _rows(resource.header.resourceType, self._includes):
            values = self._elements.values(resource, row.elements)
            for place in self._named(resource, _references(values)):
                if self._kind(place) in row.targets and target in {"", self._kind(place)}:
                    yield place

    def _named(self, resource: Resource, references: Iterable[str]) -> Iterator[int]:
        """A partner's own items, by a reference as it is written and as `Type/id`."""
        for reference in references:
            for name in (reference, plain_name(reference)):
                place = self._places.get((resource.partner_id, name)) if name else None
                if place is not None:
                    yield place

    def _kind(self, place: int) -> str:
        return self._items[place].header.resourceType


def _rows(kind: str, includes: Iterable[Include]) -> Iterator[tuple[IncludeParameter, str]]:
    rows = INCLUDE_PARAMETERS.get(kind, {})
    return (
        (rows[include.name], include.target)
        for include in includes
        if include.kind == kind and include.name in rows
    )


def _references(values: Iterable[Any]) -> Iterator[str]:
    found = (value.get("reference") for value in values if isinstance(value, dict))
    return (one for one in found if isinstance(one, str))
