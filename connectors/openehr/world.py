"""The people of a simulated openEHR server: their R4 resources as compositions in canonical JSON."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.domain.json_bytes import lossless_tree
from connectors.openehr.media import media_files
from connectors.openehr.writing import coded, element, measured, text, time, tree_of
from connectors.r4 import Tree, is_date_time
from connectors.simulation import World, raw_bytes

_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "openehr.watersmeet.example")
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

# Each R4 type: the class and archetype that it becomes, and the node that holds what it is about.
_SHAPES: Mapping[str, tuple[str, str, str]] = {
    "AllergyIntolerance": ("EVALUATION", "adverse_reaction_risk.v2", "at0002"),
    "Condition": ("EVALUATION", "problem_diagnosis.v1", "at0002"),
    "MedicationRequest": ("INSTRUCTION", "medication_order.v3", "at0070"),
    "MedicationStatement": ("ACTION", "medication.v1", "at0020"),
    "MedicationAdministration": ("ACTION", "medication.v1", "at0020"),
    "MedicationDispense": ("ACTION", "medication.v1", "at0020"),
    "Procedure": ("ACTION", "procedure.v1", "at0002"),
    "Observation": ("OBSERVATION", "clinical_finding.v0", "at0004"),
    "Encounter": ("COMPOSITION", "encounter.v1", ""),
    "EpisodeOfCare": ("ADMIN_ENTRY", "episodeofcare.v0", "at0002"),
    "Appointment": ("ADMIN_ENTRY", "appointment.v0", "at0002"),
    "ServiceRequest": ("INSTRUCTION", "service_request.v1", "at0121"),
    "CarePlan": ("EVALUATION", "care_plan.v0", "at0002"),
    "Goal": ("EVALUATION", "goal.v1", "at0002"),
    "Flag": ("EVALUATION", "health_risk.v1", "at0002"),
    "Immunization": ("EVALUATION", "vaccination_summary.v0", "at0002"),
    "DocumentReference": ("ADMIN_ENTRY", "document.v0", "at0002"),
}
_LEGAL_STATUS = ("ADMIN_ENTRY", "mental_health_act_status.v0", "at0002")
_LABORATORY = ("OBSERVATION", "laboratory_test_result.v1", "at0005")
_IMAGING = ("OBSERVATION", "imaging_exam_result.v0", "at0004")
_DATES = (
    "effectiveDateTime",
    "performedDateTime",
    "recordedDate",
    "authoredOn",
    "occurrenceDateTime",
    "date",
    "created",
)
_ABOUT = ("code", "medicationCodeableConcept", "vaccineCode", "type", "title", "description", "serviceType")
_NOT_TOLD = frozenset({"resourceType", "id", "meta", "subject", "patient", "text", "medicationReference"})
# What archetypes have a node for.
_NODES: Mapping[tuple[str, str], str] = {
    ("Condition", "onsetDateTime"): "at0077",
    ("Condition", "abatementDateTime"): "at0030",
    ("Condition", "verificationStatus"): "at0073",
    ("AllergyIntolerance", "verificationStatus"): "at0063",
}
_RUBRICS = {
    "confirmed": "Confirmed",
    "refuted": "Refuted",
    "unconfirmed": "Suspected",
    "provisional": "Suspected",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One composition, and its one entry; an encounter's composition stands without one."""

    rm_class: str
    archetype: str
    composition: Tree = field(repr=False)
    entry: Tree | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """One person's EHR."""

    number: str = field(repr=False)
    ehr_id: str = field(repr=False)
    stored: tuple[Stored, ...] = field(repr=False)


def holders_of(world: World) -> tuple[Holder, ...]:
    """Everybody at this server."""
    return tuple(_holder(number, [_tree(one) for one in resources]) for number, resources in world.items())


def _tree(resource: Mapping[str, Any] | bytes) -> Tree:
    tree: Tree = lossless_tree(raw_bytes(resource))
    return tree


def _holder(number: str, resources: list[Tree]) -> Holder:
    medicines = {f"Medication/{one['id']}": one for one in resources if one["resourceType"] == "Medication"}
    stored = tuple(
        _stored(one, medicines) for one in resources if one["resourceType"] not in {"Patient", "Medication"}
    )
    return Holder(number, str(uuid.uuid5(_SPACE, str(resources[0]["id"]))), stored)


def _stored(resource: Tree, medicines: Mapping[str, Tree]) -> Stored:
    rm_class, name, node = _shape(resource)
    archetype = f"openEHR-EHR-{rm_class}.{name}"
    composition = _composition(resource)
    if rm_class == "COMPOSITION":
        composition["archetype_node_id"] = archetype
        composition["context"]["other_context"] = tree_of(list(_elements(resource)))
        return Stored(rm_class, archetype, composition, None)
    about = _about(resource, medicines)
    main = [element(_words(resource["resourceType"]), node, _data_value(about))] if about else []
    entry = _entry(rm_class, archetype, _title(resource, about), [*main, *_elements(resource)], resource)
    return Stored(rm_class, archetype, composition, entry)


def _shape(resource: Tree) -> tuple[str, str, str]:
    kind = resource["resourceType"]
    told = str(resource)
    if kind == "Flag" and "Mental Health Act" in told:
        return _LEGAL_STATUS
    if kind == "Observation" and "'laboratory'" in told:
        return _LABORATORY
    if kind == "Observation" and "'imaging'" in told:
        return _IMAGING
    return _SHAPES.get(kind, ("EVALUATION", f"{kind.lower()}.v0", "at0002"))


def _composition(resource: Tree) -> Tree:
    """Whoever wrote it is of the resource's own words, or nobody."""
    uid = uuid.uuid5(_SPACE, f"{resource['resourceType']}/{resource['id']}")
    labels = [_label(one) for one in (resource.get("meta") or {}).get("security", ())]
    context: Tree = {"_type": "EVENT_CONTEXT", "start_time": time(_date(resource))}
    ended = (resource.get("period") or {}).get("end") if resource["resourceType"] == "Encounter" else None
    if ended:
        context["end_time"] = time(ended)
    if labels:
        context["other_context"] = tree_of(labels)
    return {
        "_type": "COMPOSITION",
        "name": text(_composition_name(resource)),
        "archetype_node_id": "openEHR-EHR-COMPOSITION.report.v1",
        "uid": {"_type": "OBJECT_VERSION_ID", "value": f"{uid}::openehr.watersmeet.example::1"},
        "composer": {"_type": "PARTY_IDENTIFIED", "name": "Community mental health team"},
        "context": context,
    }


def _label(security: Tree) -> Tree:
    code = str(security.get("code", ""))
    value = coded(str(security.get("display", code)), _CONFIDENTIALITY, code)
    return element("Confidentiality", "at0099", value)


def _date(resource: Tree) -> str:
    period = resource.get("period")
    start = period.get("start", "") if isinstance(period, dict) else ""
    found = next((resource[name] for name in _DATES if isinstance(resource.get(name), str)), start)
    return str(found or (resource.get("meta") or {}).get("lastUpdated", "2024-01-01"))


def _entry(rm_class: str, archetype: str, title: str, elements: list[Tree], resource: Tree) -> Tree:
    items = tree_of(elements)
    own: Tree = {
        "_type": rm_class,
        "name": text(title),
        "archetype_node_id": archetype,
        "archetype_details": {"archetype_id": {"value": archetype}, "rm_version": "1.0.4"},
        "subject": {"_type": "PARTY_SELF"},
    }
    when = time(_date(resource))
    if rm_class == "OBSERVATION":
        event = {"_type": "POINT_EVENT", "name": text("Any event"), "time": when, "data": items}
        own["data"] = {"_type": "HISTORY", "name": text("History"), "origin": when, "events": [event]}
    elif rm_class == "INSTRUCTION":
        own["narrative"] = text(title)
        own["activities"] = [{"_type": "ACTIVITY", "name": text("Order"), "description": items}]
    elif rm_class == "ACTION":
        own |= {"time": when, "ism_transition": _transition(resource), "description": items}
    else:
        own["data"] = items
    return own


def _transition(resource: Tree) -> Tree:
    states = {"completed": "532", "active": "245", "in-progress": "245", "stopped": "531", "not-done": "528"}
    status = str(resource.get("status", "unknown"))
    state = coded(status, "openehr", states[status]) if status in states else text(status)
    return {"_type": "ISM_TRANSITION", "current_state": state}


def _about(resource: Tree, medicines: Mapping[str, Tree]) -> Any:
    reference = resource.get("medicationReference")
    if isinstance(reference, dict):
        medicine = medicines.get(str(reference.get("reference")), {})
        return medicine.get("code") or reference.get("display") or reference.get("reference")
    return next((resource[name] for name in _ABOUT if resource.get(name)), None)


def _title(resource: Tree, about: Any) -> str:
    if isinstance(about, dict):
        coding: Tree = next(iter(about.get("coding") or ()), {})
        return str(about.get("text") or coding.get("display") or _words(resource["resourceType"]))
    return about if isinstance(about, str) else _words(resource["resourceType"])


def _elements(resource: Tree) -> Iterator[Tree]:
    """Every other member of the resource, down to its values, as an element named for it; a document's
    content as media files.
    """
    for name, value in resource.items():
        if (resource["resourceType"], name) == ("DocumentReference", "content"):
            yield from media_files(value)
        elif name not in _NOT_TOLD:
            yield from _told(_words(name), _NODES.get((resource["resourceType"], name), "at0100"), value)


def _told(words: str, node: str, value: Any) -> Iterator[Tree]:
    found = _data_value(value, node)
    if found:
        yield element(words, node, found)
    elif isinstance(value, list):
        for one in value:
            yield from _told(words, node, one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _told(f"{words} {_words(name).lower()}", node, inner)


def _data_value(value: Any, node: str = "") -> Tree:
    """A value of the reference model; empty for one that has parts of its own."""
    if isinstance(value, dict):
        return _of_object(value, node)
    if isinstance(value, bool):
        return {"_type": "DV_BOOLEAN", "value": value}
    if isinstance(value, str):
        return time(value) if is_date_time(value) and "-" in value else text(value)
    if isinstance(value, list) or value is None:
        return {}
    return {"_type": "DV_COUNT", "magnitude": value} if isinstance(value, int) else measured(value, "1")


def _of_object(value: Tree, node: str) -> Tree:
    if "coding" in value or set(value) == {"text"}:
        coding: Tree = next(iter(value.get("coding") or ()), {})
        words = str(value.get("text") or coding.get("display") or coding.get("code") or "")
        words = _RUBRICS.get(str(coding.get("code")), words) if node in _NODES.values() else words
        if "code" in coding:
            return coded(words, str(coding.get("system", "local")), str(coding["code"]))
        return text(words)
    if "value" in value and "unit" in value:
        return measured(value["value"], str(value["unit"]))
    if "reference" in value or "display" in value:
        return text(str(value.get("display") or value.get("reference")))
    return {}


def _composition_name(resource: Tree) -> str:
    """A visit's composition is named for its kind, as clinicians name theirs."""
    kinds = resource.get("type") if resource["resourceType"] == "Encounter" else None
    named = kinds[0].get("text") if isinstance(kinds, list) and kinds else None
    return str(named or _words(resource["resourceType"]))


def _words(name: str) -> str:
    return _CAMEL.sub(" ", name).capitalize()
