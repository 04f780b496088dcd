"""Medplum finds nobody's items under a bare reference and says nothing of it: that silence is noticed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import aiohttp

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from connectors.fhir_r4 import PLUGIN
from tests.support.network import Partner
from tests.support.real_network import broker_among, newest_release, whole_record
from tests.support.real_people import stored
from tests.support.real_servers import RealServer
from tests.support.sender import Heard, ask_for, held_conversation, road_to
from tests.support.synthea import SyntheaPerson

ALONE = NhsNumber.parse("9990000050")
BARE: dict[str, object] = {"ask": "by-type", "count": 1000}
TYPED: dict[str, object] = {**BARE, "reference": "typed"}
NOT_SEARCHED_FOR = {"Patient", "Organization", "Practitioner", "Claim", "ExplanationOfBenefit"}


def items_of_person(person: SyntheaPerson) -> Counter[str]:
    """How many of each type a search by type can find."""
    kinds = (one["resourceType"] for one in person.resources())
    return Counter(kind for kind in kinds if kind not in NOT_SEARCHED_FOR)


async def asked(
    server: RealServer, number: NhsNumber, settings: dict[str, object], *types: str
) -> tuple[Ending, Heard]:
    """One question over our transport; about every type unless some are named."""
    async with road_to(server.base_url, PLUGIN.manifest, number) as send:
        ask = ask_for(number=number, resource_types=frozenset(types))
        return await held_conversation(PLUGIN.create(settings).fetch(ask), send)


async def test_the_server_is_silent_about_the_spelling(medplum: RealServer) -> None:
    """The quirk itself: a sound Bundle with nothing in it, and with everything under the other spelling."""
    local_id = medplum.local_ids[medplum.people[0].number.digits]
    found = {}
    async with aiohttp.ClientSession() as session:
        for reference in (local_id, f"Patient/{local_id}"):
            url = f"{medplum.base_url}/Observation?patient={reference}"
            async with session.get(url) as answer:
                body = await answer.json(content_type=None)
            assert (answer.status, body["resourceType"]) == (200, "Bundle")
            found[reference] = len(body.get("entry", []))
    assert found == {local_id: 0, f"Patient/{local_id}": items_of_person(medplum.people[0])["Observation"]}


async def test_a_wrong_registration_is_noticed_and_the_record_is_shown_all_the_same(
    medplum: RealServer,
) -> None:
    """Asked bare: everything comes under the other spelling, and the answer is never called complete."""
    for person in medplum.people:
        ending, heard = await asked(medplum, person.number, BARE)
        right, as_registered = await asked(medplum, person.number, TYPED)
        assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.REFERENCE_SPELLING)
        assert (right.label, right.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        assert [one.raw for one in heard.entries] == [one.raw for one in as_registered.entries]
        assert len(heard.entries) == 1 + items_of_person(person).total()
        assert len(heard.requests) == 2 * len(as_registered.requests) - 1


async def test_a_type_of_which_there_is_none_is_believed_after_both(medplum: RealServer) -> None:
    """Nobody here has an allergy: one type, one call in each spelling, and complete."""
    ending, heard = await asked(medplum, medplum.people[0].number, BARE, "AllergyIntolerance")
    searches = [one.path for one in heard.requests]
    assert ending.label is OutcomeLabel.COMPLETE
    assert searches == ["Patient/_search", *["AllergyIntolerance/_search"] * 2]


async def test_a_person_of_whom_nothing_is_recorded_is_complete(medplum: RealServer) -> None:
    """Empty under both spellings, whichever is registered: the emptiness is true and is said."""
    stored(medplum, ALONE, {})
    for settings in (BARE, TYPED):
        ending, heard = await asked(medplum, ALONE, settings)
        assert (ending.label, ending.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        assert len(heard.entries) == 1


async def test_nothing_is_called_empty_of_a_person_whose_items_were_misspelt(
    medplum: RealServer, tmp_path: Path
) -> None:
    """Through the broker: partial with that cause, every item, and no section says "none recorded"."""
    person = medplum.people[2]
    partners = {"medplum": Partner(endpoint=medplum.base_url, settings=BARE)}
    async with broker_among(tmp_path, medplum.people, partners) as client:
        bundle = await whole_record(client, person)
        release = await newest_release(client, person.number)
    outcome = release.outcomes["medplum"]
    assert (outcome.label, outcome.cause) == (OutcomeLabel.PARTIAL, Cause.REFERENCE_SPELLING)
    assert Counter(kind for kind, _ in release.items if kind != "Patient") == items_of_person(person)
    assert "reference-spelling" in bundle
    assert "none-recorded" not in bundle


async def test_a_page_without_a_next_is_noticed_by_the_total(medplum: RealServer) -> None:
    """Medplum cuts at `_count` and gives no link: what came is shown, and is said to be short."""
    person = medplum.people[3]
    ending, heard = await asked(medplum, person.number, {**TYPED, "count": 10}, "Observation")
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL)
    assert ending.expected == items_of_person(person)["Observation"] > 10
    assert len(heard.entries) == 1 + 10
