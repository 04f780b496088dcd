"""Where a resource says something that cannot be read, doubt withholds it and denies "none recorded"."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import LISTED_SYSTEM, Category, listed_code
from broker.domain.decision import Withhold
from broker.pipeline.screening import screen
from tests.support.records import KNOWN, decision, finished, item, readable

ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}
PERIODS = {
    "an end that is said to be missing": {"onsetPeriod": {"start": "2015-01-01", "_end": ABSENT}},
    "an end said twice": {"onsetPeriod": {"start": "2015", "end": "2022", "_end": ABSENT}},
    "a member beside the two": {"onsetPeriod": {"start": "2015", "end": "2016", "about": "2020"}},
}


@pytest.mark.parametrize("members", PERIODS.values(), ids=PERIODS.keys())
def test_a_period_that_says_more_than_its_ends_is_in_doubt(members: dict[str, Any]) -> None:
    """It may reach into the time that the person objected to."""
    ruling = decision(withholds=(Withhold(period_start="2020-01-01", period_end="2021-01-01"),))
    one = finished(
        screen("addenbury", readable([item("Condition", "c1", **members)]), ruling, frozenset(), KNOWN)
    )
    assert [resource.local_reference for resource in one.released] == ["Patient/p1"]


UNREADABLE = {
    "an allergy": (item("AllergyIntolerance", "a1", category=[1]), Category.ALLERGIES),
    "a problem": (item("Condition", "c1", category={"coding": 5}), Category.PROBLEMS),
    "a result": (item("Observation", "o1", category=5), Category.RESULTS),
}


@pytest.mark.parametrize(("resource", "category"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_item_whose_category_cannot_be_read_denies_none_recorded(
    resource: dict[str, Any], category: Category
) -> None:
    """It is withheld, and what its kind might have been is not nothing."""
    one = finished(screen("addenbury", readable([resource]), decision(), frozenset(), KNOWN))
    assert category in one.fallen


LISTED = {
    "a listed allergy": ("Basic", listed_code(Category.ALLERGIES), "AllergyIntolerance", Category.ALLERGIES),
    "a questionnaire": ("QuestionnaireResponse", "", "Observation", Category.OBSERVATIONS),
    "a device in use": ("DeviceUseStatement", "", "Procedure", Category.PROCEDURES),
}


@pytest.mark.parametrize(("kind", "code", "asked", "category"), LISTED.values(), ids=LISTED.keys())
@pytest.mark.parametrize("withholds", [(), (Withhold(items=frozenset({("urn:x", "1")})),)])
def test_an_item_under_a_type_that_was_not_asked_for_denies_none_recorded(
    kind: str, code: str, asked: str, category: Category, withholds: tuple[Withhold, ...]
) -> None:
    """An allergy that R4 cannot hold is an allergy, to whoever searches for AllergyIntolerance alone."""
    concept = {"code": {"coding": [{"system": LISTED_SYSTEM, "code": code}]}} if code else {}
    own = {"identifier": [{"system": "urn:x", "value": "2"}]}
    answer = readable([item(kind, "b1", **concept, **own)])
    one = finished(screen("addenbury", answer, decision(withholds=withholds), frozenset({asked}), KNOWN))
    assert [resource.local_reference for resource in one.released] == []
    assert category in one.fallen


def test_a_list_that_only_holds_items_together_denies_nothing() -> None:
    """The practice's own list of allergies, empty, is no allergy; one that names an allergy says that there
    is one, though it did not come.
    """
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]}
    for entry, falls in (
        ([], False),
        ([{"item": {"reference": "AllergyIntolerance/gone"}}], True),
        (7, True),
    ):
        answer = readable([item("List", "l1", code=code, entry=entry)])
        one = finished(screen("addenbury", answer, decision(), frozenset({"AllergyIntolerance"}), KNOWN))
        assert (Category.ALLERGIES in one.fallen) is falls
