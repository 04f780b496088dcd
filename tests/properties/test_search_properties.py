"""Searches as sets: and is fewer, or is more, an order is all of them, and no shape of an item breaks one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.criteria import Criteria, Filter
from broker.domain.query import RecordQuery
from broker.domain.resource import Resource
from broker.domain.search_parameters import DATE, SEARCH_PARAMETERS
from broker.domain.view import Group
from tests.support.any_search import searches
from tests.support.records import item, readable
from tests.support.selected import coded, dated, matched, search, selected, shown

CODES = ("1", "s|1", "|2", "s|")
YEARS = ("2020", "2021-03", "2021-03-04T10:00:00Z")
KINDS = ("Condition", "Observation", "MedicationRequest")
_CODE = {"coding": [{"system": "s", "code": "1"}]}, {"coding": [{"code": "2"}]}, {"text": "1"}
_MEMBERS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("code", "medicationCodeableConcept", "category", "clinicalStatus"), st.sampled_from(_CODE)
        ),
        **dict.fromkeys(
            ("effectiveDateTime", "onsetDateTime", "authoredOn", "recordedDate"), st.sampled_from(YEARS)
        ),
        "status": st.sampled_from(("1", "2", "active")),
        "encounter": st.sampled_from(({"reference": "Encounter/e0"}, {"reference": "Encounter/gone"})),
        "meta": st.sampled_from(({"lastUpdated": YEARS[2]}, {"versionId": "1"})),
    },
)


@st.composite
def items(draw: st.DrawFn) -> tuple[Resource, ...]:
    """Items of two partners, with an encounter at each."""
    made: list[Resource] = []
    for partner in ("addenbury", "papermill"):
        drawn = draw(st.lists(st.tuples(st.sampled_from(KINDS), _MEMBERS), max_size=5))
        raws = [item(kind, f"{partner}-{n}", **members) for n, (kind, members) in enumerate(drawn)]
        made += readable([item("Encounter", "e0"), *raws], partner)[1:]
    return tuple(made)


def with_filters(query: RecordQuery, *filters: Filter) -> RecordQuery:
    """The same question with exactly these filters."""
    return dataclasses.replace(query, criteria=dataclasses.replace(query.criteria, filters=filters))


ASKED = searches(KINDS, ids=[("addenbury", "x")], codes=CODES, years=YEARS).filter(
    lambda query: bool(query.resource_types) and query.criteria.ids is None
)


@given(of=items(), query=ASKED)
@settings(max_examples=120, deadline=None)
def test_each_filter_alone_finds_what_all_of_them_find_together(
    of: tuple[Resource, ...], query: RecordQuery
) -> None:
    """And is what each finds; and a value beside another finds what either finds."""
    plain = with_filters(query)
    kind = min(query.resource_types)
    everything = {one.header.id for one in of if one.header.resourceType == kind}
    assert set(matched(of, plain)) == everything
    each = [set(matched(of, with_filters(query, one))) for one in query.criteria.filters]
    assert set(matched(of, query)) == everything.intersection(*each)
    for one, found in zip(query.criteria.filters, each, strict=True):
        alone = [set(matched(of, with_filters(query, Filter(one.name, (v,))))) for v in one.values]  # type: ignore[arg-type] # one value of either kind
        assert found == set().union(*alone)


@given(of=items(), query=ASKED, pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=3))
@settings(max_examples=80, deadline=None)
def test_an_order_and_what_comes_along_change_no_match(
    of: tuple[Resource, ...], query: RecordQuery, pairs: list[tuple[int, int]]
) -> None:
    """Nothing is shown twice, and every match is there whatever it is put in order by, or brings along."""
    bare = dataclasses.replace(query, criteria=Criteria(filters=query.criteria.filters))
    groups = tuple(Group((a, b), "same-content") for a, b in pairs if a != b and max(a, b) < len(of))
    found = shown(of, query, groups=groups)
    assert len(found) == len(set(found)) or found.count("e0") == 2
    assert sorted(matched(of, query, groups=groups)) == sorted(matched(of, bare))
    assert set(matched(of, bare)) <= set(found)


# Numbers that no machine word holds; JSON has no end of them.
_NUMBERS = {"@huge": "1e999", "@tiny": "1e-999", "@long": "9" * 40}
_LEAVES = st.none() | st.booleans() | st.sampled_from(("1", "2020", "s", "Encounter/e0", *_NUMBERS))
_NAMES = ("coding", "system", "code", "start", "end", "event", "repeat", "boundsPeriod", "reference")
_ANY = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
    max_leaves=6,
)


def written(tree: dict[str, Any]) -> bytes:
    """As a partner writes it, with numbers as they stand."""
    raw = json.dumps(tree)
    for mark, number in _NUMBERS.items():
        raw = raw.replace(f'"{mark}"', number)
    return raw.encode()


@given(kind=st.sampled_from(sorted(SEARCH_PARAMETERS)), data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_shape_of_an_item_breaks_a_search(kind: str, data: st.DataObject) -> None:
    """Whatever a partner writes where a parameter looks, the item is found or it is not."""
    rows = SEARCH_PARAMETERS[kind]
    tops = {
        element.partition(".")[0].replace("[x]", choice)
        for row in rows.values()
        for element in row.elements
        for choice in ("DateTime", "Period", "Timing")
    }
    members = data.draw(st.dictionaries(st.sampled_from(sorted(tops)), _ANY, max_size=4))
    of = readable([written({**item(kind, "x"), **members})])[1:]
    asked = data.draw(searches([kind], ids=[("addenbury", "x")], codes=CODES, years=YEARS))
    ids = [one.header.id or "" for one in of]
    assert selected(of, asked, item_ids=ids).selection is not None
    for name, row in rows.items():
        one = dated(name, "ne1999") if row.search_type == DATE else coded(name, "1", "s|")
        assert matched(of, search(kind, one)) in ([], ["x"])
