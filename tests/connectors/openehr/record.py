"""What a mental health trust holds of Asha, one item for each section, each with a mark to find it by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

ASHA_THERE = "a1"


def about_asha(resource_type: str, resource_id: str, **more: Any) -> dict[str, Any]:
    """One resource of Asha's, with its mark."""
    member = "patient" if resource_type == "AllergyIntolerance" else "subject"
    mark = {"system": "https://trust.example/marks", "value": f"mark of {resource_id}"}
    person = {"reference": f"Patient/{ASHA_THERE}"}
    return {"resourceType": resource_type, "id": resource_id, member: person, "identifier": [mark], **more}


def snomed(code: str, words: str) -> dict[str, Any]:
    """A SNOMED CT concept."""
    return {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": words}], "text": words}


RESOURCES: tuple[Mapping[str, Any], ...] = (
    about_asha("Encounter", "e1", period={"start": "2024-03-01T09:00:00Z"}, reasonCode=[{"text": "Review"}]),
    about_asha("CarePlan", "p1", title="Care plan", description="Weekly visits by the team"),
    about_asha("CarePlan", "p2", title="Crisis plan", created="2024-02-02"),
    about_asha("Flag", "r1", code=snomed("225444004", "At risk of suicide")),
    about_asha("Flag", "l1", code={"text": "Mental Health Act section 3"}, period={"start": "2024-01-05"}),
    about_asha(
        "Condition",
        "c1",
        code=snomed("13746004", "Bipolar disorder"),
        recordedDate="2016",
        onsetDateTime="2015-04",
        verificationStatus={"coding": [{"system": "s", "code": "confirmed"}]},
    ),
    about_asha("Condition", "c2", code={"text": "Low mood"}, abatementDateTime="2020-01-01"),
    about_asha("MedicationRequest", "m1", medicationCodeableConcept=snomed("387095003", "Lithium")),
    about_asha("MedicationStatement", "m2", medicationCodeableConcept={"text": "Vitamin D"}, status="active"),
    about_asha("AllergyIntolerance", "g1", code=snomed("91936005", "Allergy to penicillin")),
    about_asha("Observation", "o1", code={"text": "PHQ-9 score"}, valueInteger=14),
    about_asha(
        "Observation",
        "o2",
        code={"text": "Lithium level"},
        category=[{"coding": [{"code": "laboratory"}]}],
        valueQuantity={"value": msgspec.Raw(b"0.70"), "unit": "mmol/L"},
    ),
    about_asha("Procedure", "x1", code={"text": "ECG"}, status="completed"),
    about_asha("ServiceRequest", "s1", code={"text": "Referral to psychology"}),
    about_asha("Appointment", "n1", description="Outpatients"),
    about_asha("DocumentReference", "d1", description="Discharge letter"),
    about_asha("Communication", "k1", note=[{"text": "Telephoned"}]),
)
