"""For the simulator: one person and the parameters of a question into a structured record's Bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.domain.json_bytes import write_tree
from connectors.gpconnect.areas import BY_PARAMETER, EMPTY_REASON, LIST_WARNING, NO_CONTENT_RECORDED
from connectors.gpconnect.stu3_items import PROFILE, Tree, is_ended, snomed
from connectors.gpconnect.world import Person, own_items

_ENDED_LIST = "1103671000000101"
_CONSULTATION = "325851000000107"
_DATE = "2026-11-01T09:00:00+00:00"
_TITLES: Mapping[str, str] = {
    "886921000000105": "Allergies and adverse reactions",
    _ENDED_LIST: "Ended allergies",
    "933361000000108": "Medications and medical devices",
    "1102181000000102": "Immunisations",
    "1149501000000101": "List of consultations",
    "717711000000103": "Problems",
    "826501000000100": "Miscellaneous record",
    "792931000000107": "Outbound referral",
    "887191000000108": "Investigations and results",
    "714311000000108": "Patient recall administration",
}
_NOTES: Mapping[str, str] = {
    "confidential-items": "Some items are left out because they are confidential.",
    "data-in-transit": "The record is still on its way from the practice before.",
    "data-awaiting-filing": "Some items wait to be filed.",
}
_NOTHING = "Information not available"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordManners:
    """How practices answer: areas that are switched off, and warnings by parameter (`all` for each)."""

    disabled: frozenset[str] = frozenset()
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def warnings_of(self, parameter: str) -> list[str]:
        """The codes on the lists of one area."""
        return [*self.warnings.get("all", ()), *self.warnings.get(parameter, ())]


def record_bundle(
    person: Person, asked: Mapping[str, Mapping[str, Any]], manners: RecordManners, bundle_id: str
) -> bytes:
    """`asked` maps each parameter to its parts. An area that is off leaves a warning and nothing else."""
    resources = [person.patient, *person.surroundings]
    for parameter, parts in asked.items():
        if parameter not in BY_PARAMETER:
            resources.append(_unsupported(parameter, "is an unrecognised parameter"))
        elif parameter in manners.disabled:
            resources.append(_unsupported(parameter, "has been disabled"))
        else:
            resources.extend(_area(person, parameter, parts, manners.warnings_of(parameter)))
    frame = {"resourceType": "Bundle", **({"id": bundle_id} if bundle_id else {})}
    profile = "https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"
    return write_tree(
        {
            **frame,
            "meta": {"profile": [profile]},
            "type": "collection",
            "entry": [{"resource": one} for one in resources],
        }
    )


def _area(
    person: Person, parameter: str, parts: Mapping[str, Any], warnings: Sequence[str]
) -> Iterator[Tree]:
    held = person.areas.get(parameter, [])
    if parameter == "includeImmunisations" and not parts.get("includeNotGiven"):
        held = [one for one in held if not one.get("notGiven")]
    ended = [one for one in held if is_ended(one)] if parameter == "includeAllergies" else []
    yield from (one for one in held if one not in ended)
    for code in BY_PARAMETER[parameter].lists:
        if code == _ENDED_LIST:
            yield _ended(person, ended, warnings)
        else:
            items = [one for one in own_items(held) if one not in ended]
            yield _list(person, code, [_reference(one) for one in items], warnings)
    if parameter == "includeConsultations":
        yield from (_consultation(person, one) for one in held)


def _list(person: Person, code: str, references: Sequence[str], warnings: Sequence[str]) -> Tree:
    """A primary list, without an id as many suppliers send it."""
    made: Tree = {
        "resourceType": "List",
        "meta": {"profile": [f"{PROFILE}-List-1"]},
        "status": "current",
        "mode": "snapshot",
        "title": _TITLES[code],
        "code": snomed(code, _TITLES[code]),
        "subject": {"reference": f"Patient/{person.local_id}"},
        "date": _DATE,
    }
    if warnings:
        made["extension"] = [{"url": LIST_WARNING, "valueCode": one} for one in warnings]
    notes = [_NOTES.get(one, one) for one in warnings]
    if references:
        made["entry"] = [{"item": {"reference": one}} for one in references]
    else:
        made["emptyReason"] = {"coding": [{"system": EMPTY_REASON, "code": NO_CONTENT_RECORDED}]}
        notes.append(_NOTHING)
    if notes:
        made["note"] = [{"text": " ".join(notes)}]
    return made


def _ended(person: Person, ended: Sequence[Tree], warnings: Sequence[str]) -> Tree:
    """Ended allergies stand inside their list."""
    made = _list(person, _ENDED_LIST, [f"#{one['id']}" for one in ended], warnings)
    return {**made, "contained": list(ended)} if ended else made


def _consultation(person: Person, encounter: Tree) -> Tree:
    return {
        "resourceType": "List",
        "id": f"consultation-{encounter['id']}",
        "meta": {"profile": [f"{PROFILE}-List-1"]},
        "status": "current",
        "mode": "snapshot",
        "title": "Consultation",
        "code": snomed(_CONSULTATION, "Consultation"),
        "subject": {"reference": f"Patient/{person.local_id}"},
        "encounter": {"reference": _reference(encounter)},
        "date": _DATE,
    }


def _unsupported(parameter: str, why: str) -> Tree:
    coding = {
        "system": "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1",
        "code": "NOT_IMPLEMENTED",
    }
    issue = {
        "severity": "warning",
        "code": "not-supported",
        "details": {"coding": [coding], "text": f"{parameter} {why}"},
        "diagnostics": parameter,
    }
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _reference(item: Tree) -> str:
    return f"{item['resourceType']}/{item['id']}"
