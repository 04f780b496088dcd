"""Emergency access through the API: granted, named by a question, bound to what it was granted for, ended."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.objection import Scope
from tests.support import trail
from tests.support.emergency import USER, WORDS, ask, end_at_the_desk, newest, opened, post
from tests.support.network import labels, object_to, objections_desk, resources, simulated
from tests.support.sensitive import coded
from tests.support.small_network import NUMBER, OTHER, Small, indexed, observation, patient, small_network

PROBLEM = {
    "resourceType": "Condition",
    "id": "c1",
    "code": coded("73211009"),
    "subject": {"reference": "Patient/1"},
}
UNKNOWN = "eg-" + "0" * 32


def holding(name: str) -> web.Application:
    """A partner with one result and one problem of the person."""
    return simulated("fhir_r4", {NUMBER: [patient(), observation("o1", f"seen at {name}"), PROBLEM]})


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """Two partners, and a person who objects to everything; at the end the trail is whole."""
    people = simulated("pds", {NUMBER: [indexed()], OTHER: [indexed(OTHER)]}, calls_per_s=1000)
    apps = {"alder": holding("alder"), "beech": holding("beech")}
    async with small_network(tmp_path, apps, index=people) as made:
        async with objections_desk(made.client.settings) as register:
            await object_to(register, NUMBER)
            await object_to(register, OTHER)
        yield made
        await trail.all_ended(made.client.settings)
        trail.assert_whole(made.client.settings)


def kinds(record: dict[str, Any]) -> set[str]:
    """The types of the items."""
    return {one["resourceType"] for one in resources(record)} - {"OperationOutcome", "Patient"}


def disclosures(small: Small) -> list[trail.Row]:
    """Every release on file."""
    return trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)


async def test_what_is_objected_to_is_opened_in_an_emergency(small: Small, written: io.BytesIO) -> None:
    """Refused before; then the whole record, with the grant in each of its records; one alert, which names
    the record and nobody.
    """
    client = small.client
    assert (await client.find(NUMBER, **USER))[0] == 403
    grant = await opened(client, NUMBER)
    status, record = await client.record(NUMBER, grant=grant, **USER)
    assert (status, kinds(record)) == (200, {"Observation", "Condition"})
    await trail.all_ended(client.settings)
    rows = [row for row in trail.rows(client.settings) if row.body.grant == grant]
    kinds_on_file = [row.body.kind for row in rows]
    assert kinds_on_file == ["grant", *["intent", "disclosure", "outcome"] * 2]
    reasons = {(one.topic, one.rule) for one in rows[-2].body.reasons}
    assert ("emergency-access", "risk-to-life") in reasons
    assert ("emergency-access", "alert-privacy-officer") in reasons
    [alert] = alerts(written, "emergency-access-opened")
    assert alert["sequence"] == rows[0].sequence
    assert (alert["ground"], alert["organisation"]) == ("risk-to-life", "RX901")
    for mark in (NUMBER, USER["user_id"], WORDS, grant, USER["session_id"]):
        assert mark.encode() not in written.getvalue()


def alerts(written: io.BytesIO, event: str) -> list[dict[str, Any]]:
    """The lines of one event."""
    lines = map(json.loads, written.getvalue().splitlines())
    return [line for line in lines if line["event"] == event]


async def test_a_ground_opens_its_own_categories_alone(small: Small) -> None:
    """Safeguarding opens problems and no results."""
    user = {**USER, "purpose": "TREAT"}
    grant = await opened(small.client, NUMBER, user=user, ground="safeguarding")
    status, record = await small.client.record(NUMBER, grant=grant, **user)
    assert (status, kinds(record)) == (200, {"Condition"})


async def test_a_partner_that_is_not_named_stays_closed(small: Small) -> None:
    """It is not asked."""
    grant = await opened(small.client, NUMBER, partners=["alder"])
    asked = small.ears["beech"].calls
    status, record = await small.client.record(NUMBER, grant=grant, **USER)
    assert status == 200
    assert labels(record) == {"alder": "complete", "beech": "not-asked"}
    assert small.ears["beech"].calls == asked


OUTSIDE: dict[str, dict[str, str]] = {
    "another user": {"user_id": "900000000102"},
    "another session": {"session_id": "session-of-tomorrow"},
    "a session without a name": {"session_id": ""},
    "another purpose": {"purpose": "TREAT"},
    "another organisation": {"organisation": "RX902"},
    "an id that nobody opened": {"grant": UNKNOWN},
    "an id of another form": {"grant": f"eg-{NUMBER}"},
    "an empty id": {"grant": ""},
}


@pytest.mark.parametrize("change", OUTSIDE.values(), ids=OUTSIDE.keys())
async def test_outside_what_it_was_granted_for_a_grant_is_refused(
    small: Small, change: dict[str, str]
) -> None:
    """With the neutral words, and nobody is asked."""
    grant = await opened(small.client, NUMBER)
    asked = small.ears["pds"].calls
    status, said = await small.client.find(NUMBER, **{"grant": grant, **USER, **change})
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")
    neutral = await neutral_words(small)
    assert said["issue"][0]["details"] == neutral["issue"][0]["details"]
    assert small.ears["pds"].calls == asked
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-2].body
    assert refusal.reasons[0].topic == "emergency-access"
    assert NUMBER not in refusal.grant


async def neutral_words(small: Small) -> dict[str, Any]:
    """What somebody hears who cares for nobody here."""
    status, said = await small.client.find(NUMBER, relationship="none")
    assert status == 403
    return said


async def test_a_grant_for_one_person_opens_no_other(small: Small) -> None:
    """Nor is it said whether anybody objected."""
    grant = await opened(small.client, OTHER)
    status, said = await small.client.find(NUMBER, grant=grant, **USER)
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")


async def test_every_interaction_takes_a_grant_and_each_is_judged_anew(small: Small) -> None:
    """Search, read, one type, a later page; after the end none of them, by the same addresses."""
    client = small.client
    grant = await opened(client, NUMBER)
    patient_id = await client.patient_id(NUMBER, grant=grant, **USER)
    everything = f"Patient/{patient_id}/$everything?_count=1"
    _, first = await client.get(everything, grant=grant, **USER)
    [following] = [link["url"] for link in json.loads(first)["link"] if link["relation"] == "next"]
    addresses = [f"Patient/{patient_id}", everything, f"Condition?patient={patient_id}", following]
    for address in addresses:
        assert (await client.get(address, grant=grant, **USER))[0] == 200, address
    assert await post(client, f"/emergency-access/{grant}/end", **USER) == (
        200,
        {"grant": grant, "ended": True},
    )
    for address in addresses:
        assert (await client.get(address, grant=grant, **USER))[0] == 403, address


async def test_a_grant_that_is_ended_while_partners_are_asked_releases_nothing(small: Small) -> None:
    """403, no data and no disclosure; who was asked is on file."""
    client = small.client
    grant = await opened(client, NUMBER)
    patient_id = await client.patient_id(NUMBER, grant=grant, **USER)
    before = len(disclosures(small))
    small.ears["beech"].arm()
    asking = asyncio.create_task(client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER))
    await small.ears["beech"].began.wait()
    await end_at_the_desk(client.settings, grant)
    small.ears["beech"].let_go.set()
    status, body = await asking
    assert status == 403
    assert b"seen at" not in body
    assert len(disclosures(small)) == before
    refusal = trail.of_kind(client.settings, RecordKind.REFUSAL)[-1].body
    assert refusal.grant == grant
    assert ("emergency-access", "grant-ended") in {(one.topic, one.rule) for one in refusal.reasons}


async def test_an_objection_that_comes_while_partners_are_asked_is_gone_around_too(small: Small) -> None:
    """What a grant opens it opens whenever the objection came; a category that its ground has not stays."""
    client = small.client
    user = {**USER, "purpose": "TREAT"}
    grant = await opened(client, NUMBER, user=user, ground="safeguarding")
    patient_id = await client.patient_id(NUMBER, grant=grant, **user)
    small.ears["beech"].arm()
    asking = asyncio.create_task(client.get(f"Patient/{patient_id}/$everything", grant=grant, **user))
    await small.ears["beech"].began.wait()
    async with objections_desk(client.settings) as register:
        await object_to(register, NUMBER, scope=Scope(categories=frozenset({Category.PROBLEMS})))
    small.ears["beech"].let_go.set()
    status, body = await asking
    assert (status, kinds(orjson.loads(body))) == (200, {"Condition"})


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a role that may not": ({"role": "pharmacist"}, {}, "ground-not-for-role"),
    "a purpose that is not the ground's": ({"purpose": "TREAT"}, {}, "ground-not-for-purpose"),
    "too few words": ({}, {"text": "Urgent."}, "text-too-short"),
    "no session": ({"session_id": ""}, {}, "grant-of-another-session"),
    "nobody heard it": ({}, {"ground": "person-asks-now"}, "witness-missing"),
    "the user heard it": (
        {},
        {"ground": "person-asks-now", "witness": USER["user_id"]},
        "witness-missing",
    ),
    "no relationship": ({"relationship": "none"}, {}, "ground-not-permitted"),
}


@pytest.mark.parametrize(("facts", "members", "rule"), REFUSED.values(), ids=REFUSED.keys())
async def test_whoever_may_not_open_one_hears_the_neutral_words(
    small: Small, facts: dict[str, Any], members: dict[str, Any], rule: str
) -> None:
    """Nothing is opened; the refusal is on file with its reason."""
    status, said = await ask(small.client, NUMBER, user={**USER, **facts}, **members)
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-1].body
    neutral = await neutral_words(small)
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")
    assert said["issue"][0]["details"] == neutral["issue"][0]["details"]
    assert trail.of_kind(small.client.settings, RecordKind.GRANT) == []
    assert rule in {one.rule for one in refusal.reasons}
    assert refusal.interaction == "open-emergency-access"


async def test_opening_says_the_same_of_whoever_objected_and_whoever_did_not(tmp_path: Path) -> None:
    """Also of somebody whom no index knows: ground, partners and time, and nothing else."""
    async with small_network(tmp_path, {"alder": holding("alder")}) as small:
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NUMBER)
        told = [await ask(small.client, number) for number in (NUMBER, OTHER)]
    assert [status for status, _ in told] == [201, 201]
    assert [{**said, "grant": "", "expires_at": ""} for _, said in told] == [
        {"grant": "", "ground": "risk-to-life", "expires_at": "", "partners": ["alder"]}
    ] * 2


async def test_what_the_person_asks_for_is_opened_once_in_a_session(small: Small) -> None:
    """Another session may ask again."""
    asks = {"ground": "person-asks-now", "witness": "Imaginary Elder"}
    await opened(small.client, NUMBER, **asks)
    status, said = await ask(small.client, NUMBER, **asks)
    assert (status, said["issue"][0]["code"]) == (409, "duplicate")
    await opened(small.client, NUMBER, user={**USER, "session_id": "session-of-tomorrow"}, **asks)


async def test_a_grant_lasts_no_longer_than_its_ground(small: Small) -> None:
    """Whoever asks for more gets what there is, and hears until when."""
    for minutes, expected_s in ((5, 300), (1_440, 1_800), (None, 1_800)):
        members = {} if minutes is None else {"minutes": minutes}
        await opened(small.client, NUMBER, **members)
        grant = await newest(small.client.settings)
        assert (grant.expires_at - grant.granted_at).total_seconds() == expected_s


async def test_only_its_own_user_ends_a_grant(small: Small) -> None:
    """Another one hears what is heard of a grant that never was, and it holds on."""
    grant = await opened(small.client, NUMBER)
    other = {**USER, "user_id": "900000000102"}
    refused = [await post(small.client, f"/emergency-access/{one}/end", **other) for one in (grant, UNKNOWN)]
    assert {status for status, _ in refused} == {403}
    assert refused[0][1]["issue"][0]["details"] == refused[1][1]["issue"][0]["details"]
    assert (await small.client.find(NUMBER, grant=grant, **USER))[0] == 200


async def test_to_end_a_grant_twice_does_no_harm(small: Small) -> None:
    """It is ended, and one end is on file."""
    grant = await opened(small.client, NUMBER)
    path = f"/emergency-access/{grant}/end"
    assert await post(small.client, path, **USER) == await post(small.client, path, **USER)
    assert len(trail.of_kind(small.client.settings, RecordKind.GRANT)) == 2
