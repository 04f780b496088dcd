"""What was found, given and measured, into FHIR R4 resources in the manner of UK Core."""

from __future__ import annotations

from typing import Any

import msgspec

from broker.demonstration.people.person import Tree
from broker.demonstration.people.sheet import Sheet
from broker.demonstration.people.words import (
    BLOOD_PRESSURE,
    DIASTOLIC,
    SYSTOLIC,
    Concept,
    hl7,
)

_UCUM = "http://unitsofmeasure.org"


class Findings(Sheet):
    """A chart's clinical items. `value` texts become JSON numbers with exactly these characters.

    Every method takes the options of `Sheet.add` too, and returns the item's local reference.
    """

    def problem(self, code: Concept, *, onset: str = "", recorded: str, ended: str = "", **rest: Any) -> str:
        """A Condition on the problem list: active, or resolved on `ended`."""
        members = {
            "clinicalStatus": hl7("condition-clinical", "resolved" if ended else "active"),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "problem-list-item")],
            "code": code,
            "onsetDateTime": onset or None,
            "abatementDateTime": ended or None,
            "recordedDate": recorded,
        }
        return self.add("Condition", members, at=recorded, **rest)

    def allergy(self, code: Concept, *, reaction: Concept | None = None, recorded: str, **rest: Any) -> str:
        """An AllergyIntolerance; `criticality` and `onset` are options."""
        members = {
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", rest.pop("verified", "confirmed")),
            "code": code,
            "criticality": rest.pop("criticality", None),
            "onsetDateTime": rest.pop("onset", None),
            "recordedDate": recorded,
            "reaction": [{"manifestation": [reaction]}] if reaction else None,
        }
        return self.add("AllergyIntolerance", members, at=recorded, about="patient", **rest)

    def medicine(self, what: Concept, dose: str, *, authored: str, **rest: Any) -> str:
        """A MedicationRequest, in words and with its dose in words. `status` and `note` are options."""
        note = rest.pop("note", None)
        members = {
            "status": rest.pop("status", "active"),
            "intent": "order",
            "medicationCodeableConcept": what,
            "authoredOn": authored,
            "dosageInstruction": [{"text": dose}],
            "note": [{"text": note}] if note else None,
        }
        return self.add("MedicationRequest", members, at=authored, **rest)

    def taking(self, what: Concept, dose: str, *, since: str, **rest: Any) -> str:
        """A MedicationStatement: what the person says that they take."""
        members = {
            "status": rest.pop("status", "active"),
            "medicationCodeableConcept": what,
            "effectivePeriod": {"start": since},
            "dosage": [{"text": dose}],
        }
        return self.add("MedicationStatement", members, **rest)

    def procedure(self, code: Concept, *, performed: str, note: str = "", **rest: Any) -> str:
        """A Procedure that was done."""
        members = {
            "status": "completed",
            "code": code,
            "performedDateTime": performed,
            "note": [{"text": note}] if note else None,
        }
        return self.add("Procedure", members, at=performed, **rest)

    def result(self, code: Concept, value: str, unit: str, *, at: str, **rest: Any) -> str:
        """A laboratory Observation. `normal` is (low, high) as texts; `comparator` one of < <= >= >."""
        low, high = rest.pop("normal", ("", ""))
        members = {
            "status": rest.pop("status", "final"),
            "category": [hl7("observation-category", "laboratory")],
            "code": code,
            "effectiveDateTime": at,
            "valueQuantity": _quantity(value, unit, rest.pop("comparator", "")),
            "referenceRange": [_range(low, high, unit)] if low or high else None,
        }
        return self.add("Observation", members, at=at, **rest)

    def measured(self, code: Concept, value: str, unit: str, *, at: str, **rest: Any) -> str:
        """A vital sign."""
        members = {
            "status": "final",
            "category": [hl7("observation-category", "vital-signs")],
            "code": code,
            "effectiveDateTime": at,
            "valueQuantity": _quantity(value, unit),
        }
        return self.add("Observation", members, at=at, **rest)

    def blood_pressure(self, systolic: str, diastolic: str, *, at: str) -> str:
        """A blood pressure, in mmHg."""
        members = {
            "status": "final",
            "category": [hl7("observation-category", "vital-signs")],
            "code": BLOOD_PRESSURE,
            "effectiveDateTime": at,
            "component": [
                {"code": SYSTOLIC, "valueQuantity": _quantity(systolic, "mm[Hg]")},
                {"code": DIASTOLIC, "valueQuantity": _quantity(diastolic, "mm[Hg]")},
            ],
        }
        return self.add("Observation", members, at=at)


def _quantity(value: str, unit: str, comparator: str = "") -> Tree:
    quantity: Tree = {"value": msgspec.Raw(value.encode())}
    if comparator:
        quantity["comparator"] = comparator
    return {**quantity, "unit": unit.replace("mm[Hg]", "mmHg"), "system": _UCUM, "code": unit}


def _range(low: str, high: str, unit: str) -> Tree:
    ends = {"low": low, "high": high}
    return {name: _quantity(value, unit) for name, value in ends.items() if value}
