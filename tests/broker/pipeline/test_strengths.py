"""One medicine in two strengths: what a change of dose mostly is, where the words of the dose stay."""

from __future__ import annotations

from typing import Any

import pytest

from broker.pipeline.merging.strengths import product_of
from tests.support.merged import HOSPITAL, PRACTICE, SNOMED, clashes_of, coded, merged
from tests.support.records import item

LOW, HIGH = "Bisoprolol 2.5mg tablets", "Bisoprolol 5mg tablets"
DIFFERS = [("medicine-dose-differs", (0, 1))]


def ordered(name: str, local_id: str = "m1", **members: Any) -> dict[str, Any]:
    """A medicine by its name, one tablet each morning."""
    given = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "dosageInstruction": [{"text": "One each morning"}],
    }
    return item("MedicationRequest", local_id, **{**given, **members})


def named(code: str, display: str) -> dict[str, Any]:
    """A product by its own code in dm+d."""
    return {"coding": [{"system": SNOMED, "code": code, "display": display}]}


WRITTEN = {
    "in words": {},
    "by codes": {"medicationCodeableConcept": named("318591001", HIGH)},
    "in a Medication of its own": {
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": named("318591001", HIGH)}],
    },
    "by the name of what is referred to": {
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "Medication/9", "display": HIGH},
    },
    "without a dose": {"dosageInstruction": []},
}


@pytest.mark.parametrize("members", WRITTEN.values(), ids=WRITTEN)
def test_one_product_in_two_strengths_is_a_contradiction(members: dict[str, Any]) -> None:
    """Raised by the hospital and not by the practice: one tablet each morning is another dose."""
    raised = {name: value for name, value in ordered(HIGH, **members).items() if value is not None}
    lower = ordered("", medicationCodeableConcept=named("318590000", LOW))
    assert clashes_of(merged((HOSPITAL, [raised]), (PRACTICE, [lower]))) == DIFFERS


@pytest.mark.parametrize(
    "other",
    [
        ordered("Bisoprolol 2.5 mg tablet"),
        ordered("Bisoprolol 2500 micrograms tablets"),
        ordered("Bisoprolol tablets"),
        ordered("Bisoprolol 5mg capsules"),
        ordered("Carvedilol 5mg tablets"),
        ordered(HIGH, status="stopped"),
        ordered(HIGH, intent="proposal"),
        ordered("", medicationCodeableConcept=coded((SNOMED, "318591001"))),
    ],
    ids=[
        "the same, written otherwise",
        "the same in another unit",
        "no strength",
        "another form",
        "another medicine",
        "stopped",
        "proposed",
        "a code without words",
    ],
)
def test_what_is_no_other_strength_of_it_contradicts_nothing(other: dict[str, Any]) -> None:
    """The product is what its name says but for the strength."""
    assert clashes_of(merged((HOSPITAL, [other]), (PRACTICE, [ordered(LOW)]))) == []


def test_two_strengths_of_one_source_are_how_it_makes_up_a_dose() -> None:
    """3 mg and 1 mg of warfarin, as both sources have it."""
    both = [ordered("Warfarin 3mg tablets", "a"), ordered("Warfarin 1mg tablets", "b")]
    assert clashes_of(merged((HOSPITAL, both), (PRACTICE, both))) == []


def test_one_pair_of_items_that_differ_in_dose_and_strength_is_told_once() -> None:
    """It is one thing to look at."""
    code = coded((SNOMED, "1"))
    high, low = ({**code, "text": text} for text in (HIGH, LOW))
    raised = ordered("", medicationCodeableConcept=high, dosageInstruction=[{"text": "Two each morning"}])
    lower = ordered("", medicationCodeableConcept=low)
    assert clashes_of(merged((HOSPITAL, [raised]), (PRACTICE, [lower]))) == DIFFERS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Co-codamol 8mg/500mg tablets", "Co-codamol 30mg/500mg tablets"),
        ("Amoxicillin 125mg/5ml oral suspension", "Amoxicillin 250mg/5ml oral suspension"),
        ("Hydrocortisone 1% cream", "Hydrocortisone 2.5% cream"),
        ("Heparin 1,000units/ml solution", "Heparin 5,000units/ml solution"),
        ("Levothyroxine sodium 25microgram tablets", "Levothyroxine sodium 0.1mg tablets"),
    ],
)
def test_the_strength_is_read_from_the_name(one: str, other: str) -> None:
    """Of several substances, of a liquid, of a cream; in thousands, and in two units."""
    first, second = product_of(one), product_of(other)
    assert first is not None
    assert second is not None
    assert first.name == second.name
    assert first.strength != second.strength


@pytest.mark.parametrize(
    "name", ["", "5mg", "Vitamin B12", "Diprobase cream 500g", "Co-codamol 8/500 tablets", "Digoxin 0,5mg"]
)
def test_what_is_no_strength_is_none(name: str) -> None:
    """A name alone, a strength alone, a tube, numbers without a unit, a comma that may mean two things."""
    assert product_of(name) is None
