"""Emergency access through the API: granted, named by a question, bound to what it was granted for, ended."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import orjson
import pytest

from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.objection import Scope
from tests.support import trail
from tests.support.emergency import USER, WORDS, end_at_the_desk, neutral_words, opened, post
from tests.support.network import labels, object_to, objections_desk, resources
from tests.support.small_network import NUMBER, OTHER, Small

UNKNOWN = "eg-" + "0" * 32


def kinds(record: dict[str, Any]) -> set[str]:
    """The types of the items."""
    return {one["resourceType"] for one in resources(record)} - {"OperationOutcome", "Patient"}


def disclosures(small: Small) -> list[trail.Row]:
    """Every release on file."""
    return trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)


async def test_what_is_objected_to_is_opened_in_an_emergency(objected: Small, written: io.BytesIO) -> None:
    """Refused before; then the whole record, with the grant in each of its records; one alert, which names
    the record and nobody.
    """
    client = objected.client
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


async def test_a_ground_opens_its_own_categories_alone(objected: Small) -> None:
    """Safeguarding opens problems and no results."""
    user = {**USER, "purpose": "TREAT"}
    grant = await opened(objected.client, NUMBER, user=user, ground="safeguarding")
    status, record = await objected.client.record(NUMBER, grant=grant, **user)
    assert (status, kinds(record)) == (200, {"Condition"})


async def test_a_partner_that_is_not_named_stays_closed(objected: Small) -> None:
    """It is not asked."""
    grant = await opened(objected.client, NUMBER, partners=["alder"])
    asked = objected.ears["beech"].calls
    status, record = await objected.client.record(NUMBER, grant=grant, **USER)
    assert status == 200
    assert labels(record) == {"alder": "complete", "beech": "not-asked"}
    assert objected.ears["beech"].calls == asked


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
    objected: Small, change: dict[str, str]
) -> None:
    """With the neutral words, and nobody is asked."""
    grant = await opened(objected.client, NUMBER)
    asked = objected.ears["pds"].calls
    status, said = await objected.client.find(NUMBER, **{"grant": grant, **USER, **change})
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")
    neutral = await neutral_words(objected)
    assert said["issue"][0]["details"] == neutral["issue"][0]["details"]
    assert objected.ears["pds"].calls == asked
    refusal = trail.of_kind(objected.client.settings, RecordKind.REFUSAL)[-2].body
    assert refusal.reasons[0].topic == "emergency-access"
    assert NUMBER not in refusal.grant


async def test_a_grant_for_one_person_opens_no_other(objected: Small) -> None:
    """Nor is it said whether anybody objected."""
    grant = await opened(objected.client, OTHER)
    status, said = await objected.client.find(NUMBER, grant=grant, **USER)
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")


async def test_every_interaction_takes_a_grant_and_each_is_judged_anew(objected: Small) -> None:
    """Search, read, one type, a later page; after the end none of them, by the same addresses."""
    client = objected.client
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


async def test_a_grant_that_is_ended_while_partners_are_asked_releases_nothing(objected: Small) -> None:
    """403, no data and no disclosure; who was asked is on file."""
    client = objected.client
    grant = await opened(client, NUMBER)
    patient_id = await client.patient_id(NUMBER, grant=grant, **USER)
    before = len(disclosures(objected))
    objected.ears["beech"].arm()
    asking = asyncio.create_task(client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER))
    await objected.ears["beech"].began.wait()
    await end_at_the_desk(client.settings, grant)
    objected.ears["beech"].let_go.set()
    status, body = await asking
    assert status == 403
    assert b"seen at" not in body
    assert len(disclosures(objected)) == before
    refusal = trail.of_kind(client.settings, RecordKind.REFUSAL)[-1].body
    assert refusal.grant == grant
    assert ("emergency-access", "grant-ended") in {(one.topic, one.rule) for one in refusal.reasons}


async def test_an_objection_that_comes_while_partners_are_asked_is_gone_around_too(objected: Small) -> None:
    """What a grant opens it opens whenever the objection came; a category that its ground has not stays."""
    client = objected.client
    user = {**USER, "purpose": "TREAT"}
    grant = await opened(client, NUMBER, user=user, ground="safeguarding")
    patient_id = await client.patient_id(NUMBER, grant=grant, **user)
    objected.ears["beech"].arm()
    asking = asyncio.create_task(client.get(f"Patient/{patient_id}/$everything", grant=grant, **user))
    await objected.ears["beech"].began.wait()
    async with objections_desk(client.settings) as register:
        await object_to(register, NUMBER, scope=Scope(categories=frozenset({Category.PROBLEMS})))
    objected.ears["beech"].let_go.set()
    status, body = await asking
    assert (status, kinds(orjson.loads(body))) == (200, {"Condition"})


async def test_only_its_own_user_ends_a_grant(objected: Small) -> None:
    """Another one hears what is heard of a grant that never was, and it holds on."""
    grant = await opened(objected.client, NUMBER)
    other = {**USER, "user_id": "900000000102"}
    refused = [
        await post(objected.client, f"/emergency-access/{one}/end", **other) for one in (grant, UNKNOWN)
    ]
    assert {status for status, _ in refused} == {403}
    assert refused[0][1]["issue"][0]["details"] == refused[1][1]["issue"][0]["details"]
    assert (await objected.client.find(NUMBER, grant=grant, **USER))[0] == 200


async def test_to_end_a_grant_twice_does_no_harm(objected: Small) -> None:
    """It is ended, and one end is on file."""
    grant = await opened(objected.client, NUMBER)
    path = f"/emergency-access/{grant}/end"
    assert await post(objected.client, path, **USER) == await post(objected.client, path, **USER)
    assert len(trail.of_kind(objected.client.settings, RecordKind.GRANT)) == 2
