"""The criteria of a question and the view to what of it is shown, in which order. Pure, in slices.

Everything before this knows nothing of the criteria: partners are asked, and answers are screened and
merged, as if there were none. So no criterion can tell of anything that this reader may not see, and none
hides that what it finds is contradicted elsewhere.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from broker.domain.query import RecordQuery
from broker.domain.resource import Resource
from broker.domain.view import Selection, View
from broker.pipeline.selecting.companions import ATTENDANT_TYPES, Companions, places_by_name
from broker.pipeline.selecting.matching import Matching
from broker.pipeline.selecting.ordering import in_order
from broker.pipeline.selecting.telling import told_of

_ITEMS_IN_A_SLICE = 200


def select(view: View, query: RecordQuery, item_ids: Sequence[str]) -> Generator[None, None, View]:
    """The same view, narrowed and in the order asked for. `item_ids` are the items' own, in their order;
    they may be left empty where the question names none.
    """
    criteria = query.criteria
    places = yield from places_by_name(view.items)
    matching = Matching(criteria, view, places)
    matches = yield from _matches(view, query, matching, item_ids)
    ordered = yield from in_order(matches, view, matching, criteria.sort)
    companions = Companions(view, query, places, matches)
    yield
    shown: list[int] = []
    for count, match in enumerate(ordered, start=1):
        shown += (match, *companions.of(match))
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    yield
    selection = Selection(tuple(shown), frozenset(matches), narrows=criteria.narrows)
    return (yield from told_of(view, selection))


def _matches(
    view: View, query: RecordQuery, matching: Matching, item_ids: Sequence[str]
) -> Generator[None, None, list[int]]:
    found = []
    ids = query.criteria.ids
    for place, resource in enumerate(view.items):
        named = ids is None or item_ids[place] in ids
        if named and _is_searched(resource, query) and matching.matches(resource):
            found.append(place)
        if place % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    return found


def _is_searched(resource: Resource, query: RecordQuery) -> bool:
    kind = resource.header.resourceType
    return kind in query.resource_types if query.resource_types else kind not in ATTENDANT_TYPES
