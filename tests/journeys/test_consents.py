"""The register of objections through the API: by governance alone, as it stands now, each read on file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.cli.policy_record import replay_record
from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from broker.domain.objection_life import Actor
from tests.support import trail
from tests.support.consents import complaints
from tests.support.network import NHS, Client, object_to, objections_desk, resources, simulated
from tests.support.small_network import NUMBER, OTHER, Small, holding, indexed, small_network
from tests.support.store_faults import locked
from tests.support.stores import TAKEN_BACK

OFFICER = {
    "role": "privacy-officer",
    "purpose": "HOPERAT",
    "relationship": "none",
    "user_id": "900000000301",
}
DESK = Actor(role="objections team", name="Imaginary Rowan")


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """One partner, and two people; at the end the trail is whole."""
    people = simulated("pds", {NUMBER: [indexed()], OTHER: [indexed(OTHER)]}, calls_per_s=1000)
    async with small_network(tmp_path, {"alder": holding("alder")}, index=people) as made:
        yield made
        await trail.all_ended(made.client.settings)
        trail.assert_whole(made.client.settings)


async def search(client: Client, number: str = NUMBER, **asked: str) -> tuple[int, dict[str, Any]]:
    """`POST Consent/_search` as a privacy officer, or as whoever `asked` says with `role` and `purpose`."""
    facts = {**OFFICER, **{name: asked.pop(name) for name in list(asked) if name in OFFICER}}
    form = {"patient.identifier": f"{NHS}|{number}", **asked}
    url = f"{client.door.url}/Consent/_search"
    async with client.session.post(url, data=form, headers=client.headers(**facts)) as response:
        return response.status, json.loads(await response.read())


async def read(client: Client, path: str) -> tuple[int, dict[str, Any]]:
    """A GET as a privacy officer."""
    status, body = await client.get(path, **OFFICER)
    return status, json.loads(body)


def readings(small: Small) -> list[trail.Row]:
    """Every look into the register on file."""
    return trail.of_kind(small.client.settings, RecordKind.READING)


async def test_an_objection_is_read_as_soon_as_it_is_acknowledged_and_until_it_is_withdrawn(
    small: Small,
) -> None:
    """None, then active, then inactive, in a searchset and by itself; each read is on file before it."""
    client = small.client
    assert (await search(client))[1]["total"] == 0
    async with objections_desk(client.settings) as register:
        objection = await object_to(register, NUMBER, scope=Scope(categories=frozenset({Category.RESULTS})))
        status, found = await search(client)
        assert (status, found["total"]) == (200, 1)
        [consent] = resources(found)
        assert complaints(consent) == []
        assert (consent["id"], consent["status"]) == (objection, "active")
        assert consent["provision"]["class"][0]["code"] == "results"
        await register.withdraw(objection, TAKEN_BACK, by=DESK)
    status, consent = await read(client, f"Consent/{objection}")
    assert (status, consent["status"]) == (200, "inactive")
    assert resources((await search(client, status="active"))[1]) == []
    assert [one["id"] for one in resources((await search(client, status="inactive"))[1])] == [objection]
    assert {row.body.interaction for row in readings(small)} == {"search-consents", "read-consent"}
    assert len(readings(small)) == 5
    assert small.ears["alder"].calls == small.ears["pds"].calls == 0


async def test_an_objection_under_a_linked_older_number_is_found(small: Small) -> None:
    """The current number is the one that the Consent names first, and both are in it."""
    settings = small.client.settings
    async with objections_desk(settings) as register:
        await object_to(register, OTHER)
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="index")
    await store.link_numbers(frozenset({NhsNumber(NUMBER), NhsNumber(OTHER)}))
    await store.aclose()
    [consent] = resources((await search(small.client))[1])
    assert consent["patient"]["identifier"]["value"] == NUMBER
    assert [one["value"] for one in consent["contained"][0]["identifier"]] == [NUMBER, OTHER]


@pytest.mark.parametrize(
    "who",
    [
        {"role": "doctor", "purpose": "TREAT", "relationship": "booking"},
        {"role": "doctor"},
        {"purpose": "TREAT", "relationship": "booking"},
    ],
    ids=["a doctor", "a doctor for governance", "an officer for treatment"],
)
async def test_everybody_else_hears_the_same_whether_or_not_somebody_objected(
    small: Small, who: dict[str, str]
) -> None:
    """The neutral refusal, with a refusal on file for each, and no look into the register."""
    async with objections_desk(small.client.settings) as register:
        objection = await object_to(register, NUMBER)
    said = []
    for number in (NUMBER, OTHER):
        status, body = await search(small.client, number, **who)
        said.append((status, {**body, "issue": [{**one, "diagnostics": ""} for one in body["issue"]]}))
    for path in (f"Consent/{objection}", "Consent/ob-0000000000000000"):
        status, raw = await small.client.get(path, **{**OFFICER, **who})
        body = json.loads(raw)
        said.append((status, {**body, "issue": [{**one, "diagnostics": ""} for one in body["issue"]]}))
    assert said[0][0] == 403
    assert said == [said[0]] * 4
    assert readings(small) == []
    refusals = trail.of_kind(small.client.settings, RecordKind.REFUSAL)
    assert [row.body.cause for row in refusals] == ["Forbidden"] * 4
    assert {row.body.resource_types for row in refusals} == {("Consent",)}
    assert all(row.body.reasons and row.body.policy_revision for row in refusals)


async def test_a_read_and_a_refusal_of_the_register_are_judged_again_as_they_were(small: Small) -> None:
    """By the rules of the register, not by those of a record."""
    await search(small.client)
    await search(small.client, role="doctor")
    for row in (readings(small)[0], trail.of_kind(small.client.settings, RecordKind.REFUSAL)[0]):
        replayed = asyncio.to_thread(
            replay_record, row.sequence, small.client.settings.config_dir, None, None, DESK
        )
        _, again, _ = await replayed
        assert again.is_same


async def test_who_reads_the_register_opens_no_record(small: Small) -> None:
    """A privacy officer's token is refused at every other address, as before."""
    assert (await small.client.find(NUMBER, **OFFICER))[0] == 403
    status, _ = await small.client.get("Observation?patient=token", **OFFICER)
    assert status in {403, 404}
    assert small.ears["alder"].calls == 0


async def test_no_link_of_a_searchset_holds_a_number_and_each_is_followed(small: Small) -> None:
    """The self link gives the same again; page by page every Consent comes once."""
    async with objections_desk(small.client.settings) as register:
        made = [await object_to(register, NUMBER) for _ in range(3)]
    _, page = await search(small.client, _count="2", status="active")
    seen = []
    while True:
        links = {link["relation"]: link["url"] for link in page["link"]}
        assert NUMBER not in json.dumps(page["link"])
        assert page["total"] == 3
        assert (await read(small.client, links["self"]))[1] == page
        seen += [one["id"] for one in resources(page)]
        if "next" not in links:
            break
        status, page = await read(small.client, links["next"])
        assert status == 200
    assert seen == made


async def test_a_page_of_a_register_that_moved_is_gone(small: Small) -> None:
    """Start again: else an objection could be missed between two pages."""
    async with objections_desk(small.client.settings) as register:
        for _ in range(2):
            await object_to(register, NUMBER)
        _, page = await search(small.client, _count="1")
        await object_to(register, NUMBER)
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    assert (await read(small.client, following))[0] == 410


async def test_one_objection_of_the_person_is_found_by_its_id(small: Small) -> None:
    """Another person's is not in the answer, and an id that nobody has is not found."""
    async with objections_desk(small.client.settings) as register:
        own, others = await object_to(register, NUMBER), await object_to(register, OTHER)
    assert [one["id"] for one in resources((await search(small.client, _id=own))[1])] == [own]
    assert (await search(small.client, _id=others))[1]["total"] == 0
    assert (await read(small.client, "Consent/ob-0000000000000000"))[0] == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"period": "ge2020"}, 400), ({"status": "binding"}, 400), ({"_count": "0"}, 400)],
    ids=["a parameter that is not there", "a status that R4 does not have", "no items"],
)
async def test_a_search_that_cannot_be_answered_as_asked_is_refused(
    small: Small, asked: dict[str, str], status: int
) -> None:
    """An ignored filter would widen the answer."""
    assert (await search(small.client, **asked))[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_of_the_register_is_written_through_the_api(small: Small, method: str) -> None:
    """405, with the reads that there are."""
    for path in ("Consent", "Consent/ob-0000000000000000"):
        url, headers = f"{small.client.door.url}/{path}", small.client.headers(**OFFICER)
        async with small.client.session.request(method, url, headers=headers, json={}) as response:
            assert (response.status, response.headers["Allow"]) == (405, "GET")


async def test_a_read_that_cannot_be_recorded_is_not_answered(small: Small) -> None:
    """Another process holds the store's write lock: 503, and nothing of the person."""
    async with objections_desk(small.client.settings) as register:
        objection = await object_to(register, NUMBER)
    with locked(small.client.settings.store_path):
        for status, said in (await search(small.client), await read(small.client, f"Consent/{objection}")):
            assert (status, said["resourceType"]) == (503, "OperationOutcome")
            assert NUMBER not in json.dumps(said)
    assert (await search(small.client))[0] == 200
