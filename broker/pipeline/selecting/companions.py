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
from broker.domain.references import plain_name, references_in
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.selecting.elements import Elements

_ITEMS_IN_A_SLICE = 200
_NAMED_IN_A_SLICE = 2_000
# Of these nobody asks when: they say what an item names, and stand or go with it.
ATTENDANT_TYPES = SUPPORTING_TYPES | {"Medication"}
_Places = Mapping[tuple[str, str], int]


def beside(view: View, matches: Iterable[int]) -> set[int]:
    """The places of all that stand together with a match, directly or by another that does."""
    together: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    clusters = [one.members for one in view.groups] + [one.members for one in view.contradictions]
    for members in clusters:
        for place in members:
            together[place].append(members)
    found, waiting = set(matches), [place for place in matches if place in together]
    while waiting:
        for members in together.pop(waiting.pop(), ()):
            waiting += [place for place in members if place in together]
            found.update(members)
    return found


def included(
    view: View, matches: Iterable[int], includes: Collection[Include]
) -> Generator[None, None, set[int]]:
    """The places of what matches name by the references that were asked for."""
    found: set[int] = set()
    places, elements = (yield from _places(view.items)), Elements()
    for count, match in enumerate(matches, start=1):
        resource = view.items[match]
        for row, target in _rows(resource.header.resourceType, includes):
            for name in _names(elements.values(resource, row.elements)):
                place = places.get((resource.partner_id, name))
                if place is not None and _is_wanted(view.items[place], row, target):
                    found.add(place)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return found


def attending(view: View, kept: Iterable[int]) -> Generator[None, None, set[int]]:
    """The places of whoever and whatever is named by what is kept, and by those in turn."""
    places = yield from _places(view.items)
    found, waiting = set[int](), list(kept)
    for count, place in enumerate(waiting, start=1):  # grows while it is walked
        resource = view.items[place]
        for name in _spellings(references_in(resource.raw)):
            named = places.get((resource.partner_id, name))
            if named is not None and named not in found and _attends(view.items[named]):
                found.add(named)
                waiting.append(named)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return found


def _attends(resource: Resource) -> bool:
    return resource.header.resourceType in ATTENDANT_TYPES


def _places(items: Iterable[Resource]) -> Generator[None, None, _Places]:
    """Where each item stands, by its partner and each way in which that partner's references name it."""
    places: dict[tuple[str, str], int] = {}
    for place, resource in enumerate(items):
        places.setdefault((resource.partner_id, resource.local_reference), place)
        if resource.full_url is not None:
            places.setdefault((resource.partner_id, resource.full_url), place)
        if place % _NAMED_IN_A_SLICE == _NAMED_IN_A_SLICE - 1:
            yield
    return places


def _rows(kind: str, includes: Iterable[Include]) -> Iterator[tuple[IncludeParameter, str]]:
    rows = INCLUDE_PARAMETERS.get(kind, {})
    return (
        (rows[include.name], include.target)
        for include in includes
        if include.kind == kind and include.name in rows
    )


def _is_wanted(resource: Resource, row: IncludeParameter, target: str) -> bool:
    kind = resource.header.resourceType
    return kind in row.targets and target in {"", kind}


def _names(values: Iterable[Any]) -> Iterator[str]:
    references = (value.get("reference") for value in values if isinstance(value, dict))
    return _spellings(one for one in references if isinstance(one, str))


def _spellings(references: Iterable[str]) -> Iterator[str]:
    """A reference as it is written, and as `Type/id`: a partner's own items are known by both."""
    for reference in references:
        yield reference
        plain = plain_name(reference)
        if plain is not None:
            yield plain
