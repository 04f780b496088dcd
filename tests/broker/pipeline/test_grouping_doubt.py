"""Where too little is said, two items are not one; where they are of two times, they contradict nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.merged import HOSPITAL, PRACTICE, SNOMED, clashes_of, coded, groups_of, merged, state
from tests.support.records import item

MIDNIGHT, MORNING = "2026-02-02T00:00:00Z", "2026-02-02T09:40:00Z"


def problem(local_id: str, **members: Any) -> dict[str, Any]:
    """A problem with one code."""
    given = {"code": coded((SNOMED, "233604007")), "clinicalStatus": state("active")}
    return item("Condition", local_id, **{**given, **members})


def letter(local_id: str, date: str, **members: Any) -> dict[str, Any]:
    """A document of which little is said."""
    return item(
        "DocumentReference", local_id, status="current", type={"text": "Letter"}, date=date, **members
    )


def test_a_code_without_its_system_likens_nothing() -> None:
    """Two sources may number alike; the words beside it still tell."""
    bare = {"coding": [{"code": "12"}]}
    assert (
        groups_of(merged((HOSPITAL, [problem("1", code=bare)]), (PRACTICE, [problem("2", code=bare)]))) == []
    )
    worded = {**bare, "text": "Sore knee"}
    view = merged((HOSPITAL, [problem("1", code=worded)]), (PRACTICE, [problem("2", code=worded)]))
    assert len(groups_of(view)) == 1


@pytest.mark.parametrize(
    ("date", "members", "groups"),
    [
        (MIDNIGHT, {}, 0),
        ("2026-02-02", {}, 0),
        (MORNING, {}, 0),
        (MIDNIGHT, {"description": "Eye clinic"}, 1),
        (MIDNIGHT, {"author": [{"display": "Eye clinic"}]}, 1),
    ],
)
def test_letters_need_an_author_or_a_title(date: str, members: dict[str, Any], groups: int) -> None:
    """A clinic writes several letters a day, and a date alone tells none of them from another."""
    view = merged((HOSPITAL, [letter("1", date, **members)]), (PRACTICE, [letter("2", date, **members)]))
    assert len(groups_of(view)) == groups


def test_a_referral_is_known_by_what_is_ordered_and_else_by_its_reason() -> None:
    """Practices give no code of the service, and translation puts it where R4 has it."""
    service = coded((SNOMED, "183519002"))
    order = {"status": "active", "intent": "order", "authoredOn": "2026-05-19"}
    for member in ("code", "orderDetail", "reasonCode"):
        given = service if member == "code" else [service]
        ours = item("ServiceRequest", "1", **order, **{member: given})
        theirs = item("ServiceRequest", "2", **order, code=service)
        assert len(groups_of(merged((HOSPITAL, [theirs]), (PRACTICE, [ours])))) == 1


def test_a_goal_is_known_by_its_words_and_its_beginning() -> None:
    """Another state of it is another statement."""
    goal = {
        "lifecycleStatus": "active",
        "description": {"text": "Walk to the shop"},
        "startDate": "2026-08-01",
    }
    one, same = item("Goal", "1", **goal), item("Goal", "2", **goal)
    reached = item("Goal", "2", **{**goal, "lifecycleStatus": "completed"})
    assert len(groups_of(merged((HOSPITAL, [one]), (PRACTICE, [same])))) == 1
    assert groups_of(merged((HOSPITAL, [one]), (PRACTICE, [reached]))) == []


@pytest.mark.parametrize(
    ("ended", "began", "clashes"),
    [
        ("2022-01-20", "2026-11-15", 0),
        ("2022", "2026-11-15", 0),
        ("2026", "2026-11-15", 1),  # a year is not before a day of it
        ("2026-11-20", "2026-11-15", 1),
        ("", "2026-11-15", 1),
        ("2022-01-20", "", 1),
    ],
)
def test_an_illness_that_came_again_contradicts_no_earlier_one(ended: str, began: str, clashes: int) -> None:
    """What ended before the other began is the past; where that is not sure, both are shown as they stand."""
    over = problem("1", clinicalStatus=state("resolved"), **({"abatementDateTime": ended} if ended else {}))
    active = problem("2", **({"onsetDateTime": began} if began else {}))
    assert len(clashes_of(merged((HOSPITAL, [over]), (PRACTICE, [active])))) == clashes


def test_a_plan_that_was_carried_out_is_no_decision_in_force() -> None:
    """The next plan contradicts nothing; two that are in force do."""
    plan = {
        "intent": "plan",
        "category": [coded((SNOMED, "735324008"))],
        "title": "Treatment escalation plan",
    }
    later = item("CarePlan", "2", status="active", period={"start": "2027-02-01"}, **plan)
    for status, count in (("completed", 0), ("active", 1)):
        earlier = item("CarePlan", "1", status=status, period={"start": "2026-02-17"}, **plan)
        assert len(clashes_of(merged((HOSPITAL, [earlier]), (PRACTICE, [later])))) == count
