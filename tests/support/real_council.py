"""People of a council's STU3 service: items of our writing, and resources that this project did not write.

What is restricted, or about somebody else, stands beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber

KNOWN, OTHER, CLOSED = map(NhsNumber.parse, ("9990000212", "9990000220", "9990000239"))
FAMILY, BORN = "Invented", "1951-04-09"
# More than the server puts on one page.
WARNINGS = 45
# Where each type that the server offers names its person, in the order of the mapping's sections.
PERSON_IN = {
    "EpisodeOfCare": "patient",
    "Task": "for",
    "CarePlan": "subject",
    "Flag": "subject",
    "Device": "patient",
    "RelatedPerson": "patient",
}
CLOSED_MATTER = "A matter that is closed to others"
_RESTRICTED = {"security": [{"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "R"}]}


def council_world(real_data: Path) -> dict[str, Any]:
    """What asymmetrik.mjs reads."""
    return {
        KNOWN.digits: {
            "patient": _patient(KNOWN, "c1"),
            "held": [*_items("c1"), *_of_others(real_data, "c1")],
        },
        OTHER.digits: {"patient": _patient(OTHER, "c2"), "held": _items("c2")},
        CLOSED.digits: {
            "patient": {**_patient(CLOSED, "c3"), "meta": _RESTRICTED},
            "held": _items("c3"),
        },
    }


def _patient(number: NhsNumber, local_id: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": local_id,
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": number.digits}],
        "name": [{"use": "official", "family": FAMILY, "given": ["Zoë", "Ann"]}],
        "birthDate": BORN,
        "gender": "female",
        "address": [{"use": "home", "line": ["1 Mill Lane", "Northfield"], "postalCode": "ZZ99 3WZ"}],
    }


def _item(kind: str, local_id: str, person: str, **members: Any) -> dict[str, Any]:
    whose = {"reference": f"Patient/{person}"}
    return {"resourceType": kind, "id": f"{person}-{local_id}", PERSON_IN[kind]: whose, **members}


def _items(person: str) -> list[dict[str, Any]]:
    """One of each type as a council writes it, and more warnings than fit on two pages."""
    start = {"start": "2026-02-01"}
    return [
        _item("EpisodeOfCare", "e", person, status="active", type=[{"text": "Home care"}], period=start),
        *_tasks(person),
        _plan(person),
        *(
            _item("Flag", f"f{place}", person, status="active", code={"text": f"Warning {place} of {person}"})
            for place in range(WARNINGS)
        ),
        _item("Device", "d", person, status="active", type={"text": "Grab rail"}),
        _item("RelatedPerson", "k", person, relationship={"text": "Daughter"}, name=[{"family": "Invented"}]),
    ]


def _tasks(person: str) -> list[dict[str, Any]]:
    """One that anybody may read who may read tasks, and one that is restricted."""
    ordered = {"status": "completed", "intent": "order"}
    assessment = {
        "code": {"text": "Care Act assessment"},
        "requester": {"agent": {"display": "Duty team"}},
        "note": [{"text": "Manages stairs with a rail.", "time": "2026-03-02"}],
    }
    return [
        _item("Task", "t", person, **ordered, **assessment),
        _item("Task", "closed", person, **ordered, code={"text": CLOSED_MATTER}, meta=_RESTRICTED),
    ]


def _plan(person: str) -> dict[str, Any]:
    wash = {"status": "in-progress", "description": "Help to wash each morning"}
    return _item(
        "CarePlan",
        "p",
        person,
        status="active",
        intent="plan",
        title="Support at home",
        category=[{"text": "Care and support plan"}],
        author=[{"display": "Jo Field"}],
        activity=[{"detail": wash}],
    )


def _of_others(real_data: Path, person: str) -> Iterator[dict[str, Any]]:
    """A CarePlan, a Device and a Task of others' writing, made this person's."""
    for kind in ("CarePlan", "Device", "Task"):
        text = (real_data / "stu3-to-r4" / "ms-input" / f"{kind}.json").read_text(encoding="utf-8-sig")
        yield {**json.loads(text), "id": f"{kind}-1", PERSON_IN[kind]: {"reference": f"Patient/{person}"}}
