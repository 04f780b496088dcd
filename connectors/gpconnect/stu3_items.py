"""For the simulator: one R4 resource of the world into the STU3 resources that a practice would hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from connectors.gpconnect.areas import SNOMED

Tree: TypeAlias = dict[str, Any]

PROFILE = "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC"
_EXTENSION = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC"
_DATA_ID = "https://simulated-practice.example/Id/data"
# Always kept as they are, where R4 and STU3 mean the same by them.
_SAME = ("id", "identifier", "subject", "patient", "status", "code", "note")
ENDED = frozenset({"inactive", "resolved"})


def stu3_of(resource: Tree) -> tuple[Tree, ...]:
    """What a practice holds of it, the item itself first; nothing for a kind that GP Connect has not."""
    make = _MAKERS.get(str(resource.get("resourceType")))
    return make(resource) if make else ()


def is_ended(allergy: Tree) -> bool:
    """An allergy that stands among the ended ones."""
    return allergy.get("clinicalStatus") in ENDED


def _shape(resource: Tree, kind: str, *names: str, **renamed: str) -> Tree:
    """`names` keep their name; `renamed` is STU3's name of an R4 one. What is not there is not written."""
    taken = {name: resource[name] for name in (*_SAME, *names) if name in resource}
    moved = {new: resource[old] for new, old in renamed.items() if old in resource}
    made = {"resourceType": kind, "meta": {"profile": [f"{PROFILE}-{kind}-1"]}, **taken, **moved}
    if not made.get("identifier"):
        made["identifier"] = [{"system": _DATA_ID, "value": f"{kind}-{resource.get('id', '')}"}]
    return made


def _code_of(concept: Any) -> str:
    """The first code of a CodeableConcept, where STU3 has a plain code."""
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    return str(codings[0].get("code", "")) if codings else ""


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _without_empty(tree: Tree) -> Tree:
    return {name: value for name, value in tree.items() if value not in (None, "", [], {})}


def _allergy(resource: Tree) -> tuple[Tree, ...]:
    made = _shape(
        resource,
        "AllergyIntolerance",
        *("type", "category", "criticality", "onsetDateTime", "lastOccurrence", "reaction"),
        assertedDate="recordedDate",
    )
    made.update(
        clinicalStatus=_code_of(resource.get("clinicalStatus")) or "active", verificationStatus="unconfirmed"
    )
    if is_ended(made):
        end = {"url": "endDate", "valueDateTime": str(made.get("lastOccurrence", "2020-01-01"))}
        made["extension"] = [{"url": f"{_EXTENSION}-AllergyIntoleranceEnd-1", "extension": [end]}]
    return (made,)


def _condition(resource: Tree) -> tuple[Tree, ...]:
    made = _shape(
        resource,
        "Condition",
        *("onsetDateTime", "abatementDateTime", "severity", "bodySite"),
        assertedDate="recordedDate",
    )
    made["meta"] = {"profile": [f"{PROFILE}-ProblemHeader-Condition-1"]}
    status = _code_of(resource.get("clinicalStatus")) or "active"
    made["clinicalStatus"] = "inactive" if status in {"inactive", "resolved", "remission"} else "active"
    made["category"] = [{"coding": [{"system": "http://hl7.org/fhir/condition-category", "code": "problem"}]}]
    return (made,)


def _observation(resource: Tree) -> tuple[Tree, ...]:
    values = [name for name in resource if name.startswith(("value", "effective"))]
    made = _shape(
        resource, "Observation", *values, "issued", "referenceRange", "component", "dataAbsentReason"
    )
    notes = made.pop("note", [])
    made["interpretation"] = _first(resource.get("interpretation"))
    made["comment"] = "\n".join(str(note.get("text", "")) for note in notes)
    made["related"] = [{"type": "has-member", "target": each} for each in resource.get("hasMember", [])]
    return (_without_empty(made),)


def _procedure(resource: Tree) -> tuple[Tree, ...]:
    """A practice codes what it did as uncategorised data."""
    made = _shape(resource, "Observation", effectiveDateTime="performedDateTime")
    return ({**made, "status": "final"},)


def _immunization(resource: Tree) -> tuple[Tree, ...]:
    made = _shape(
        resource, "Immunization", *("vaccineCode", "lotNumber", "site", "route"), date="occurrenceDateTime"
    )
    not_given = made.get("status") == "not-done"
    made.update(status="completed", notGiven=not_given, primarySource=True)
    return (made,)


def _encounter(resource: Tree) -> tuple[Tree, ...]:
    return (_shape(resource, "Encounter", *("type", "period"), reason="reasonCode"),)


def _referral(resource: Tree) -> tuple[Tree, ...]:
    if resource.get("intent") == "plan":
        made = _shape(resource, "ProcedureRequest", *("intent", "authoredOn"), reasonCode="reasonCode")
        return ({**made, "occurrencePeriod": resource.get("occurrencePeriod", {})},)
    made = _shape(resource, "ReferralRequest", *("intent", "authoredOn", "priority", "reasonCode"))
    made["serviceRequested"] = [made.pop("code")] if "code" in made else []
    return (_without_empty(made),)


def _report(resource: Tree) -> tuple[Tree, ...]:
    made = _shape(resource, "DiagnosticReport", *("effectiveDateTime", "issued", "result", "conclusion"))
    made["category"] = _first(resource.get("category"))
    return (_without_empty(made),)


def _document(resource: Tree) -> tuple[Tree, ...]:
    made = _shape(resource, "DocumentReference", *("type", "description", "content"), indexed="date")
    made.setdefault("indexed", "2020-01-01T00:00:00+00:00")
    return (made,)


def _medicine(resource: Tree) -> tuple[Tree, ...]:
    """One course: a statement, the plan that it stands on, one issue, and the medication itself."""
    local, subject = str(resource.get("id", "")), {"subject": resource.get("subject", {})}
    drug = {"reference": f"Medication/{local}-drug"}
    started = resource.get("authoredOn") or resource.get("effectiveDateTime")
    period = resource.get("effectivePeriod") or ({"start": started} if started else None)
    dosage = [
        {"text": one.get("text", "As directed")}
        for one in resource.get("dosageInstruction") or resource.get("dosage") or [{}]
    ]
    statement = _shape(resource, "MedicationStatement")
    ended = resource.get("status") in {"completed", "stopped", "cancelled"}
    statement.update(
        status="completed" if ended else "active",
        taken="unk",
        medicationReference=drug,
        basedOn=[{"reference": f"MedicationRequest/{local}-plan"}],
        effectivePeriod=period,
        dosage=dosage,
    )
    statement.pop("code", None)
    plan = _request(f"{local}-plan", "plan", drug, started, dosage) | subject
    order = _request(f"{local}-order", "order", drug, started, dosage) | subject
    order["basedOn"] = [{"reference": f"MedicationRequest/{local}-plan"}]
    medication = {
        "resourceType": "Medication",
        "id": f"{local}-drug",
        "meta": {"profile": [f"{PROFILE}-Medication-1"]},
        "code": resource.get("medicationCodeableConcept", {"text": "Medicine"}),
    }
    return (_without_empty(statement), plan, order, medication)


def _request(local: str, intent: str, drug: Tree, started: Any, dosage: list[Tree]) -> Tree:
    return _without_empty(
        {
            "resourceType": "MedicationRequest",
            "id": local,
            "meta": {"profile": [f"{PROFILE}-MedicationRequest-1"]},
            "extension": [_repeat()] if intent == "plan" else [],
            "identifier": [{"system": _DATA_ID, "value": f"MedicationRequest-{local}"}],
            "status": "active" if intent == "plan" else "completed",
            "intent": intent,
            "medicationReference": drug,
            "authoredOn": started,
            "dosageInstruction": dosage,
        }
    )


def _repeat() -> Tree:
    system = "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1"
    coding = {"system": system, "code": "repeat", "display": "Repeat"}
    return {"url": f"{_EXTENSION}-PrescriptionType-1", "valueCodeableConcept": {"coding": [coding]}}


def organisation(ods: str) -> Tree:
    """The practice itself."""
    return {
        "resourceType": "Organization",
        "id": f"organisation-{ods}",
        "meta": {"profile": [f"{PROFILE}-Organization-1"]},
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": ods}],
        "name": f"Practice {ods}",
    }


def practitioner(ods: str) -> tuple[Tree, Tree]:
    """A general practitioner of the practice, and the role there."""
    person = {
        "resourceType": "Practitioner",
        "id": f"practitioner-{ods}",
        "meta": {"profile": [f"{PROFILE}-Practitioner-1"]},
        "name": [{"use": "usual", "family": "Fairweather", "given": ["Robin"], "prefix": ["Dr"]}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": f"role-{ods}",
        "meta": {"profile": [f"{PROFILE}-PractitionerRole-1"]},
        "practitioner": {"reference": f"Practitioner/practitioner-{ods}"},
        "organization": {"reference": f"Organization/organisation-{ods}"},
    }
    return person, role


def patient(resource: Tree, ods: str) -> Tree:
    """The person as their practice has them, with the practice and the general practitioner."""
    kept = ("active", "name", "telecom", "gender", "birthDate", "address", "deceasedDateTime")
    made = _shape(resource, "Patient", *kept)
    made["identifier"] = [_verified(one) for one in made["identifier"]]
    made["generalPractitioner"] = [{"reference": f"Practitioner/practitioner-{ods}"}]
    made["managingOrganization"] = {"reference": f"Organization/organisation-{ods}"}
    return made


def _verified(identifier: Tree) -> Tree:
    if identifier.get("system") != "https://fhir.nhs.uk/Id/nhs-number":
        return identifier
    system = "https://fhir.nhs.uk/CareConnect-NHSNumberVerificationStatus-1"
    status = {"coding": [{"system": system, "code": "01", "display": "Number present and verified"}]}
    url = f"{_EXTENSION}-NHSNumberVerificationStatus-1"
    return {"extension": [{"url": url, "valueCodeableConcept": status}], **identifier}


def snomed(code: str, display: str) -> Tree:
    """A concept of SNOMED CT."""
    return {"coding": [{"system": SNOMED, "code": code, "display": display}]}


_MAKERS: Mapping[str, Callable[[Tree], tuple[Tree, ...]]] = {
    "AllergyIntolerance": _allergy,
    "Condition": _condition,
    "Observation": _observation,
    "Procedure": _procedure,
    "Immunization": _immunization,
    "Encounter": _encounter,
    "ServiceRequest": _referral,
    "DiagnosticReport": _report,
    "DocumentReference": _document,
    "MedicationRequest": _medicine,
    "MedicationStatement": _medicine,
}
