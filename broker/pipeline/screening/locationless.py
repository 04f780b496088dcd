"""Items of a restricted person, rebuilt from an allow-list: nothing that places the person survives.

No partner's name or id, no identifier, no practitioner or organisation, no free text, no document, no
reference. What stays is coded, dated and measured, and only for kinds of item that a policy listed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import msgspec

from broker.domain.decision import Decision
from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.resource import Resource
from broker.pipeline.screening.objected import is_objected

_KINDS = frozenset(
    {
        "AllergyIntolerance",
        "Condition",
        "Immunization",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
    }
)
# Local code systems name their owner; these belong to everybody.
_MEASURE = ("value", "comparator", "system", "code")
_UCUM = "http://unitsofmeasure.org"
_SHARED_SYSTEMS = ("http://snomed.info/sct", "http://loinc.org", _UCUM, "http://hl7.org/")
_SHARED_TERMINOLOGY = "http://terminology.hl7.org/"
_PLAIN = frozenset({"resourceType", "status", "intent", "criticality", "doNotPerform", "type", "severity"})
_DATES = frozenset(
    {
        "effectiveDateTime",
        "occurrenceDateTime",
        "performedDateTime",
        "onsetDateTime",
        "recordedDate",
        "authoredOn",
        "lastOccurrence",
    }
)
_CODED = frozenset(
    {
        "code",
        "clinicalStatus",
        "verificationStatus",
        "medicationCodeableConcept",
        "vaccineCode",
        "valueCodeableConcept",
        "interpretation",
        "substance",
        "manifestation",
        "route",
        "severity",
        "dataAbsentReason",
    }
)
_MEASURED = frozenset({"valueQuantity", "doseQuantity", "low", "high", "rateQuantity"})
_NESTED = frozenset({"reaction", "dosageInstruction", "dosage", "doseAndRate", "component", "referenceRange"})
_NUMBERS = frozenset({"valueInteger", "valueBoolean"})


def without_location(
    resources: Iterable[Resource], decision: Decision, types: frozenset[str]
) -> Generator[None, None, list[Resource]]:
    """The permitted items, each rebuilt; an item that says nothing coded is left out."""
    released = []
    yield
    for resource in resources:
        if types and resource.header.resourceType not in types:
            continue
        permitted = resource.category in decision.categories and resource.header.resourceType in _KINDS
        if not permitted or is_objected(resource, decision.withholds):
            continue
        tree = _rebuilt(lossless_tree(resource.raw))
        if tree.keys() & _CODED:
            tree["id"] = resource.header.id
            released.append(msgspec.structs.replace(resource, raw=write_tree(tree), full_url=None))
    return released


def _rebuilt(node: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _kept(name, value) for name, value in node.items()}
    return {name: value for name, value in kept.items() if value not in (None, {}, [])}


def _kept(name: str, value: Any) -> Any:
    if isinstance(value, list):
        members = (_kept(name, member) for member in value)
        return [member for member in members if member]
    if isinstance(value, dict):
        return _kept_object(name, value)
    if name in _DATES or name in _NUMBERS or (name in _PLAIN and isinstance(value, (str, bool))):
        return value
    return None


def _kept_object(name: str, value: dict[str, Any]) -> Any:
    if name in _CODED:
        return _coded(value)
    if name in _MEASURED:
        return _measured(value)
    if name in _NESTED:
        return _rebuilt(value)
    return None


def _measured(quantity: dict[str, Any]) -> dict[str, Any] | None:
    """A quantity in UCUM, its unit written as the code; without a shared unit there is no safe number."""
    if quantity.get("system") != _UCUM or not isinstance(quantity.get("code"), str):
        return None
    kept: dict[str, Any] = {name: quantity[name] for name in _MEASURE if name in quantity}
    kept["unit"] = quantity["code"]
    return kept


def _coded(concept: dict[str, Any]) -> dict[str, Any] | None:
    """A concept's shared codes alone: a display is the partner's own wording and may name a place."""
    codings = [
        {member: coding[member] for member in ("system", "code") if isinstance(coding.get(member), str)}
        for coding in concept.get("coding", [])
        if isinstance(coding, dict) and _is_shared(coding.get("system"))
    ]
    return {"coding": codings} if codings else None


def _is_shared(system: Any) -> bool:
    return isinstance(system, str) and system.startswith((*_SHARED_SYSTEMS, _SHARED_TERMINOLOGY))
