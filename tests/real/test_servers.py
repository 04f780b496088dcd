"""The real servers answer as their manners are known, to a real client library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fhirpy import AsyncFHIRClient

from broker.domain.identity import NHS_NUMBER_SYSTEM
from tests.support.real_servers import STARTED, RealServer, launched, running


def test_a_taken_port_costs_only_another_try(tmp_path: Path) -> None:
    """A server that cannot have its port ends, and the next port is tried."""
    tried: list[int] = []

    def launch(port: int) -> subprocess.Popen[str]:
        tried.append(port)
        words = "the port is taken" if len(tried) == 1 else f"{STARTED[0]} {port}"
        waits = "" if len(tried) == 1 else "; import signal; signal.pause()"
        return launched([sys.executable, "-c", f"import sys; print({words!r}){waits}"], tmp_path, {})

    with running(launch) as port:
        assert port == tried[1]
    assert len(tried) == 2


async def bundle(server: RealServer, path: str, **parameters: str) -> dict[str, Any]:
    """One search answered, as plain values."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.base_url}/{path}", params=parameters) as answer,
    ):
        assert answer.status == 200
        found: dict[str, Any] = await answer.json(content_type=None)
        return found


async def test_sekmet_finds_one_person_by_nhs_number(sekmet: RealServer) -> None:
    """An identifier search names exactly the person who was loaded under that number."""
    person = sekmet.people[0]
    found = await bundle(sekmet, "Patient", identifier=f"{NHS_NUMBER_SYSTEM}|{person.number.digits}")
    assert [entry["resource"]["id"] for entry in found["entry"]] == [sekmet.local_ids[person.number.digits]]
    assert found["total"] == 1


async def test_sekmet_is_paged_to_the_end_by_a_client_library(sekmet: RealServer) -> None:
    """A client library follows every `next` link and gets each of one person's Observations once."""
    person = sekmet.people[0]
    local_id = sekmet.local_ids[person.number.digits]
    search = AsyncFHIRClient(sekmet.base_url).resources("Observation").search(patient=local_id).limit(10)
    ids = [resource["id"] async for resource in search]
    expected = [resource for resource in person.resources() if resource["resourceType"] == "Observation"]
    assert len(ids) == len(set(ids)) == len(expected) > 10


async def test_sekmet_takes_a_search_by_post(sekmet: RealServer) -> None:
    """`_search` with a form keeps the number out of the address."""
    form = {"identifier": f"{NHS_NUMBER_SYSTEM}|{sekmet.people[1].number.digits}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sekmet.base_url}/Patient/_search", data=form) as answer,
    ):
        found = await answer.json(content_type=None)
    assert (answer.status, found["total"]) == (200, 1)


async def test_fhirsnake_answers_with_everybody(fhirsnake: RealServer) -> None:
    """A search for one person's number brings every Patient that the server holds."""
    number = fhirsnake.people[0].number.digits
    found = await bundle(fhirsnake, "Patient", identifier=f"{NHS_NUMBER_SYSTEM}|{number}")
    ids = {entry["resource"]["id"] for entry in found["entry"]}
    assert ids == set(fhirsnake.local_ids.values())
    assert len(ids) == 4


@pytest.mark.parametrize("resource_type", ["Observation", "Condition"])
async def test_fhirsnake_ignores_the_patient_parameter(fhirsnake: RealServer, resource_type: str) -> None:
    """Asked for one person's items, it answers with those of several."""
    local_id = fhirsnake.local_ids[fhirsnake.people[0].number.digits]
    found = await bundle(fhirsnake, resource_type, patient=local_id)
    subjects = {entry["resource"]["subject"]["reference"] for entry in found["entry"]}
    assert f"Patient/{local_id}" in subjects
    assert len(subjects) > 1
