"""Items that cannot all be true, shown together; no winner, and no noise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.merged import (
    HEART_HOSPITAL,
    HOSPITAL,
    PRACTICE,
    SNOMED,
    clashes_of,
    coded,
    ground,
    merged,
    merged_items,
    state,
)
from tests.support.records import item, patient, read

ALLERGY_LIST, ENDED_ALLERGIES = "886921000000105", "1103671000000101"
PENICILLIN, NONE_KNOWN = "91936005", "716186003"


def allergy(local_id: str, snomed: str = "", **members: Any) -> dict[str, Any]:
    """An AllergyIntolerance with a SNOMED CT code."""
    return item("AllergyIntolerance", local_id, **{"code": coded((SNOMED, snomed)), **members})


def listed(reason: str, code: str = ALLERGY_LIST) -> dict[str, Any]:
    """An empty list, with the reason why."""
    return item(
        "List",
        "l1",
        status="current",
        mode="snapshot",
        code=coded((SNOMED, code)),
        emptyReason=coded(("http://terminology.hl7.org/CodeSystem/list-empty-reason", reason)),
    )


DENYING = {
    "a code": allergy("n", NONE_KNOWN),
    "a summary's code": allergy(
        "n", code=coded(("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-known-allergies"))
    ),
    "the writer's own words": allergy("n", code={"text": "No known allergies"}),
    "an empty list whose reason it is": listed("nilknown"),
}


@pytest.mark.parametrize("denying", DENYING.values(), ids=DENYING)
def test_an_allergy_contradicts_that_none_is_known_however_it_is_said(denying: dict[str, Any]) -> None:
    """Here and there; neither goes."""
    view = merged((HOSPITAL, [allergy("1", PENICILLIN)]), (PRACTICE, [denying]))
    assert clashes_of(view) == [("allergy-and-none-known", (0, 1))]


SILENT = {
    "a list of which nothing is recorded": listed("notasked"),
    "another list": listed("nilknown", "717711000000103"),
    "a list of allergies that have ended": listed("nilknown", ENDED_ALLERGIES),
    "a refuted allergy": allergy("n", "91935009", verificationStatus=state("refuted")),
    "a statement that was taken back": allergy("n", NONE_KNOWN, verificationStatus=state("entered-in-error")),
}


@pytest.mark.parametrize("silent", SILENT.values(), ids=SILENT)
def test_what_denies_no_allergy_contradicts_none(silent: dict[str, Any]) -> None:
    """Not asked is not none."""
    assert clashes_of(merged((HOSPITAL, [allergy("1", PENICILLIN)]), (PRACTICE, [silent]))) == []


@pytest.mark.parametrize(
    ("denial", "category", "contradicts"),
    [
        ("409137002", ["medication"], True),
        ("409137002", ["food"], False),
        ("409137002", None, True),
        ("429625007", ["environment"], True),
        ("429625007", ["medication"], False),
        ("428607008", ["biologic"], False),
    ],
)
def test_a_denial_of_one_sort_speaks_of_that_sort(
    denial: str, category: list[str] | None, *, contradicts: bool
) -> None:
    """No known drug allergy leaves peanuts alone; an allergy of no sort could be of any."""
    sort = {} if category is None else {"category": category}
    held = allergy("1", "91935009", **sort)
    view = merged((HOSPITAL, [held, allergy("2", denial)]))
    assert bool(view.contradictions) is contradicts


def problem(local_id: str, clinical: str, code: str = "195967001", **members: Any) -> dict[str, Any]:
    """A Condition in a state."""
    return item("Condition", local_id, code=coded((SNOMED, code)), clinicalStatus=state(clinical), **members)


@pytest.mark.parametrize("over", ["inactive", "remission", "resolved"])
def test_a_problem_active_here_and_over_there_is_a_contradiction(over: str) -> None:
    """By the same code, whatever their dates."""
    view = merged(
        (HOSPITAL, [problem("1", "active")]), (PRACTICE, [problem("1", over, onsetDateTime="2016")])
    )
    assert clashes_of(view) == [("standing-differs", (0, 1))]


@pytest.mark.parametrize(
    ("begins", "ends", "contradicts"),
    [
        ("2026-11-15", "2022-01-20", False),
        ("2021-12-18", "2022-01-20", True),
        ("2022", "2022-01-20", True),
        (None, "2022-01-20", True),
        ("2026-11-15", None, True),
    ],
)
def test_an_episode_that_ended_and_one_that_began_later_are_two(
    begins: str | None, ends: str | None, *, contradicts: bool
) -> None:
    """Where both say when, as far as they say it."""
    ended = problem("1", "resolved", **({"abatementDateTime": ends} if ends else {}))
    runs = problem("1", "active", **({"onsetDateTime": begins} if begins else {}))
    assert bool(merged((HOSPITAL, [runs]), (PRACTICE, [ended])).contradictions) is contradicts


def test_two_states_of_one_identified_problem_are_told_once() -> None:
    """As versions of one item, and not as two problems again."""
    same = {"identifier": [{"system": "urn:problems", "value": "7"}]}
    view = merged(
        (HOSPITAL, [problem("1", "active", **same)]), (PRACTICE, [problem("2", "resolved", **same)])
    )
    assert clashes_of(view) == [("status-differs", (0, 1))]


def test_an_episode_is_held_against_other_sources_alone() -> None:
    """What one source ended after it began again is its own history."""
    own = [
        problem("1", "active", onsetDateTime="2021-12-18"),
        problem("2", "resolved", abatementDateTime="2022-01-20"),
    ]
    other = problem("1", "resolved", abatementDateTime="2015-01-01")
    assert clashes_of(merged((HOSPITAL, own), (PRACTICE, [other]))) == []


def test_an_allergy_refuted_elsewhere_is_a_contradiction() -> None:
    """It stands at one source."""
    standing = allergy("1", PENICILLIN, clinicalStatus=state("active"))
    refuted = allergy("1", PENICILLIN, verificationStatus=state("refuted"))
    assert clashes_of(merged((HOSPITAL, [standing]), (PRACTICE, [refuted]))) == [("standing-differs", (0, 1))]


def test_one_source_tells_its_own_history() -> None:
    """An episode that is over and one that runs; and what was taken back contradicts nothing."""
    back = problem("3", "active", verificationStatus=state("entered-in-error"))
    view = merged(
        (HOSPITAL, [problem("1", "resolved"), problem("2", "active")]),
        (PRACTICE, [back]),
        (HEART_HOSPITAL, [problem("4", "resolved", code="38341003")]),
    )
    assert clashes_of(view) == []


def taken(kind: str, dose: str, **members: Any) -> dict[str, Any]:
    """A medicine that is taken, in a dose."""
    dosage = (
        {"dosageInstruction" if kind == "MedicationRequest" else "dosage": [{"text": dose}]} if dose else {}
    )
    intent = {"intent": "order"} if kind == "MedicationRequest" else {}
    code = {"medicationCodeableConcept": coded((SNOMED, "325072002"))}
    return item(kind, "m1", **{"status": "active", **intent, **code, **dosage, **members})


def test_one_medicine_in_two_doses_is_a_contradiction() -> None:
    """An order and a statement are of one medicine."""
    view = merged(
        (HOSPITAL, [taken("MedicationRequest", "500 mg")]), (PRACTICE, [taken("MedicationStatement", "1 g")])
    )
    assert clashes_of(view) == [("medicine-dose-differs", (0, 1))]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "stopped"},
        {"doNotPerform": True},
        {"intent": "proposal"},
        {"dosageInstruction": [{"text": "1 G"}]},
        {"dosageInstruction": []},
        {"medicationCodeableConcept": coded((SNOMED, "325073007"))},
    ],
    ids=["stopped", "not to be given", "proposed", "the same dose", "no dose", "another medicine"],
)
def test_what_is_not_taken_in_another_dose_contradicts_nothing(change: dict[str, Any]) -> None:
    """Only what the person takes now, in a dose that is said and is another."""
    other = taken("MedicationRequest", "500 mg", **change)
    assert clashes_of(merged((HOSPITAL, [other]), (PRACTICE, [taken("MedicationStatement", "1 g")]))) == []


def flag(code: str, **members: Any) -> dict[str, Any]:
    """An alert on resuscitation."""
    return item("Flag", "f1", **{"status": "active", "code": coded((SNOMED, code)), **members})


FOR, NOT_FOR, RESPECT = "450475007", "450476008", "1382601000000107"
ANSWERED = item(
    "Observation",
    "o1",
    status="final",
    code=coded((SNOMED, "304251008")),
    valueCodeableConcept=coded((SNOMED, FOR)),
)


@pytest.mark.parametrize("other", [flag(FOR), ANSWERED], ids=["an alert", "an answer"])
def test_for_resuscitation_here_and_not_there_is_a_contradiction(other: dict[str, Any]) -> None:
    """By an alert or by a coded answer."""
    assert clashes_of(merged((HOSPITAL, [flag(NOT_FOR)]), (PRACTICE, [other]))) == [
        ("resuscitation-differs", (0, 1))
    ]


def test_one_decision_twice_and_an_ended_one_contradict_nothing() -> None:
    """They say the same, or nothing any more."""
    view = merged(
        (HOSPITAL, [flag(NOT_FOR)]),
        (PRACTICE, [flag("304253006")]),
        (HEART_HOSPITAL, [flag(FOR, status="inactive")]),
    )
    assert clashes_of(view) == []


def form(local_id: str, date: str) -> dict[str, Any]:
    """A ReSPECT form."""
    code = coded((SNOMED, RESPECT))
    words = "Emergency care plan"
    return item("DocumentReference", local_id, status="current", type=code, date=date, description=words)


def test_two_respect_forms_of_two_sources_are_a_contradiction_unless_they_are_one_document() -> None:
    """Both cannot be in force."""
    earlier, later = form("1", "2025-01-01T10:00:00Z"), form("2", "2026-01-01T10:00:00Z")
    assert clashes_of(merged((HOSPITAL, [earlier]), (PRACTICE, [later]))) == [
        ("resuscitation-differs", (0, 1))
    ]
    assert clashes_of(merged((HOSPITAL, [earlier]), (PRACTICE, [form("3", "2025-01-01T10:00:00Z")]))) == []
    assert clashes_of(merged((HOSPITAL, [earlier, later]))) == []


def test_a_care_plan_that_is_over_contradicts_no_newer_one() -> None:
    """The review of the year has a form of its own."""
    plan = {"intent": "plan", "category": [coded((SNOMED, RESPECT))]}
    old = item("CarePlan", "p", status="completed", created="2025-01-01", **plan)
    new = item("CarePlan", "p", status="active", created="2026-01-01", **plan)
    assert clashes_of(merged((HOSPITAL, [old]), (PRACTICE, [new]))) == []


def test_a_plan_with_a_title_is_known_by_its_category() -> None:
    """A CarePlan says both."""
    plan = item(
        "CarePlan",
        "p",
        status="active",
        intent="plan",
        title="Plan of the ward",
        category=[coded((SNOMED, RESPECT))],
    )
    view = merged((HOSPITAL, [plan]), (PRACTICE, [form("1", "2025-01-01T10:00:00Z")]))
    assert clashes_of(view) == [("resuscitation-differs", (0, 1))]


def people(*said: str, index_says: str | None = None) -> list[tuple[str, tuple[int, ...], bool]]:
    """What contradicts where each partner's Patient says that the person has died, or does not."""
    partners = (HOSPITAL, PRACTICE, HEART_HOSPITAL)[: len(said)]
    items = [
        one
        for name, word in zip(partners, said, strict=True)
        for one in read([patient(deceasedBoolean=word == "dead")], partner_id=name).resources
    ]
    view = merged_items(items, ground(partners, deceased_on=index_says))
    return [(one.why, one.members, one.with_index) for one in view.contradictions]


def test_dead_at_one_source_and_not_at_another_is_a_contradiction() -> None:
    """Each Patient is a side of it."""
    assert people("dead", "alive") == [("death-differs", (0, 1), False)]
    assert people("alive", "alive") == []


def test_dead_by_the_index_alone_is_one_with_the_index() -> None:
    """And the other way round; where all agree there is none."""
    assert people("alive", index_says="2026-01-01") == [("death-differs", (0,), True)]
    assert people("dead") == [("death-differs", (0,), True)]
    assert people("dead", index_says="2026-01-01") == []
    assert merged((HOSPITAL, [flag(FOR)]), deceased_on="2026-01-01").contradictions == ()
