"""PV1 and PV2 into an Encounter."""

from __future__ import annotations

from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import clinician, concept, extended, identifier, place
from connectors.hl7v2.items import Item
from connectors.hl7v2.moments import period
from connectors.hl7v2.places import Surroundings, finished, noted, notes_of
from connectors.hl7v2.reading import Value
from connectors.hl7v2.taking import Taking
from connectors.r4 import Tree

# PV1 field, v3-ParticipationType.
_CLINICIANS = (
    (7, "ATND", "attender"),
    (8, "REF", "referrer"),
    (9, "CON", "consultant"),
    (17, "ADM", "admitter"),
)
# PV1 field, status of an Encounter.location; empty where the message does not say.
_PLACES = ((3, ""), (6, "completed"), (11, ""), (42, "planned"), (43, "completed"))
_NULL_FLAVOUR = f"{tables.TERMINOLOGY}/v3-NullFlavor"


def encounter(item: Item, around: Surroundings) -> Tree:
    """The Encounter; what follows in the message happened in it."""
    pv1 = Taking(item.head, 1)
    notes, comments = notes_of(item)
    more = [Taking(segment) for segment in item.followed_by("PV2")]
    admitted, discharged = pv1.text(44), pv1.text(45)
    tree = {
        "resourceType": "Encounter",
        "id": around.known_id("Encounter", item.written),
        "identifier": [identifier(value) for number in (19, 50) for value in pv1.values(number)],
        "status": _status(around, admitted, discharged, pv1.segment.first(2).text()),
        "class": _class(pv1),
        "type": _concepts(pv1, 4, "0007"),
        "serviceType": _concept(pv1.one(10), "0069"),
        **around.about(),
        "participant": [one for known in _CLINICIANS for one in _participants(pv1, *known)],
        **period("period", admitted, discharged),
        "reasonCode": [concept(value) for one in more for value in one.values(3)],
        "hospitalization": _stay(pv1),
        "location": [one for number, status in _PLACES for one in _locations(pv1, number, status)],
    }
    return noted(finished(tree, [pv1, *more, *comments], item, "PV2"), notes)


def _status(around: Surroundings, admitted: str, discharged: str, patient_class: str) -> str:
    """What an admission's own event says, else what the times say, else nothing is known."""
    kind, event = around.message.kind
    if kind == "ADT" and event in tables.ENCOUNTER_EVENTS:
        return tables.ENCOUNTER_EVENTS[event]
    if discharged:
        return "finished"
    if admitted:
        return "in-progress"
    return "planned" if patient_class == "P" else "unknown"


def _class(pv1: Taking) -> Tree:
    value = pv1.one(2)
    code = value.text(1)
    if not code:
        return {"system": _NULL_FLAVOUR, "code": "UNK", "display": "unknown"}
    if code in tables.ENCOUNTER_CLASS:
        meant, display = tables.ENCOUNTER_CLASS[code]
        return {"system": f"{tables.TERMINOLOGY}/v3-ActCode", "code": meant, "display": display}
    found = concept(value, system=tables.table("0004"))
    coding: Tree = next(iter(found.get("coding", [])), {"display": code})
    return extended(coding, *found.get("extension", []))


def _concept(value: Value, table: str) -> Tree | None:
    return concept(value, system=tables.table(table)) if value else None


def _concepts(pv1: Taking, number: int, table: str) -> list[Tree]:
    return [concept(value, system=tables.table(table)) for value in pv1.values(number)]


def _participants(pv1: Taking, number: int, code: str, display: str) -> list[Tree]:
    coding = {"system": f"{tables.TERMINOLOGY}/v3-ParticipationType", "code": code, "display": display}
    return [{"type": [{"coding": [coding]}], "individual": clinician(value)} for value in pv1.values(number)]


def _locations(pv1: Taking, number: int, status: str) -> list[Tree]:
    return [
        {"location": place(value), **({"status": status} if status else {})} for value in pv1.values(number)
    ]


def _stay(pv1: Taking) -> Tree:
    """Where the person came from and went to."""
    before = pv1.one(5)
    tree: Tree = {
        "preAdmissionIdentifier": identifier(before) if before else None,
        "admitSource": _concept(pv1.one(14), "0023"),
        "reAdmission": _concept(pv1.one(13), "0092"),
        "dietPreference": _concepts(pv1, 38, "0114"),
        "specialArrangement": _concepts(pv1, 15, "0009"),
        "dischargeDisposition": _concept(pv1.one(36), "0112"),
    }
    return {name: value for name, value in tree.items() if value}
