"""Pages over real sockets: what each release names, and what is gone costs no partner a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from tests.support.emergency import USER, end_at_the_desk, objected, opened
from tests.support.network import object_to, objections_desk, resources, simulated
from tests.support.real_network import GUARDIAN
from tests.support.small_network import NUMBER, Small, holding, observation, patient, small_network

HELD = {"alder": 5, "beech": 4}
Shown = list[tuple[str, str]]


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """Two partners, each of whose results says which one it is."""
    apps = {
        name: simulated(
            "fhir_r4",
            {NUMBER: [patient(), *(observation(f"{name}-{at}", f"{name}-{at}") for at in range(count))]},
        )
        for name, count in HELD.items()
    }
    async with small_network(tmp_path, apps) as made:
        yield made


async def page(small: Small, link: str) -> tuple[int, dict[str, Any]]:
    """What a link gives."""
    status, body = await small.client.get(link)
    return status, orjson.loads(body)


def following(tree: dict[str, Any]) -> str:
    """Where it goes on; empty on the last page."""
    return next((one["url"] for one in tree["link"] if one["relation"] == "next"), "")


def calls(small: Small) -> int:
    """To partners and the index, so far."""
    return sum(ear.calls for ear in small.ears.values())


async def released(small: Small) -> list[Shown]:
    """What each disclosure about the person names of partners' results, oldest first."""
    settings = small.client.settings
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="desk")
    try:
        accesses = await store.accesses(frozenset({NhsNumber.parse(NUMBER)}), reader=GUARDIAN)
    finally:
        await store.aclose()
    return [
        [(item.partner_id, item.local_id) for item in one.items or () if item.resource_type == "Observation"]
        for one in accesses
        if one.outcome == "released" and one.interaction == "search"
    ]


async def test_each_page_is_a_release_of_its_own_that_names_what_stands_on_it(small: Small) -> None:
    """No more and no less, in the order of the whole."""
    shown: list[Shown] = []
    link = f"Observation?patient={await small.client.patient_id(NUMBER)}&_count=2"
    while link:
        status, tree = await page(small, link)
        assert status == 200
        values = [one["valueString"] for one in resources(tree) if one["resourceType"] == "Observation"]
        shown.append([(value.partition("-")[0], value) for value in values])
        link = following(tree)
    assert [len(on_page) for on_page in shown] == [2, 2, 2, 2, 1]
    assert await released(small) == shown
    assert [one for on_page in shown for one in on_page] == [
        (name, f"{name}-{at}") for name, count in HELD.items() for at in range(count)
    ]


async def test_a_page_that_an_objection_ended_says_to_start_again_and_asks_nobody(small: Small) -> None:
    """410 with what to do; begun again there is what is open, and after one to everything a refusal."""
    start = f"Patient/{await small.client.patient_id(NUMBER)}/$everything?_count=3"
    _, first = await page(small, start)
    async with objections_desk(small.client.settings) as register:
        await object_to(register, NUMBER, scope=Scope(partners=frozenset({"beech"})))
        before = calls(small)
        status, refused = await page(small, following(first))
        issue = refused["issue"][0]
        assert (status, issue["code"], calls(small)) == (410, "expired", before)
        assert "Start again from the first page" in issue["details"]["text"]
        _, first = await page(small, start)
        await object_to(register, NUMBER)
        status, refused = await page(small, following(first))
        assert (status, refused["issue"][0]["code"]) == (403, "suppressed")


async def test_a_link_leads_nowhere_for_others_and_says_nothing_of_what_it_is(small: Small) -> None:
    """With another purpose, at another question, as a person's id, or with a letter changed."""
    patient_id = await small.client.patient_id(NUMBER)
    _, first = await page(small, f"Patient/{patient_id}/$everything?_count=3")
    link = following(first)
    token = link.partition("_page=")[2]
    before = calls(small)
    for other, status in (
        (f"Observation?patient={patient_id}&_page={token}", 410),
        (f"Patient/{patient_id}/$everything?_page={token[:9]}", 400),
        (f"{link[:-9]}{'B' if link[-9] == 'A' else 'A'}{link[-8:]}", 410),
        (f"Patient/{token}/$everything", 400),
        (f"Patient/{patient_id}/$everything?_page={patient_id}", 410),
    ):
        assert (await page(small, other))[0] == status, other
    assert (await small.client.get(link, purpose="ETREAT"))[0] == 410
    assert calls(small) == before
    assert (await page(small, link))[0] == 200


async def test_pages_under_emergency_access_go_on_under_it_alone(tmp_path: Path) -> None:
    """With the grant that the first page named; without it the page is gone, and after its end refused."""
    async with objected(tmp_path, {"alder": holding("alder")}) as emergency:
        client = emergency.client
        grant = await opened(client, NUMBER)
        patient_id = await client.patient_id(NUMBER, grant=grant, **USER)
        status, body = await client.get(f"Patient/{patient_id}/$everything?_count=2", grant=grant, **USER)
        link = following(orjson.loads(body))
        assert (status, (await client.get(link, grant=grant, **USER))[0]) == (200, 200)
        assert (await client.get(link, **USER))[0] == 410
        await end_at_the_desk(client.settings, grant)
        assert (await client.get(link, grant=grant, **USER))[0] == 403
