"""Summaries of running brokers, looked at once by a real browser: the demonstration's, and hostile ones."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import demonstration_network
from broker.demonstration.people import story_named
from broker.demonstration.users import USERS, token_for
from tests.support.browser import Seen, browser, look
from tests.support.network import resources, simulated
from tests.support.small_network import NUMBER, indexed, patient, small_network

MINE = {"subject": {"reference": "Patient/1"}}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LINES = 60


@dataclass(slots=True)
class Pages:
    """What the browser saw, by what was shown."""

    seen: dict[str, Seen] = field(default_factory=dict)


@pytest.fixture(scope="session")
def pages() -> Pages:
    """Each page looked at in one run of one browser."""
    return asyncio.run(_looked_at())


async def _looked_at() -> Pages:
    pages = Pages()
    async with browser() as running:
        await _demonstration(running, pages)
        with tempfile.TemporaryDirectory() as folder:
            await _hostile(running, Path(folder), pages)
    return pages


async def _demonstration(running: Browser, pages: Pages) -> None:
    """A long record, and one in which services are missing and sources contradict each other."""
    async with demonstration_network() as network:
        for name in ("diabetes", "allergy-contradicted"):
            story = story_named(name)
            token = token_for(USERS[story.asked_as], network.issuer)
            found = await ask_for_record(network.fhir_url, token, story.asked_number)
            url = f"{network.fhir_url}/Patient/{_sealed_id(found.bodies[0])}/$summary"
            headers = {"Authorization": f"Bearer {token}"}
            pages.seen[name] = await look(running, url, headers, name)


def _sealed_id(body: bytes) -> str:
    people = [one for one in resources(json.loads(body)) if one["resourceType"] == "Patient"]
    return str(people[0]["id"])


async def _hostile(running: Browser, folder: Path, pages: Pages) -> None:
    """A partner whose every word is a script, and one that is down."""
    named = [{"text": SCRIPT}]
    index = simulated("pds", {NUMBER: [indexed(name=named)]}, calls_per_s=1000)
    apps = {
        "alder": simulated("fhir_r4", {NUMBER: [patient(name=named), *_hostile_items()]}),
        "beech": simulated("fhir_r4", {NUMBER: [patient()]}, down_for=[NUMBER]),
    }
    async with small_network(folder, apps, index=index) as small:
        client = small.client
        url = f"{client.door.url}/Patient/{await client.patient_id(NUMBER)}/$summary?_format=html"
        pages.seen["hostile"] = await look(running, url, client.headers(), "hostile")


def _hostile_items() -> list[dict[str, Any]]:
    told = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{SCRIPT}</div>'}
    return [
        {
            "resourceType": "Condition",
            "id": f"c{place}",
            "text": told,
            "code": {"text": f"{place} {SCRIPT}"},
            "note": [{"text": f"Long {'words ' * place}"}],
            **MINE,
        }
        for place in range(LINES)
    ]
