"""Medplum ignores `_include` and says nothing of it: a prescription's drug is asked for by its id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from connectors.fhir_r4 import PLUGIN
from tests.support.network import Partner, labels, resources
from tests.support.real_network import broker_among, whole_record
from tests.support.real_people import PATIENT, stored
from tests.support.real_servers import RealServer
from tests.support.sender import ask_for, held_conversation, road_to

WITH_DRUG = NhsNumber.parse("9990000069")
WITHOUT_DRUG = NhsNumber.parse("9990000077")
SETTINGS: dict[str, object] = {"ask": "by-type", "count": 1000, "reference": "typed"}
DRUG = "urn:uuid:00000000-0000-4000-8000-000000000002"


def prescription(reference: str) -> dict[str, Any]:
    """An order of the person's for the drug at `reference`."""
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": PATIENT},
        "medicationReference": {"reference": reference},
    }


async def test_the_server_leaves_the_drug_out_without_a_word(medplum: RealServer) -> None:
    """The quirk itself: a search with `_include` gives the prescription alone, and no warning."""
    drug = {"resourceType": "Medication", "code": {"text": "Imaginary 5 mg"}}
    stored(medplum, WITH_DRUG, {DRUG: drug, "urn:uuid:3": prescription(DRUG)})
    url = f"{medplum.base_url}/MedicationRequest?_include=MedicationRequest:medication&_count=1000"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        found = await answer.json(content_type=None)
    kinds = {entry["resource"]["resourceType"] for entry in found["entry"]}
    named = [entry["resource"].get("medicationReference") for entry in found["entry"]]
    assert kinds == {"MedicationRequest"}
    assert [one for one in named if one and one["reference"].startswith("Medication/")]


async def test_the_drug_is_shown_beside_its_prescription(medplum: RealServer, tmp_path: Path) -> None:
    """Through the broker: complete, and the reference resolves within the answer."""
    drug = {"resourceType": "Medication", "code": {"text": "Imaginary 5 mg"}}
    person = stored(medplum, NhsNumber.parse("9990000123"), {DRUG: drug, "urn:uuid:3": prescription(DRUG)})
    partners = {"medplum": Partner(endpoint=medplum.base_url, settings=SETTINGS)}
    async with broker_among(tmp_path, [person], partners) as client:
        bundle = json.loads(await whole_record(client, person))
    [order] = [one for one in resources(bundle) if one["resourceType"] == "MedicationRequest"]
    [shown] = [one for one in resources(bundle) if one["resourceType"] == "Medication"]
    assert labels(bundle) == {"medplum": "complete"}
    assert order["medicationReference"]["reference"] == f"Medication/{shown['id']}"
    assert shown["code"] == drug["code"]


async def test_a_drug_that_the_server_has_lost_is_said_to_be_missing(medplum: RealServer) -> None:
    """The prescription is shown; the answer is partial, for its drug."""
    stored(medplum, WITHOUT_DRUG, {"urn:uuid:3": prescription("Medication/lost")})
    async with road_to(medplum.base_url, PLUGIN.manifest, WITHOUT_DRUG) as send:
        conversation = PLUGIN.create(SETTINGS).fetch(ask_for(number=WITHOUT_DRUG))
        ending, heard = await held_conversation(conversation, send)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.MEDICATION_MISSING)
    assert len(heard.entries) == 2
