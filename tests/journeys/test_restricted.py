"""A person whose whereabouts are protected, in an emergency: what keeps them alive, and no place at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support import trail
from tests.support.network import resources, simulated
from tests.support.small_network import NUMBER, indexed, patient, small_network

PLACES = (
    "alder",
    "Alder",
    "beech",
    "RX901",
    "RX902",
    "Thistledown",
    "Quay Street",
    "CB99 7QX",
    "01632 960777",
    "Hospital of St Bride",
    "alder.example",
    "ward-nine",
    "A-LOCAL-77",
    "ENC-5150",
    "PRAC-31",
    "practitioner-31",
)


def told(local_id: str) -> dict[str, Any]:
    """Members of an item that tell of the place where it was written."""
    return {
        "id": f"A-LOCAL-77-{local_id}",
        "identifier": [{"system": "https://alder.example/Id/item", "value": "A-LOCAL-77"}],
        "text": {"status": "generated", "div": "<div>Seen at Hospital of St Bride by Dr Thistledown</div>"},
        "encounter": {"reference": "Encounter/ENC-5150", "display": "ward-nine"},
        "note": [{"text": "Lives at Quay Street, call 01632 960777"}],
    }


def people() -> list[dict[str, Any]]:
    """An allergy, a medicine and a problem in the words of a place that must not be told."""
    doctor = {"reference": "Practitioner/practitioner-31", "display": "Dr Thistledown"}
    penicillin = {"coding": [{"system": "http://snomed.info/sct", "code": "91936005"}]}
    home = [{"line": ["4 Quay Street"], "postalCode": "CB99 7QX"}]
    return [
        patient(local_id="1", address=home, managingOrganization={"display": "Hospital of St Bride"}),
        {
            "resourceType": "AllergyIntolerance",
            **told("1"),
            "patient": {"reference": "Patient/1"},
            "code": penicillin,
            "recorder": doctor,
        },
        {
            "resourceType": "MedicationStatement",
            **told("2"),
            "status": "active",
            "subject": {"reference": "Patient/1"},
            "medicationCodeableConcept": {
                "coding": [{"system": "http://snomed.info/sct", "code": "387207008"}]
            },
            "informationSource": doctor,
        },
        {
            "resourceType": "Observation",
            **told("3"),
            "status": "final",
            "subject": {"reference": "Patient/1"},
            "code": penicillin,
            "performer": [doctor],
        },
        {
            "resourceType": "Practitioner",
            "id": "practitioner-31",
            "identifier": [{"system": "https://alder.example/Id/staff", "value": "PRAC-31"}],
            "name": [{"family": "Thistledown"}],
        },
    ]


def restricted_index(code: str = "R") -> Any:
    """The index marks the person restricted."""
    return simulated("pds", {NUMBER: [indexed(code=code)]}, calls_per_s=1000)


async def test_an_emergency_shows_what_keeps_alive_and_no_byte_of_a_place(tmp_path: Path) -> None:
    """The allergy and the medicine are there; no partner, id, system, name, street or text is."""
    apps = {name: simulated("fhir_r4", {NUMBER: people()}) for name in ("alder", "beech")}
    async with small_network(tmp_path, apps, index=restricted_index()) as small:
        facts = {"purpose": "ETREAT"}
        patient_id = await small.client.patient_id(NUMBER, **facts)
        status, body = await small.client.get(f"Patient/{patient_id}/$everything", **facts)
        trail.assert_whole(small.client.settings)
    assert status == 200
    kinds = {one["resourceType"] for one in resources(orjson.loads(body))}
    assert {"AllergyIntolerance", "MedicationStatement"} <= kinds
    assert not {"Practitioner", "Observation"} & kinds
    assert [word for word in PLACES if word.encode() in body] == []


async def test_the_same_words_are_found_where_nobody_is_restricted(tmp_path: Path) -> None:
    """The control: the search above would have seen them."""
    apps = {name: simulated("fhir_r4", {NUMBER: people()}) for name in ("alder", "beech")}
    async with small_network(tmp_path, apps) as small:
        patient_id = await small.client.patient_id(NUMBER)
        _, body = await small.client.get(f"Patient/{patient_id}/$everything")
    assert {word for word in PLACES if word.encode() in body} >= {
        "alder",
        "beech",
        "Thistledown",
        "Quay Street",
    }


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("R", {}),
        ("V", {"purpose": "ETREAT"}),
        ("R", {"purpose": "ETREAT", "role": "pharmacist"}),
        ("R", {"purpose": "ETREAT", "role": "social-worker"}),
    ],
)
async def test_everybody_else_is_refused_without_a_place(
    code: str, facts: dict[str, str], tmp_path: Path
) -> None:
    """Another purpose, another role, a very restricted person: 403, no partner asked."""
    apps = {"alder": simulated("fhir_r4", {NUMBER: people()})}
    async with small_network(tmp_path, apps, index=restricted_index(code)) as small:
        status, body = await small.client.find(NUMBER, **facts)
        assert small.ears["alder"].calls == 0
    assert status == 403
    assert [word for word in PLACES if word in str(body)] == []


async def test_nothing_of_a_restricted_person_is_kept_between_questions(tmp_path: Path) -> None:
    """Neither the trace nor a local id: each question asks the index and the look-up anew."""
    apps = {"alder": simulated("fhir_r4", {NUMBER: people()})}
    async with small_network(tmp_path, apps, index=restricted_index()) as small:
        patient_id = await small.client.patient_id(NUMBER, purpose="ETREAT")
        calls = []
        for _ in range(2):
            before = small.ears["pds"].calls, small.ears["alder"].calls
            await small.client.get(f"Patient/{patient_id}/$everything", purpose="ETREAT")
            calls.append((small.ears["pds"].calls - before[0], small.ears["alder"].calls - before[1]))
    assert calls[0] == calls[1]
    assert calls[0][0] == 1
