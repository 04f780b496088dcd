"""Client libraries that this project did not write ask the demonstration, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from typing import Any

import aiohttp
import pytest

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.people import story_named
from broker.demonstration.users import USERS, token_for
from tests.support.real_data import PROJECT
from tests.support.real_node_servers import node_program
from tests.support.real_servers import ENVIRONMENTS

pytestmark = pytest.mark.real
STORY = story_named("allergy-contradicted")
COUNT = 8
WITHIN_S = 60
SCRIPTS = PROJECT / "tests" / "real" / "clients"
Saw = dict[str, Any]
LIBRARIES = ("fhirpy", "fhirclient", "fhir-kit-client")


def commands() -> dict[str, list[str]]:
    """How each library's script is started."""
    return {
        "fhirpy": [sys.executable, str(SCRIPTS / "fhirpy_asks.py")],
        "fhirclient": [sys.executable, str(SCRIPTS / "fhirclient_asks.py")],
        "fhir-kit-client": [
            node_program("fhir-kit-client"),
            str(SCRIPTS / "fhir-kit-client.mjs"),
            str(ENVIRONMENTS / "fhir-kit-client"),
        ],
    }


async def seen_by(command: list[str], given: dict[str, Any]) -> Saw:
    """What one library saw."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(WITHIN_S):
            said, complained = await process.communicate(json.dumps(given).encode())
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, complained.decode()
    seen: Saw = json.loads(said)
    return seen


async def plainly(network: Network, token: str) -> Saw:
    """What a client without a library sees, and a page that is over."""
    answered = await ask_for_record(network.fhir_url, token, STORY.asked_number)
    entries = json.loads(answered.bodies[0])["entry"]
    names = [f"{one['resource']['resourceType']}/{one['resource'].get('id', '')}" for one in entries]
    dated = {
        one["resource"]["id"]: one["resource"]["effectiveDateTime"]
        for one in entries
        if one["resource"]["resourceType"] == "Observation" and one["resource"]["status"] == "final"
    }
    [person] = [name for name in names[:2] if name.startswith("Patient/")]
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{network.fhir_url}/{person}/$everything?_count={COUNT}") as answer,
    ):
        links = {one["relation"]: one["url"] for one in (await answer.json(content_type=None))["link"]}
    page = links["next"].removeprefix(f"{network.fhir_url}/")
    changed = "B" if page[-20] == "A" else "A"
    recent = [
        name for name, at in sorted(dated.items(), key=lambda one: one[1], reverse=True) if at >= "2020"
    ]
    return {"names": names, "recent": recent, "person": person, "gone": f"{page[:-20]}{changed}{page[-19:]}"}


async def everybody() -> dict[str, Saw]:
    """One after another, on one running demonstration: at once they would be too many for its partners."""
    async with demonstration_network() as network:
        token = token_for(USERS[STORY.asked_as], network.issuer)
        plain = await plainly(network, token)
        given = {
            "base": network.fhir_url,
            "token": token,
            "number": STORY.asked_number.digits,
            "count": COUNT,
            "gone": plain["gone"],
        }
        seen = {library: await seen_by(command, given) for library, command in commands().items()}
    return {"plain": plain, **seen}


@pytest.fixture(scope="module")
def seen() -> dict[str, Saw]:
    """What each saw."""
    return asyncio.run(everybody())


def items(names: list[str]) -> list[str]:
    """Without the outcome, which has no id, and the index's own Patient, which every page has."""
    return names[2:]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_person_is_found_and_read(seen: dict[str, Saw], library: str) -> None:
    """By identifier, by the library's own default; the outcome beside the person is another match to one."""
    saw, person = seen[library], seen["plain"]["person"]
    assert f"Patient/{saw['read']}" == person
    assert saw["found"] == (["Patient"] if library == "fhirpy" else ["Patient", "OperationOutcome"])
    assert saw["metadata"] == "4.0.1"


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_whole_record_is_that_of_a_plain_client(seen: dict[str, Saw], library: str) -> None:
    """Resource for resource, in the same order; the strict models of one take every one of them."""
    assert seen[library]["everything"] == seen["plain"]["names"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_pages_are_followed_to_the_end_and_are_the_whole(seen: dict[str, Saw], library: str) -> None:
    """By the library's own way of following, where it has one."""
    pages = seen[library]["pages"]
    assert len(pages) > 2
    assert [name for page in pages for name in items(page)] == items(seen["plain"]["names"])
    assert all(page[:2] == seen["plain"]["names"][:2] for page in pages)


@pytest.mark.parametrize("library", LIBRARIES)
def test_one_kind_is_searched_page_by_page_and_one_item_by_its_id(seen: dict[str, Saw], library: str) -> None:
    """The same items that the whole record has of that kind."""
    saw = seen[library]
    whole = [name for name in seen["plain"]["names"] if name.startswith("Observation/")]
    assert [f"Observation/{one}" for one in saw["observations"]] == whole
    assert f"Observation/{saw['one']}" == whole[0]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_part_is_searched_in_order(seen: dict[str, Saw], library: str) -> None:
    """By status and date, the latest first, in the library's own words for it."""
    assert seen["plain"]["recent"]
    assert seen[library]["narrowed"] == seen["plain"]["recent"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_summary_is_read(seen: dict[str, Saw], library: str) -> None:
    """As the document that it is."""
    assert seen[library]["summary"] == "document"


GONE = {
    "fhirpy": "ResourceNotFound: ",
    "fhirclient": "HTTPError: 410 Client Error: Gone",
    "fhir-kit-client": "Error: 410 expired",
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_page_that_is_over_is_an_error_in_its_own_words(seen: dict[str, Saw], library: str) -> None:
    """None takes it for the end of the pages."""
    assert seen[library]["gone"].startswith(GONE[library])


NO_READ = {
    "fhirpy": "ResourceNotFound: ",
    "fhirclient": "FHIRNotFoundException: ",
    "fhir-kit-client": "Error: 404 not-supported",
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_item_cannot_be_read_by_its_address_alone(seen: dict[str, Saw], library: str) -> None:
    """404, which each library has a word for; nobody is given a total either."""
    saw = seen[library]
    assert saw["item read"].startswith(NO_READ[library])
    assert saw["total"] in {"None", "undefined"} or "OperationOutcome" in saw["total"]
