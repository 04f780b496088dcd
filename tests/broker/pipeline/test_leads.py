"""Whose wording stands first in a group: a rule that leaves nothing to chance."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.leads import SHIPPED_LEADS
from tests.support.merged import HEART_HOSPITAL, HOSPITAL, PRACTICE, SNOMED, coded, groups_of, merged, state
from tests.support.records import item

PROBLEM: dict[str, Any] = {
    "code": coded((SNOMED, "44054006")),
    "onsetDateTime": "2016",
    "clinicalStatus": state("active"),
}
RESULT: dict[str, Any] = {
    "code": coded(("http://loinc.org", "2160-0")),
    "effectiveDateTime": "2026-09-30T09:12:00Z",
    "status": "final",
    "category": [coded(("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"))],
}


def lead(*held: tuple[str, dict[str, Any]], **changes: Any) -> str:
    """The lead of the one group."""
    [group] = groups_of(merged(*((partner, [one]) for partner, one in held), **changes))
    return group[0]


@pytest.mark.parametrize("turned", [False, True])
def test_the_lead_is_of_whoever_holds_the_record_of_it(*, turned: bool) -> None:
    """The practice for a problem, the hospital for a result, whichever was first in the plan."""
    partners = (PRACTICE, HOSPITAL) if turned else (HOSPITAL, PRACTICE)
    assert lead(*((name, item("Condition", "1", **PROBLEM)) for name in partners)) == "fen-edge Condition/1"
    assert (
        lead(*((name, item("Observation", "1", **RESULT)) for name in partners)) == "addenbury Observation/1"
    )


def test_among_equals_it_is_the_one_that_says_most() -> None:
    """Whatever else they say."""
    more = item("Observation", "2", issued="2026-09-30T12:00:00Z", **RESULT)
    assert (
        lead((HOSPITAL, item("Observation", "1", **RESULT)), (HEART_HOSPITAL, more))
        == "papermill Observation/2"
    )


def test_then_the_newest_and_then_the_first_in_the_plan() -> None:
    """A version of no date is the oldest."""
    old, new = (
        item("Observation", "1", meta={"lastUpdated": f"2026-10-0{day}T10:00:00Z"}, **RESULT)
        for day in (1, 2)
    )
    undated = item("Observation", "1", meta={"versionId": "1"}, **RESULT)
    assert lead((HOSPITAL, old), (HEART_HOSPITAL, new)) == "papermill Observation/1"
    assert lead((HOSPITAL, undated), (HEART_HOSPITAL, old)) == "papermill Observation/1"
    assert lead((HOSPITAL, old), (HEART_HOSPITAL, old)) == "addenbury Observation/1"


def test_policy_may_name_another_kind() -> None:
    """And a category that it does not name stays as it ships."""
    leads = {**SHIPPED_LEADS, Category.PROBLEMS: ("acute",)}
    held = [(name, item("Condition", "1", **PROBLEM)) for name in (PRACTICE, HOSPITAL)]
    assert lead(*held, leads=leads) == "addenbury Condition/1"
    assert lead(
        *((name, item("Observation", "1", **RESULT)) for name in (PRACTICE, HOSPITAL)), leads=leads
    ) == ("addenbury Observation/1")
