"""A question as one text: what a page token binds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from broker.domain.criteria import Criteria, DateValue, Filter, Include, Prefix, SortKey, TokenValue
from broker.domain.query import Interaction, RecordQuery
from broker.domain.spans import span_of
from tests.support.records import NUMBER, OTHER

GLUCOSE = TokenValue("http://loinc.org", "15074-8")
WEIGHT = TokenValue(None, "29463-7")


def date(written: str, prefix: Prefix = Prefix.GE) -> DateValue:
    """A date to compare with."""
    span = span_of(written)
    assert span is not None
    return DateValue(prefix, span, written)


FULL = Criteria(
    filters=(Filter("code", (GLUCOSE, WEIGHT)), Filter("date", (date("2020"),))),
    ids=frozenset({"a-1", "b-2"}),
    since=date("2021", Prefix.EQ),
    start=date("2022", Prefix.EQ),
    end=date("2023", Prefix.EQ),
    sort=(SortKey("date", descending=True), SortKey("_lastUpdated")),
    includes=(Include("Observation", "encounter"),),
)


def query(**changes: Any) -> RecordQuery:
    """A search for observations."""
    given: dict[str, Any] = {
        "interaction": Interaction.SEARCH,
        "number": NUMBER,
        "resource_types": frozenset({"Observation"}),
        "criteria": FULL,
    }
    return RecordQuery(**{**given, **changes})


CHANGES: dict[str, Criteria] = {
    "another code": dataclasses.replace(FULL, filters=(Filter("code", (GLUCOSE,)), FULL.filters[1])),
    "another prefix": dataclasses.replace(
        FULL, filters=(FULL.filters[0], Filter("date", (date("2020", Prefix.GT),)))
    ),
    "another precision": dataclasses.replace(
        FULL, filters=(FULL.filters[0], Filter("date", (date("2020-01"),)))
    ),
    "another item": dataclasses.replace(FULL, ids=frozenset({"a-1"})),
    "any item": dataclasses.replace(FULL, ids=None),
    "no since": dataclasses.replace(FULL, since=None),
    "another start": dataclasses.replace(FULL, start=date("2021", Prefix.EQ)),
    "another end": dataclasses.replace(FULL, end=date("2024", Prefix.EQ)),
    "another order": dataclasses.replace(FULL, sort=tuple(reversed(FULL.sort))),
    "the other way round": dataclasses.replace(FULL, sort=(SortKey("date"), FULL.sort[1])),
    "nothing along": dataclasses.replace(FULL, includes=()),
    "one target alone": dataclasses.replace(
        FULL, includes=(Include("Observation", "encounter", "Encounter"),)
    ),
    "both codes at once": dataclasses.replace(
        FULL, filters=(Filter("code", (GLUCOSE,)), Filter("code", (WEIGHT,)), FULL.filters[1])
    ),
    "a comma inside a code": dataclasses.replace(
        FULL, filters=(Filter("code", (TokenValue(None, f"{WEIGHT.text},{GLUCOSE.text}"),)), FULL.filters[1])
    ),
    "nothing": Criteria(),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_another_meaning_is_another_text(changed: Criteria) -> None:
    """A page of one question is never a page of another."""
    assert query(criteria=changed).canonical() != query().canonical()


def test_another_interaction_or_type_is_another_text() -> None:
    """The whole record is not a search, nor is it what some partners alone have of it."""
    texts = {
        query().canonical(),
        query(interaction=Interaction.EVERYTHING).canonical(),
        query(resource_types=frozenset({"Condition"})).canonical(),
        query(resource_types=frozenset({"Condition", "Observation"})).canonical(),
        query(resource_types=frozenset()).canonical(),
        query(again=b"one").canonical(),
        query(again=b"other").canonical(),
        query(within_days=7).canonical(),
    }
    assert len(texts) == 8


def test_one_meaning_in_two_spellings_is_one_text() -> None:
    """The order of filters and of their values, and a value said twice, change nothing."""
    turned = dataclasses.replace(
        FULL, filters=(FULL.filters[1], Filter("code", (WEIGHT, GLUCOSE, WEIGHT)), FULL.filters[1])
    )
    assert query(criteria=turned).canonical() == query().canonical()


def test_neither_the_person_nor_the_page_stands_in_it() -> None:
    """The number, the page size and the document are bound by others."""
    assert query(number=OTHER, count=7, pointer=b"x").canonical() == query().canonical()
    assert NUMBER.digits not in query().canonical()


def test_nothing_that_is_asked_shows_in_a_repr() -> None:
    """A code can tell something of the person, and a traceback shows what a repr shows."""
    assert "15074" not in repr(query()) + repr(FULL)
    assert "2020" not in repr(FULL)


def test_only_what_may_leave_items_out_narrows() -> None:
    """An order and what comes along leave nothing out."""
    assert FULL.narrows
    assert not Criteria(sort=FULL.sort, includes=FULL.includes).narrows
    for name in ("filters", "ids", "since", "start", "end"):
        assert Criteria(**{name: getattr(FULL, name)}).narrows


def test_partners_are_asked_for_what_comes_along_too() -> None:
    """The types searched and those that an include may bring; every type stays every type."""
    criteria = Criteria(included_types=frozenset({"Encounter"}))
    assert query(criteria=criteria).types_asked == {"Observation", "Encounter"}
    assert query(criteria=criteria, resource_types=frozenset()).types_asked == frozenset()
