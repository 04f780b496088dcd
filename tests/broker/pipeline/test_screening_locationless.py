"""A restricted person's items: rebuilt in words that belong to everybody, or withheld."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Withhold
from tests.support.records import decision, item
from tests.support.screening import body, released, screened

RESTRICTED = decision(locationless=True)
SNOMED = {"system": "http://snomed.info/sct", "code": "91936005", "display": "Written at Addenbury"}
CODE = {"coding": [SNOMED]}
SYSTEMS = "http://terminology.hl7.org/CodeSystem"
HL7 = f"{SYSTEMS}/condition-ver-status"
CLINICAL = f"{SYSTEMS}/condition-clinical"
UCUM = "http://unitsofmeasure.org"
DOSE = {"value": 500, "unit": "milligrams", "system": UCUM, "code": "mg"}


def status(code: str, **members: Any) -> dict[str, Any]:
    """A status in shared codes."""
    system = CLINICAL if code == "active" else HL7
    return {"coding": [{"system": system, "code": code}], **members}


def placing_allergy() -> dict[str, Any]:
    """An allergy that names the place wherever an allergy can."""
    return item(
        "AllergyIntolerance",
        "a1",
        meta={"source": "https://addenbury.example", "security": [{"code": "R"}]},
        identifier=[{"system": "https://addenbury.example/allergies", "value": "1"}],
        clinicalStatus=status("active"),
        code={
            "coding": [SNOMED, {"system": "https://addenbury.example/codes", "code": "A"}],
            "text": "at Addenbury",
        },
        recorder={"reference": "Practitioner/x", "display": "Dr Addenbury"},
        recordedDate="2020-01-02",
        note=[{"text": "seen at Addenbury"}],
        text={"status": "generated", "div": "<div>Addenbury</div>"},
        extension=[{"url": "https://addenbury.example/ward", "valueString": "Addenbury"}],
        reaction=[
            {"description": "Addenbury", "severity": "severe", "manifestation": [{"coding": [SNOMED]}]}
        ],
    )


def test_a_restricted_persons_item_keeps_nothing_that_could_place_them() -> None:
    """Coded, dated and measured members survive; every other text, name, id and reference goes."""
    quantity = {"value": 1.5, "unit": "Addenbury units", "system": UCUM, "code": "mg"}
    dose = item("Observation", "o1", code=CODE, valueQuantity=quantity)
    placed = item("Encounter", "e1", location=[{"location": {"display": "Addenbury"}}])
    one = screened([placing_allergy(), dose, placed], RESTRICTED)
    written = b"".join(resource.raw for resource in one.released)
    assert b"ddenbury" not in written
    assert b"reference" not in written
    tree = body(one, "AllergyIntolerance/a1")
    assert tree["code"] == {"coding": [{"system": "http://snomed.info/sct", "code": "91936005"}]}
    assert tree["recordedDate"] == "2020-01-02"
    assert tree["reaction"][0]["severity"] == "severe"
    assert body(one, "Observation/o1")["valueQuantity"]["unit"] == "mg"
    assert released(one) == ["AllergyIntolerance/a1", "Observation/o1"]
    assert one.narrative_hidden


@pytest.mark.parametrize(
    "members",
    [
        {"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]},
        {"reaction": [{"modifierExtension": [{"url": "urn:not"}], "severity": "mild"}]},
        {"implicitRules": "https://addenbury.example/rules"},
        {"verificationStatus": {"text": "refuted"}},
        {"verificationStatus": status("confirmed", text="refuted by the ward")},
        {"clinicalStatus": {"coding": [{"system": "urn:addenbury", "code": "resolved"}]}},
        {
            "clinicalStatus": {
                "coding": [{"system": CLINICAL, "code": "active"}, {"system": "urn:x", "code": "resolved"}]
            }
        },
        {"clinicalStatus": status("at Addenbury")},
        {"clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active", "extension": []}]}},
        {"_clinicalStatus": {"extension": []}},
        {"status": "seen at Addenbury"},
        {"status": "Addenbury"},
        {"status": {"text": "done"}},
        {"intent": "as Addenbury wishes"},
        {"doNotPerform": "true"},
        {"valueString": "not detected"},
        {"valueQuantity": {"value": 5, "unit": "Addenbury units"}},
        {"valueQuantity": {**DOSE, "comparator": "about"}},
        {"component": [{"code": CODE, "valueString": "absent"}]},
        {"abatementString": "when he moved to Addenbury"},
    ],
)
def test_an_item_whose_meaning_would_change_is_withheld(members: dict[str, Any]) -> None:
    """A refuted allergy without its "refuted" is an allergy."""
    one = screened([item("Observation", "o1", code=CODE, **members)], RESTRICTED)
    assert released(one) == []
    assert one.withheld == 2
    assert Category.OBSERVATIONS in one.fallen


@pytest.mark.parametrize(
    "members",
    [
        {"verificationStatus": status("refuted")},
        {"verificationStatus": status("entered-in-error", text="Entered in error")},
        {"status": "not-done"},
        {"doNotPerform": True},
        {"valueBoolean": False},
        {"abatementDateTime": "2020"},
        {"effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"}},
    ],
)
def test_what_turns_the_meaning_is_kept(members: dict[str, Any]) -> None:
    """Negations, ends and doubts in shared words."""
    one = screened([item("Observation", "o1", code=CODE, **members)], RESTRICTED)
    tree = body(one, "Observation/o1")
    assert {name: tree[name] for name in members} == {
        name: {"coding": value["coding"]} if "coding" in str(value) else value
        for name, value in members.items()
    }


PLACING = {
    "a time with words": {"authoredOn": "2020 at Addenbury"},
    "a code with words": {"code": {"coding": [{**SNOMED, "code": "at Addenbury clinic"}]}},
    "a code of no digits": {"code": {"coding": [{**SNOMED, "code": "Addenbury"}]}},
    "a system with words": {
        "code": {"coding": [{"system": "http://hl7.org/fhir/at Addenbury/x", "code": "1"}]}
    },
    "a shared system's lookalike": {
        "code": {"coding": [{"system": "http://snomed.info/sct/addenbury", "code": "91936005"}]}
    },
    "a criticality": {"criticality": "high at Addenbury"},
    "a kind": {"type": "Addenbury"},
    "a range in words": {"referenceRange": [{"low": {"value": "Addenbury"}, "text": "Addenbury"}]},
    "a reaction's words": {"reaction": [{"severity": "at Addenbury", "onset": "Addenbury"}]},
    "a unit's annotation": {"referenceRange": [{"low": {**DOSE, "code": "mg{Addenbury}"}}]},
}


@pytest.mark.parametrize("members", PLACING.values(), ids=PLACING.keys())
def test_free_text_leaks_through_no_coded_member(members: dict[str, Any]) -> None:
    """Each value is held against its pattern."""
    (resource,) = screened(
        [item("Immunization", "i1", **{"vaccineCode": CODE, **members})], RESTRICTED
    ).released
    assert b"ddenbury" not in resource.raw
    assert resource.raw.count(b"91936005") == 1


TIMING: dict[str, Any] = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}
ONCE_A_WEEK: dict[str, Any] = {"timing": TIMING, "doseAndRate": [{"doseQuantity": DOSE}]}


def prescribed(*dosage: dict[str, Any]) -> Any:
    """What is left of the dosage of a prescription."""
    order = item("MedicationRequest", "q1", medicationCodeableConcept=CODE, dosageInstruction=list(dosage))
    return body(screened([order], RESTRICTED), "MedicationRequest/q1").get("dosageInstruction")


@pytest.mark.parametrize(
    "dosage",
    [
        {"text": "once a week", "doseAndRate": [{"doseQuantity": DOSE}]},
        {**ONCE_A_WEEK, "timing": {"code": {"text": "once a week"}}},
        {**ONCE_A_WEEK, "timing": {"repeat": {**TIMING["repeat"], "when": ["after Addenbury"]}}},
        {**ONCE_A_WEEK, "timing": {**TIMING, "event": ["2020-01-01"]}},
        {**ONCE_A_WEEK, "asNeededCodeableConcept": {"text": "if in pain"}},
        {**ONCE_A_WEEK, "additionalInstruction": [{"text": "not with milk"}]},
        {**ONCE_A_WEEK, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]},
        {**ONCE_A_WEEK, "maxDosePerPeriod": {"numerator": DOSE}, "site": {"text": "arm"}},
    ],
)
def test_a_dose_is_never_kept_without_its_timing(dosage: dict[str, Any]) -> None:
    """And never one step of several."""
    assert prescribed(dosage) is None
    assert prescribed(ONCE_A_WEEK, dosage) is None


def test_a_dosage_in_shared_words_is_kept_whole() -> None:
    """Timing, dose, order and condition; never its words."""
    dosage = {**ONCE_A_WEEK, "sequence": 1, "asNeededBoolean": False, "text": "once a week at Addenbury"}
    dose = {**DOSE, "unit": "mg"}
    kept = {**ONCE_A_WEEK, "doseAndRate": [{"doseQuantity": dose}], "sequence": 1, "asNeededBoolean": False}
    assert prescribed(dosage) == [kept]


def test_types_and_scopes_hold_for_a_restricted_person_too() -> None:
    """What was not asked for, or is not open to the token, is not rebuilt."""
    items = [item("Observation", "o1", code=CODE), item("Procedure", "r1", code=CODE)]
    assert released(screened(items, RESTRICTED, frozenset({"Procedure"}))) == ["Procedure/r1"]
    scoped = decision(locationless=True, resource_types=frozenset({"Observation"}))
    assert released(screened(items, scoped)) == ["Observation/o1"]


def test_objections_hold_for_a_restricted_person_too() -> None:
    """A period that was objected to is withheld before anything is rebuilt."""
    hidden = decision(locationless=True, withholds=(Withhold(period_start="2016-01-01"),))
    before = item("Procedure", "r1", code=CODE, performedDateTime="2015")
    items = [item("Observation", "o1", code=CODE), before]
    assert released(screened(items, hidden)) == ["Procedure/r1"]


def test_an_item_without_a_shared_code_says_nothing() -> None:
    """A status alone is an allergy to nobody knows what."""
    allergy = item("AllergyIntolerance", "a1", clinicalStatus=status("active"))
    assert released(screened([allergy], RESTRICTED)) == []
