"""Who is granted emergency access, for how long and how often, and what the others hear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from tests.support import trail
from tests.support.emergency import USER, WORDS, ask, chart_of, neutral_words, newest, opened, post
from tests.support.network import object_to, objections_desk, simulated
from tests.support.small_network import NUMBER, OTHER, Small, indexed, small_network

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
    objected: Small, facts: dict[str, Any], members: dict[str, Any], rule: str
) -> None:
    """Nothing is opened; the refusal is on file with its reason."""
    status, said = await ask(objected.client, NUMBER, user={**USER, **facts}, **members)
    refusal = trail.of_kind(objected.client.settings, RecordKind.REFUSAL)[-1].body
    neutral = await neutral_words(objected)
    assert (status, said["issue"][0]["code"]) == (403, "forbidden")
    assert said["issue"][0]["details"] == neutral["issue"][0]["details"]
    assert trail.of_kind(objected.client.settings, RecordKind.GRANT) == []
    assert rule in {one.rule for one in refusal.reasons}
    assert refusal.interaction == "open-emergency-access"


async def test_a_token_that_names_a_patient_opens_emergency_access_to_that_one_alone(objected: Small) -> None:
    """For another person it hears the neutral words, and nothing is opened."""
    user = {**USER, "patient": NhsNumber(OTHER)}
    assert (await ask(objected.client, NUMBER, user=user))[0] == 403
    assert (await ask(objected.client, OTHER, user=user))[0] == 201
    assert len(trail.of_kind(objected.client.settings, RecordKind.GRANT)) == 1


async def test_the_id_of_a_search_names_the_person_of_a_grant_too(objected: Small) -> None:
    """As the number does; an id that is none of ours is refused."""
    first = await opened(objected.client, NUMBER)
    patient_id = await objected.client.patient_id(NUMBER, grant=first, **USER)
    body = {"patient": f"Patient/{patient_id}", "ground": "risk-to-life", "text": WORDS}
    status, answered = await post(objected.client, "/emergency-access", body, **USER)
    assert status == 201
    assert (await objected.client.find(NUMBER, grant=answered["grant"], **USER))[0] == 200
    stranger = {**body, "patient": "Patient/none-of-ours"}
    assert (await post(objected.client, "/emergency-access", stranger, **USER))[0] == 404


async def test_partners_that_are_not_registered_are_refused_in_words(objected: Small) -> None:
    """To whoever may open one; another hears nothing of who is here."""
    status, said = await ask(objected.client, NUMBER, partners=["alder", "gorse"])
    assert (status, "not registered" in said["issue"][0]["details"]["text"]) == (400, True)
    stranger = {**USER, "role": "pharmacist"}
    assert (await ask(objected.client, NUMBER, user=stranger, partners=["gorse"]))[0] == 403
    assert trail.of_kind(objected.client.settings, RecordKind.GRANT) == []


async def test_a_grant_under_an_old_number_holds_under_the_new_one(tmp_path: Path) -> None:
    """From the moment that the index has said that both are one person's."""
    index = simulated("pds", {NUMBER: [indexed()]}, superseded={OTHER: NUMBER}, calls_per_s=1000)
    async with small_network(tmp_path, {"alder": chart_of("alder")}, index=index) as small:
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NUMBER)
        grant = await opened(small.client, OTHER)
        assert (await small.client.find(NUMBER, grant=grant, **USER))[0] == 403
        patient_id = await small.client.patient_id(OTHER, grant=grant, **USER)
        status, body = await small.client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER)
        assert (status, b"seen at alder" in body) == (200, True)


async def test_opening_says_the_same_of_whoever_objected_and_whoever_did_not(tmp_path: Path) -> None:
    """Also of somebody whom no index knows: ground, partners and time, and nothing else."""
    async with small_network(tmp_path, {"alder": chart_of("alder")}) as small:
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NUMBER)
        told = [await ask(small.client, number) for number in (NUMBER, OTHER)]
    assert [status for status, _ in told] == [201, 201]
    assert [{**said, "grant": "", "expires_at": ""} for _, said in told] == [
        {"grant": "", "ground": "risk-to-life", "expires_at": "", "partners": ["alder"]}
    ] * 2


async def test_what_the_person_asks_for_is_opened_once_in_a_session(objected: Small) -> None:
    """Another session may ask again."""
    asks = {"ground": "person-asks-now", "witness": "Imaginary Elder"}
    await opened(objected.client, NUMBER, **asks)
    status, said = await ask(objected.client, NUMBER, **asks)
    assert (status, said["issue"][0]["code"]) == (409, "duplicate")
    await opened(objected.client, NUMBER, user={**USER, "session_id": "session-of-tomorrow"}, **asks)


async def test_a_grant_lasts_no_longer_than_its_ground(objected: Small) -> None:
    """Whoever asks for more gets what there is, and hears until when."""
    for minutes, expected_s in ((5, 300), (1_440, 1_800), (None, 1_800)):
        members = {} if minutes is None else {"minutes": minutes}
        await opened(objected.client, NUMBER, **members)
        grant = await newest(objected.client.settings)
        assert (grant.expires_at - grant.granted_at).total_seconds() == expected_s
