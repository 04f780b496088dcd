"""People of two more real servers, read by `fhir_r4` over the product's own transport and in the pipeline."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from broker.domain.category import Category, types_in
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from connectors.fhir_r4 import PLUGIN
from tests.support.json_text import numbers_in, resource_texts
from tests.support.loopback import served
from tests.support.network import Partner, labels, simulated
from tests.support.patients import patient
from tests.support.real_network import Name, broker_among, newest_release, whole_record
from tests.support.real_servers import RealServer
from tests.support.sender import Heard, ask_for, held_conversation, road_to
from tests.support.synthea import SyntheaPerson
from tests.support.undoing import items_of, tree_of

TYPES = (
    "CarePlan",
    "Condition",
    "DiagnosticReport",
    "Encounter",
    "Immunization",
    "MedicationRequest",
    "Observation",
    "Procedure",
)
ASKED = frozenset(category for category in Category if types_in({category}) & set(TYPES))
NOBODY = NhsNumber.parse("9990000042")
BY_TYPE: dict[str, object] = {"ask": "by-type", "types": list(TYPES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A server, and how it is to be asked."""

    server: RealServer
    settings: dict[str, object]


@pytest.fixture(params=["fhirstarter", "fhirstarter in one page", "medplum"])
def maker(request: pytest.FixtureRequest, fhirstarter: RealServer, medplum: RealServer) -> Maker:
    """One server pages; Medplum never does, and finds nobody's items under a bare reference."""
    paged = Maker(server=fhirstarter, settings={**BY_TYPE, "count": 7})
    whole = Maker(server=fhirstarter, settings={**BY_TYPE, "count": 1000, "search_by": "get"})
    typed = Maker(server=medplum, settings={**BY_TYPE, "count": 1000, "reference": "typed"})
    return {"fhirstarter": paged, "fhirstarter in one page": whole, "medplum": typed}[request.param]


async def asked(server: RealServer, number: NhsNumber, settings: dict[str, object]) -> tuple[Ending, Heard]:
    """One question over a real socket, through our transport."""
    async with road_to(server.base_url, PLUGIN.manifest, number) as send:
        conversation = PLUGIN.create(settings).fetch(ask_for(number=number, categories=ASKED))
        return await held_conversation(conversation, send)


def named(texts: list[str]) -> dict[Name, str]:
    """Each text by its type and id; a name that stands twice is a mistake."""
    found = {(tree["resourceType"], tree["id"]): text for text in texts for tree in [tree_of(text)]}
    assert len(found) == len(texts)
    return found


async def held_by_type(server: RealServer, person: SyntheaPerson) -> dict[Name, str]:
    """What the server gives for each type, asked by a plain client and on one page."""
    texts: list[str] = []
    parameters = {"patient": f"Patient/{server.local_ids[person.number.digits]}", "_count": "1000"}
    async with aiohttp.ClientSession() as session:
        for name in TYPES:
            async with session.get(f"{server.base_url}/{name}", params=parameters) as answer:
                texts += resource_texts((await answer.read()).decode())
    return named(texts)


def kinds(person: SyntheaPerson) -> Counter[str]:
    """How many resources of each type that is searched for Synthea wrote."""
    return Counter(one["resourceType"] for one in person.resources() if one["resourceType"] in TYPES)


async def test_each_resource_comes_once_with_the_numbers_that_the_server_wrote(maker: Maker) -> None:
    """In pages of seven or all at once, byte for byte what a plain client gets; the Patient comes along."""
    decimals = 0
    for person in maker.server.people:
        ending, heard = await asked(maker.server, person.number, maker.settings)
        held = await held_by_type(maker.server, person)
        come = named([entry.raw.decode() for entry in heard.entries])
        patients = [name for name in come if name[0] == "Patient"]
        assert (ending.label, ending.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        assert patients == [("Patient", maker.server.local_ids[person.number.digits])]
        assert {name: text for name, text in come.items() if name not in patients} == held
        assert Counter(kind for kind, _ in held) == kinds(person)
        decimals += sum("." in number for text in come.values() for number in numbers_in(text))
    assert decimals > 100


async def test_every_total_is_the_sum_of_what_came(fhirstarter: RealServer) -> None:
    """A server that counts truly is told apart from one that is short: nothing is missing at the limit."""
    person = fhirstarter.people[0]
    async with road_to(fhirstarter.base_url, PLUGIN.manifest, person.number) as send:
        settings = {**BY_TYPE, "count": 7, "types": ["Observation"]}
        ask = ask_for(
            number=person.number, categories=ASKED, resource_types=frozenset({"Observation", "Encounter"})
        )
        ending, heard = await held_conversation(PLUGIN.create(settings).fetch(ask), send)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED, kinds(person)["Observation"])
    assert len(heard.entries) == 1 + kinds(person)["Observation"]


async def test_who_is_not_there_is_no_record(maker: Maker) -> None:
    """A number that the server does not hold: one call, and no items asked for."""
    ending, heard = await asked(maker.server, NOBODY, maker.settings)
    assert (ending, len(heard.requests)) == (Ending(OutcomeLabel.NO_RECORD), 1)


async def test_the_pipeline_shows_every_item_once(maker: Maker, tmp_path: Path) -> None:
    """Asked through the broker: each item in, once, its numbers as the server wrote them."""
    server = maker.server
    partners = {"maker": Partner(endpoint=server.base_url, settings=maker.settings)}
    async with broker_among(tmp_path, server.people, partners) as client:
        for person in server.people:
            bundle = await whole_record(client, person)
            release = await newest_release(client, person.number)
            held, outcome = await held_by_type(server, person), release.outcomes["maker"]
            texts = [text for text in resource_texts(bundle) if items_of([tree_of(text)])]
            items = [name for name in release.items if name[0] != "Patient"]
            # Types that this server is not asked for are supplied and so are never called whole.
            assert (outcome.label, outcome.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
            assert outcome.tally.received == outcome.tally.shown == len(held) + 1
            assert sorted(items) == sorted(held)
            for name, text in zip(release.items, texts, strict=True):
                if name in held:
                    assert numbers_in(text) == numbers_in(held[name])


async def test_a_person_born_on_another_day_is_set_aside(maker: Maker, tmp_path: Path) -> None:
    """The number is right and the day of birth is not the index's: nothing shown, beside a sound partner."""
    person = dataclasses.replace(maker.server.people[0], birth_date="1901-02-03")
    sound = simulated("fhir_r4", {person.number.digits: [patient(person.number.digits, "a1", "1901-02-03")]})
    async with served(sound) as origin:
        partners = {
            "maker": Partner(endpoint=maker.server.base_url, settings=maker.settings),
            "sound": Partner(endpoint=origin),
        }
        async with broker_among(tmp_path, [person], partners) as client:
            bundle = await whole_record(client, person)
            release = await newest_release(client, person.number)
    assert labels(json.loads(bundle)) == {"maker": "identity-mismatch", "sound": "complete"}
    assert release.items == (("Patient", "a1"),)
    assert release.outcomes["maker"].tally.shown == 0
    assert not [name[1] for name in await held_by_type(maker.server, person) if name[1] in bundle]
