"""One part of an entry into the R4 resource that its section names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broker.domain.category import LISTED_SYSTEM, listed_code
from connectors.openehr import records
from connectors.openehr.appointments import appointment, can_be_said, participant
from connectors.openehr.documents import document
from connectors.openehr.part import Part
from connectors.r4 import Tree


def _basic(part: Part) -> Tree:
    coding = {"system": LISTED_SYSTEM, "code": listed_code(part.section.category)}
    found = part.code
    return {"code": {**found, "coding": [coding, *found.get("coding", ())]}}


BUILDERS: Mapping[str, Callable[[Part], Tree]] = {
    "Observation": records.observation,
    "Condition": records.condition,
    "AllergyIntolerance": records.allergy,
    "MedicationRequest": records.prescription,
    "MedicationStatement": records.medicine,
    "Procedure": records.procedure,
    "ServiceRequest": records.service,
    "CarePlan": records.plan,
    "Flag": records.flag,
    "Encounter": records.encounter,
    "Appointment": appointment,
    "DocumentReference": document,
    "Basic": _basic,
}
# Where a kind names its person, when not in `subject`.
_PERSON_IN: Mapping[str, Callable[[Tree], Tree]] = {
    "AllergyIntolerance": lambda person: {"patient": person},
    "Appointment": lambda person: {"participant": [participant(person)]},
}


def kind_of(part: Part) -> str:
    """The kind that its section names; an appointment that R4 cannot hold as one is carried whole as a
    Basic of appointments.
    """
    kind = part.section.kind
    return "Basic" if kind == "Appointment" and not can_be_said(part) else kind


def person_in(kind: str, person: Tree) -> Tree:
    """The member of a kind that names whose it is."""
    named = _PERSON_IN.get(kind)
    return named(person) if named else {"subject": person}
