"""Every kind of answer is valid FHIR R4 as a whole, by two judges of structure that are not ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import aiohttp
import pytest

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.people import STORY_NAMES, story_named
from broker.demonstration.users import USERS, token_for
from tests.fidelity.reading import exact
from tests.fidelity.validating import Validation
from tests.support.loopback import served
from tests.support.network import Partner, resources, simulated
from tests.support.real_network import broker_among
from tests.support.summaries import presented, view
from tests.support.synthea import read_people

# Its pages are slow; what stands on them is like everybody's.
STORIES = tuple(name for name in STORY_NAMES if name != "slow-pages")
OF_EVERY_KIND = ("diabetes", "allergy-contradicted")
SUMMARY = "Patient/{id}/$summary"
ASKED = (
    "Patient/{id}",
    "Patient/{id}/$everything",
    "Patient/{id}/$everything?_count=7",
    SUMMARY,
    "AllergyIntolerance?patient={id}",
    "Observation?patient={id}&_count=3",
)


async def each_answer(
    session: aiohttp.ClientSession, base_url: str, patient_id: str, kinds: Iterable[str] = ASKED
) -> AsyncIterator[tuple[str, bytes]]:
    """Each kind of question, and the page behind the first where there is one."""
    for asked in kinds:
        url = f"{base_url}/{asked.format(id=patient_id)}"
        async with session.get(url) as answer:
            body = await answer.read()
        assert answer.status == 200, (asked, body)
        yield asked, body
        for link in json.loads(body).get("link", []):
            if link["relation"] == "next":
                async with session.get(link["url"]) as answer:
                    assert answer.status == 200, asked
                    yield f"the next page of {asked}", await answer.read()


def assert_valid(validation: Validation, *, at_least: int) -> None:
    """Nothing that either judge refused."""
    assert not validation.refused, {said: validation.where[said] for said in validation.refused}
    assert validation.shown >= at_least


async def answers_about(name: str, network: Network) -> list[tuple[str, bytes]]:
    """What is answered about the person of a story to its own user: the record and the summary, and of two of
    them every kind; a refusal alone where there is one.
    """
    story = story_named(name)
    token = token_for(USERS[story.asked_as], network.issuer)
    found = await ask_for_record(network.fhir_url, token, story.asked_number)
    told = [(name, body) for body in found.bodies]
    if not found.is_record:
        return told
    people = [one for one in resources(json.loads(found.bodies[0])) if one["resourceType"] == "Patient"]
    asked = ASKED if name in OF_EVERY_KIND else (SUMMARY,)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        each = each_answer(session, network.fhir_url, people[0]["id"], asked)
        return [*told, *[(f"{name}: {kind}", body) async for kind, body in each]]


async def test_every_answer_about_the_demonstrations_people_is_valid() -> None:
    """The person, the whole record, its pages, a search and the summary."""
    validation = Validation()
    async with demonstration_network() as network:
        for story in STORIES:
            for name, body in await answers_about(story, network):
                validation.show(name, exact(body))
    assert_valid(validation, at_least=2 * len(STORIES))


async def test_every_answer_about_people_whom_we_did_not_make_is_valid(
    tmp_path: Path, real_data: Path
) -> None:
    """Synthea's, held by two partners, so that everything of theirs is grouped."""
    people = read_people(real_data)
    charts = {one.number.digits: list(one.resources()) for one in people}
    validation = Validation()
    async with (
        served(simulated("fhir_r4", charts)) as alder,
        served(simulated("fhir_r4", charts)) as beech,
        broker_among(
            tmp_path, people, {"alder": Partner(endpoint=alder), "beech": Partner(endpoint=beech)}
        ) as client,
    ):
        for person in people:
            patient_id = await client.patient_id(person.number.digits)
            client.session.headers.update(client.headers())
            async for asked, body in each_answer(client.session, client.door.url, patient_id):
                validation.show(asked, exact(body))
    assert_valid(validation, at_least=6 * len(people))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"birthDate":"', b'"birthDate":"long ago, '),
        (b'"details":{', b'"detail":{'),
        (b'"section":[', b'"sections":['),
        (b'"type":"document"', b'"type":["document"]'),
    ],
)
def test_the_judges_look_into_the_entries_of_a_bundle(was: bytes, becomes: bytes) -> None:
    """A fault that is planted anywhere in a whole answer is found. Codes of closed lists are not theirs to
    know.
    """
    body = b"".join(presented(view()).body)
    assert was in body
    sound, planted = Validation(), Validation()
    sound.show("sound", exact(body))
    planted.show("planted", exact(body.replace(was, becomes, 1)))
    assert not sound.refused
    assert planted.refused
