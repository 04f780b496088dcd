"""Objections to items and periods: what may be covered, or cannot be shown not to be, is withheld."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Withhold
from tests.support.records import decision, item, readable
from tests.support.screening import released, screened

PERIOD = Withhold(period_start="2016-03-01", period_end="2016-06-01")
OUTSIDE = {"recordedDate": "2015-01-01"}


@pytest.mark.parametrize(
    ("members", "withheld"),
    [
        ({"recordedDate": "2016-02-29"}, False),
        ({"recordedDate": "2016-03-01"}, True),
        ({"recordedDate": "2016-05-31T23:59:59+01:00"}, True),
        ({"recordedDate": "2016-06-01"}, False),
        ({"recordedDate": "2016"}, True),
        ({"recordedDate": "2016-05"}, True),
        ({"recordedDate": "2015"}, False),
        ({"recordedDate": "2015", "onsetDateTime": "2016-04-01"}, True),
        ({}, True),
        (OUTSIDE, False),
        ({"recordedDate": "24/02/2016"}, True),
        ({"recordedDate": "2015-02-31"}, True),
        ({**OUTSIDE, "onsetAge": {"value": 54, "unit": "a"}}, True),
        ({**OUTSIDE, "onsetString": "last spring"}, True),
        ({**OUTSIDE, "onsetPeriod": {"start": "2016-04-01", "end": "2016-04-02"}}, True),
        ({**OUTSIDE, "onsetPeriod": {"start": "2014-04-01", "end": "2014-04-02"}}, False),
        ({**OUTSIDE, "onsetPeriod": {"start": "2014-04-01"}}, True),
        ({**OUTSIDE, "abatementDateTime": "2016-04-01"}, True),
        ({**OUTSIDE, "abatementDateTime": "spring 2016"}, True),
        ({**OUTSIDE, "effectiveInstant": "2016-04-01T10:00:00Z"}, True),
        ({**OUTSIDE, "effectiveTiming": {"event": ["2014-01-01"]}}, True),
        ({**OUTSIDE, "occurrencePeriod": {"start": "2016-01-01", "end": "2016-04-01"}}, True),
        ({**OUTSIDE, "context": {"period": {"start": "2016-04-01", "end": "2016-04-02"}}}, True),
        ({**OUTSIDE, "_onsetDateTime": {"extension": [{"url": "urn:unknown"}]}}, True),
        ({**OUTSIDE, "newlyInventedDate": "2016-04-01"}, True),
        ({**OUTSIDE, "newlyInventedDate": "who knows"}, True),
        ({**OUTSIDE, "meta": {"lastUpdated": "2016-04-01T10:00:00Z"}}, False),
        ({**OUTSIDE, "stage": [{"type": {"coding": [{"code": "2016"}]}}]}, False),
        ({"newlyInventedDate": "2015-01-01"}, True),
    ],
)
def test_an_objected_period_withholds_what_falls_in_it_or_may(
    members: dict[str, Any], withheld: bool
) -> None:
    """Half-open; a time that may fall inside does; without a time that can be read nothing is certain."""
    one = screened([item("Condition", "c1", **members)], decision(withholds=(PERIOD,)))
    assert ("Condition/c1" not in released(one)) is withheld


def test_an_instant_near_midnight_is_its_day_in_summer_time_too() -> None:
    """Half past eleven in UTC is already the first objected day where the person lives."""
    june = Withhold(period_start="2016-06-15", period_end="2016-06-16")
    resource = item("Condition", "c1", recordedDate="2016-06-14T23:30:00Z")
    assert released(screened([resource], decision(withholds=(june,)))) == ["Patient/p1"]


ITEM = Withhold(categories=frozenset({Category.PROBLEMS}), items=frozenset({("urn:x", "7")}))


@pytest.mark.parametrize(
    ("identifiers", "withheld"),
    [
        ([{"system": "urn:x", "value": "7"}], True),
        ([{"system": "urn:x", "value": " 7"}], True),
        ([{"system": "urn:x", "value": "8"}], False),
        ([{"value": "7"}], True),
        ([{"value": "8"}], True),
        ([{"system": "urn:x"}], True),
        ([{"system": "urn:x", "value": "8"}, {"value": "9"}], True),
        ([], True),
        (None, True),
    ],
)
def test_an_objected_item_is_withheld_and_so_is_what_cannot_be_told_from_it(
    identifiers: list[dict[str, str]] | None, withheld: bool
) -> None:
    """An item without any identifier, or with half of one, could be the one."""
    members = {} if identifiers is None else {"identifier": identifiers}
    one = screened([item("Condition", "c1", **members), item("Procedure", "r1")], decision(withholds=(ITEM,)))
    assert ("Condition/c1" not in released(one)) is withheld
    assert "Procedure/r1" in released(one)


def test_a_document_is_known_by_its_master_identifier_too() -> None:
    """R4 gives a document a name of its own beside its identifiers."""
    hidden = Withhold(items=frozenset({("urn:x", "7")}))
    document = item(
        "DocumentReference",
        "d1",
        masterIdentifier={"system": "urn:x", "value": "7"},
        identifier=[{"system": "urn:y", "value": "1"}],
    )
    assert released(screened([document], decision(withholds=(hidden,)))) == ["Patient/p1"]


@pytest.mark.parametrize(
    "categories", [frozenset(), frozenset(Category), {Category.DEMOGRAPHICS, Category.ALERTS}]
)
def test_who_the_person_is_has_no_date_and_is_no_item(categories: frozenset[Category]) -> None:
    """An objection to a period leaves the partner's Patient, whatever else it covers."""
    hidden = Withhold(categories=frozenset(categories), period_start="2016-03-01")
    assert released(screened([], decision(withholds=(hidden,)))) == ["Patient/p1"]


def test_an_objection_to_who_the_person_is_alone_withholds_the_patient() -> None:
    """It names exactly that."""
    hidden = Withhold(categories=frozenset({Category.DEMOGRAPHICS}), period_start="2016-03-01")
    assert released(screened([item("Condition", "c1")], decision(withholds=(hidden,)))) == ["Condition/c1"]


@pytest.mark.parametrize(
    "category", [5, [{"coding": {"code": "laboratory"}}], [{"coding": [{"code": 5}]}], {"coding": "x"}]
)
def test_a_category_that_nobody_can_read_is_unclassified(category: object) -> None:
    """It could have moved the item anywhere."""
    (resource,) = readable([item("Observation", "o1", category=category)])[1:]
    assert resource.category is Category.UNCLASSIFIED
