"""The simulated hospital says in HL7 v2 what its people have in R4, over TLS where that is wanted."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from fhir.resources.R4B import get_fhir_model_class

from broker.adapters.clock import SystemClock
from broker.adapters.transport.mllp import MllpTransport
from broker.demonstration.people import stories
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials
from broker.ports.connector import Ending, Entry
from connectors.hl7v2 import PLUGIN
from connectors.hl7v2.world import moment
from connectors.simulation import Asked
from tests.connectors.hl7v2.messages import Number
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import ask_for, held_conversation, road_to
from tests.support.transports import permit, registration

RESULT: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "category": [{"coding": [{"code": "laboratory"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium | serum"}]},
    "subject": {"reference": "Patient/a1"},
    "effectiveDateTime": "2026-02-11T09:30:00Z",
    "valueQuantity": {
        "value": msgspec.Raw(b"5.10"),
        "unit": "mmol/L",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    },
    "referenceRange": [{"low": {"value": msgspec.Raw(b"3.50")}, "high": {"value": 5}}],
    "note": [{"text": "Haemolysed\nRepeat & report"}],
}
PRESSURE: dict[str, Any] = {
    **RESULT,
    "id": "o2",
    "category": [{"coding": [{"code": "vital-signs"}]}],
    "valueQuantity": None,
    "component": [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg", "comparator": ">"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 80, "unit": "mmHg"}},
    ],
}
WORLD = {
    ASHA.digits: (patient(ASHA.digits, "a1"), RESULT, PRESSURE),
    BEN.digits: (patient(BEN.digits, "b1"),),
}


@asynccontextmanager
async def listening(people: Any, tls: ssl.SSLContext | None = None, **manners: object) -> AsyncIterator[Any]:
    """A simulator and where it listens."""
    hospital = PLUGIN.simulator(people, manners)
    port = await hospital.start("127.0.0.1", tls=tls)
    try:
        yield hospital, f"{'mllps' if tls else 'mllp'}://127.0.0.1:{port}"
    finally:
        await hospital.stop()


async def record(people: Any, number: Any = ASHA, **manners: object) -> tuple[Ending, list[dict[str, Any]]]:
    """Somebody's record as the connector brings it."""
    conversation = PLUGIN.create({"query_code": "Z99"}).fetch(ask_for(number=number))
    async with (
        listening(people, **manners) as (_, origin),
        road_to(origin, PLUGIN.manifest, number) as send,
    ):
        ending, heard = await held_conversation(conversation, send)
    return ending, read(heard.entries)


def read(entries: list[Entry]) -> list[dict[str, Any]]:
    """Resources, their numbers by their characters."""
    return [json.loads(entry.raw, parse_float=Number, parse_int=Number) for entry in entries]


async def test_a_number_keeps_its_characters_there_and_back() -> None:
    """`5.10` in R4, in HL7 v2 and in R4 again, with its range, its time and what is noted."""
    _, trees = await record(WORLD)
    potassium = next(tree for tree in trees if "valueQuantity" in tree)
    assert potassium["valueQuantity"]["value"] == "5.10"
    assert potassium["valueQuantity"]["code"] == "mmol/L"
    assert potassium["referenceRange"] == [{"text": "3.50-5"}]
    assert potassium["effectiveDateTime"] == "2026-02-11T09:30:00+00:00"
    assert potassium["note"][0]["text"] == "Haemolysed\nRepeat & report"
    assert potassium["code"]["coding"][0]["display"] == "Potassium | serum"


async def test_a_result_of_components_is_sent_as_one_result_each() -> None:
    """A blood pressure is two numbers under one report."""
    _, trees = await record(WORLD)
    pressures = [tree for tree in trees if tree.get("valueQuantity", {}).get("unit") == "mmHg"]
    assert [tree["valueQuantity"]["value"] for tree in pressures] == ["120", "80"]
    assert pressures[0]["valueQuantity"]["comparator"] == ">"
    (report,) = [
        tree
        for tree in trees
        if tree["resourceType"] == "DiagnosticReport" and tree["category"][0]["coding"][0]["code"] == "VS"
    ]
    assert len(report["result"]) == 2


@pytest.mark.parametrize("partner_id", sorted({name for story in stories() for name in story.charts}))
async def test_everybody_of_the_demonstration_can_be_at_this_hospital(partner_id: str) -> None:
    """Whoever's chart it plays, the record comes whole, proved and valid."""
    for story in stories():
        if partner_id not in story.charts:
            continue
        number = NhsNumber.parse(story.demographics.number)
        ending, trees = await record({number.digits: story.charts[partner_id]}, number)
        assert ending.label is OutcomeLabel.COMPLETE
        assert trees[0]["birthDate"] == story.charts[partner_id][0]["birthDate"]
        for tree in trees:
            get_fhir_model_class(tree["resourceType"]).model_validate(tree)


async def test_down_for_one_person_is_down_for_nobody_else() -> None:
    """Her connection breaks; the next person's record comes."""
    ending, _ = await record(WORLD, down_for=[ASHA.digits])
    assert (ending.label, ending.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
    ending, trees = await record(WORLD, BEN, down_for=[ASHA.digits])
    assert ending.label is OutcomeLabel.COMPLETE
    assert len(trees) == 1


async def test_its_journal_holds_types_of_messages_alone() -> None:
    """What it saw can be compared with the audit trail; no number is kept."""
    async with listening(WORLD) as (hospital, origin), road_to(origin, PLUGIN.manifest) as send:
        await held_conversation(PLUGIN.create({"query_code": "Z99"}).fetch(ask_for()), send)
        assert hospital.journal == [Asked("QUERY", "QBP^Q11")]
        assert ASHA.digits not in repr(hospital.journal)


async def test_a_record_is_asked_for_over_tls_with_certificates_on_both_sides(tmp_path: Path) -> None:
    """As a registration names them, through the product's own transport."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    client = authority.issue_cert("broker.example")
    client.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    credentials = Credentials(
        authority=str(tmp_path / "authority.pem"), certificate=str(tmp_path / "client.pem")
    )
    async with listening(WORLD, tls=context) as (_, origin):
        partner = registration(origin, credentials=credentials)
        road = MllpTransport(partner, PLUGIN.manifest, clock=SystemClock())
        allowed = permit()
        conversation = PLUGIN.create({"query_code": "Z99"}).fetch(ask_for())
        ending, heard = await held_conversation(conversation, lambda request: road.send(request, allowed))
        await road.aclose()
    assert ending.label is OutcomeLabel.COMPLETE
    assert len(heard.entries) > 3


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026", "2026"),
        ("2026-02-11", "20260211"),
        ("2026-08-17T09:12:00+01:00", "20260817091200+0100"),
        ("2026-08-17T09:12:00.5Z", "20260817091200.5+0000"),
        ("2026-08-17T09:12:00-05:00", "20260817091200-0500"),
        (None, ""),
    ],
)
def test_a_moment_keeps_its_precision_on_its_way_into_a_message(text: str | None, written: str) -> None:
    """A year stays a year."""
    assert moment(text) == written
