from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from broker.cli.bundle_pages import Record, read_pages
from broker.demonstration.address import announced, find_running
from broker.demonstration.client import Answered, ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.people import stories, story_named
from broker.demonstration.users import USERS, token_for
from broker.domain.item_words import words_of
from broker.settings import load_settings
from tests.support.held import not_shown


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    """The whole demonstration on real sockets."""
    async with demonstration_network() as running:
        yield running


async def ask(network: Network, story: str, role: str = "") -> Answered:
    """What the API answers about the person of a story."""
    told = story_named(story)
    token = token_for(USERS[role or told.asked_as], network.issuer)
    return await ask_for_record(network.fhir_url, token, told.asked_number)


async def record(network: Network, story: str, role: str = "") -> Record:
    """The record that the API gave."""
    answered = await ask(network, story, role)
    assert answered.is_record, answered.status
    return read_pages(answered.bodies)


def labels(found: Record) -> dict[str, str]:
    """Each named partner's label."""
    return {line.name: line.label for line in found.lines}


def said(found: Record) -> str:
    """Everything that the items say."""
    return "\n".join(words_of(item.resource) for item in found.items)


async def test_the_main_record_comes_from_five_partners_with_a_group_and_a_contradiction(
    network: Network,
) -> None:
    """Everything that the partners hold is shown, and every number as it was written."""
    found = await record(network, "diabetes")
    assert not_shown(story_named("diabetes"), found) == []
    assert {item.source for item in found.items} == {
        name for name, label in labels(found).items() if label == "complete"
    }
    assert {"Fen Edge Medical Practice", "Addenbury University Hospital"} == {
        item.source for item in found.items if item.groups
    }
    assert sum(1 for item in found.items if item.contradictions) == 2
    assert "81.50 kg" in said(found)


async def test_one_laboratorys_result_at_two_hospitals_is_a_group_of_two(network: Network) -> None:
    """Both sources of each shared result stay. A medicine that one of them raised is marked at both."""
    items = (await record(network, "two-hospitals")).items
    marked = {(item.source, item.category) for item in items if item.contradictions}
    assert marked == {
        ("Castle Hill Surgery", "medicines"),
        ("Papermill Heart and Lung Hospital", "medicines"),
    }
    grouped = [item for item in items if item.groups]
    assert {item.source for item in grouped} == {
        "Addenbury University Hospital",
        "Papermill Heart and Lung Hospital",
    }
    assert len(grouped) == 6


async def test_an_allergy_and_its_denial_contradict(network: Network) -> None:
    """Both stand, both are marked."""
    found = await record(network, "allergy-contradicted")
    assert {words_of(item.resource).split(";")[0] for item in found.items if item.contradictions} >= {
        "Allergy to amoxicillin",
        "No known allergies",
    }


async def test_a_whole_objection_is_told_to_those_in_care_with_contact(network: Network) -> None:
    """403, in the policy's words."""
    answered = await ask(network, "whole-objection")
    assert answered.status == 403
    assert b"objected" in answered.bodies[0]
    assert b"01632 960 345" in answered.bodies[0]


async def test_a_partner_that_was_objected_to_is_not_asked(network: Network) -> None:
    """Whatever it holds, nothing of it comes."""
    found = await record(network, "partner-objection")
    assert labels(found)["Ousebank Mental Health and Community Trust"] == "not-asked"
    assert "Anxiety" not in said(found)


async def test_a_category_that_was_objected_to_leaves_nothing_behind(network: Network) -> None:
    """No result, no report, no count."""
    found = await record(network, "category-objection")
    assert not [item for item in found.items if item.category == "results"]
    assert "Haemoglobin" not in said(found)
    assert found.items


async def test_an_objection_not_upheld_opens_for_the_named_roles_alone(network: Network) -> None:
    """The social worker sees the plan and the alert; a doctor is refused."""
    found = await record(network, "safeguarding")
    assert {item.category for item in found.items} <= {"alerts", "plans", "social-care", "contacts"}
    assert "child protection" in said(found)
    assert (await ask(network, "safeguarding", "doctor")).status == 403


async def test_a_restricted_person_is_refused_without_a_place_or_a_partner(network: Network) -> None:
    """National contact words only."""
    answered = await ask(network, "restricted")
    assert answered.status == 403
    assert not [story.name for story in stories() if story.demographics.street.encode() in answered.bodies[0]]
    assert b"Fen Edge" not in answered.bodies[0]


async def test_an_old_number_finds_the_person_under_the_new_one(network: Network) -> None:
    """What is shown is under the number that the index answered."""
    found = await record(network, "superseded")
    assert found.patient["identifier"][0]["value"] == story_named("superseded").demographics.number
    assert "Dementia" in said(found)


async def test_a_partner_that_is_down_is_said_and_nothing_is_none_recorded(network: Network) -> None:
    """No section is called empty while a possible holder is silent."""
    found = await record(network, "partner-down")
    assert labels(found)["Nene West Hospitals"] == "unreachable"
    assert found.states["allergies"] == "not-known"


async def test_the_wrong_persons_answer_is_set_aside_whole(network: Network) -> None:
    """Nothing of the other person is shown."""
    answered = await ask(network, "wrong-person")
    found = read_pages(answered.bodies)
    assert labels(found)["Fenland Community Services"] == "identity-mismatch"
    assert b"Warfarin" not in answered.bodies[0]
    assert b"1951-11-02" not in answered.bodies[0]


async def test_a_partner_that_pages_slowly_is_read_to_its_end(network: Network) -> None:
    """Every page's items arrive within the deadline."""
    found = await record(network, "slow-pages")
    assert not_shown(story_named("slow-pages"), found) == []


async def test_the_record_of_the_dead_says_so_first(network: Network) -> None:
    """The person's own entry has the death."""
    assert (await record(network, "deceased")).patient["deceasedDateTime"]


async def test_the_clinic_reads_the_same_to_a_reader_without_rights_known_or_not(network: Network) -> None:
    """A social worker cannot tell whether it knows the person; a doctor sees it."""
    known = labels(await record(network, "sexual-health", "social-worker"))
    unknown = labels(await record(network, "diabetes", "social-worker"))
    clinic = "Harbour Sexual Health Clinic"
    assert known[clinic] == unknown[clinic] == "nothing-to-show"
    assert "Chlamydial" in said(await record(network, "sexual-health"))


async def test_its_folder_is_private_and_its_settings_load(network: Network) -> None:
    """Other commands can use the running demonstration's settings; other users cannot read them."""
    assert stat.S_IMODE(network.folder.stat().st_mode) == 0o700
    assert load_settings(network.config_dir).environment == "demonstration"


async def test_it_is_found_while_it_is_announced(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not before, nor after; nothing is left in that place."""
    place = tmp_path / "run"
    monkeypatch.setenv("WATERSMEET_DEMO_RUN", str(place))
    assert find_running() is None
    with announced(network):
        found = find_running()
        assert found is not None
        assert found.fhir_url == network.fhir_url
        place.chmod(0o755)
        assert find_running() is None
        place.chmod(0o700)
    assert not place.exists()


async def test_nothing_is_left_when_it_has_ended() -> None:
    """Folder, sockets and keys are gone."""
    async with demonstration_network() as ended:
        folder, url = ended.folder, ended.fhir_url
        assert json.loads(await fetch(f"{url}/metadata"))["resourceType"] == "CapabilityStatement"
    assert not folder.exists()
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(f"{url}/metadata")


async def fetch(url: str) -> bytes:
    """The body at an address."""
    async with asyncio.timeout(5), aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()
