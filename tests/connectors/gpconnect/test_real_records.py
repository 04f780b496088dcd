"""Structured records as suppliers send them, read from a real socket to the proved items of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber, PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import Ending
from connectors.gpconnect.areas import AREAS
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import DIRECT, practice_ask
from tests.support.loop_watch import LoopWatch
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN
from tests.support.real_data import need_real_data
from tests.support.records import finished
from tests.support.sender import Heard, held_conversation, road_to

RECORDS = 25
# What a supplier's own words come to, the worst first.
WORST_FIRST = (
    Cause.NOT_OFFERED,
    Cause.DATA_IN_TRANSIT,
    Cause.CONFIDENTIAL_ITEMS,
    Cause.DATA_AWAITING_FILING,
    Cause.PARTNER_WARNING,
)
PRIMARY = {code for area in AREAS for code in area.lists}


def files() -> list[Path]:
    """Every record of the real material."""
    return sorted((need_real_data() / "gpconnect" / "structured").glob("*.json"))


def person_in(tree: dict[str, Any]) -> PatientIdentity:
    """Whom the record is about, by its own Patient; Asha where it has none that says."""
    for resource in resources_in(tree, "Patient"):
        numbers = [one["value"] for one in resource["identifier"] if one.get("system") == NHS_NUMBER_SYSTEM]
        if len(numbers) == 1 and numbers[0].isdecimal() and "birthDate" in resource:
            return person(NhsNumber(numbers[0]), resource["birthDate"])
    return practice_ask().patient


def person(number: NhsNumber, birth_date: str) -> PatientIdentity:
    """As the index would name them."""
    return replace(practice_ask(number=number).patient, birth_date=birth_date)


def resources_in(tree: dict[str, Any], kind: str = "") -> list[dict[str, Any]]:
    """The resources of a Bundle."""
    resources = [entry["resource"] for entry in tree["entry"]]
    return [one for one in resources if kind in {"", one["resourceType"]}]


def doubts_in(tree: dict[str, Any]) -> Iterator[Cause]:
    """What the record's own lists say, read here in another way than the connector's."""
    found: Counter[str] = Counter()
    for one in resources_in(tree, "List"):
        codes = {coding.get("code") for coding in one.get("code", {}).get("coding", [])}
        found.update(codes & PRIMARY)
        for extension in one.get("extension", []):
            if extension["url"].endswith("ListWarningCode-1"):
                yield Cause(extension["valueCode"])
        if codes & PRIMARY and not one.get("entry") and "emptyReason" not in one:
            yield Cause.PARTNER_WARNING
    if set(found) != PRIMARY:
        yield Cause.NOT_OFFERED
    if tree.get("id"):  # never the id of this test's call
        yield Cause.PARTNER_WARNING


async def asked_of_a_server(body: bytes, patient: PatientIdentity) -> tuple[Ending, Heard]:
    """The record from a plain server, through the product's own transport."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/fhir+json")

    app = web.Application()
    app.router.add_post("/Patient/$gpc.getstructuredrecord", answer)
    question = PLUGIN.create(DIRECT).fetch(replace(practice_ask(), patient=patient))
    async with served(app) as origin, road_to(origin, PLUGIN.manifest, patient.number) as send:
        return await held_conversation(question, send)


def proved(ending: Ending, heard: Heard, patient: PatientIdentity) -> Normalised:
    """What is provably this person's."""
    return finished(
        normalise(
            "gp",
            heard.entries,
            ending,
            proof="demographics",
            patient=patient,
            endpoint="https://proxy.example",
        )
    )


def test_the_real_material_is_all_there() -> None:
    """As many records as the tests below read."""
    assert len(files()) == RECORDS


@pytest.mark.parametrize("place", range(RECORDS))
async def test_a_real_record_is_read_whole_and_says_what_it_lacks(place: int, loop_watch: LoopWatch) -> None:
    """Every resource becomes an item, every item is accounted for, and each warning counts."""
    body = files()[place].read_bytes()
    tree = orjson.loads(body)
    patient = person_in(tree)
    with loop_watch:
        ending, heard = await asked_of_a_server(body, patient)
    normalised = proved(ending, heard, patient)
    doubts = set(doubts_in(tree))
    worst = next((cause for cause in WORST_FIRST if cause in doubts), Cause.NONE)
    label = OutcomeLabel.PARTIAL if doubts else OutcomeLabel.COMPLETE
    assert (ending.label, ending.cause) == (label, worst)
    assert len(heard.entries) >= len(resources_in(tree))
    kept = len(normalised.resources) + normalised.repeated + normalised.unproved
    assert kept + normalised.unreadable + normalised.quarantined == len(heard.entries)


@pytest.mark.parametrize("place", range(RECORDS))
async def test_a_real_record_is_shown_only_of_whom_it_proves(place: int) -> None:
    """A record whose Patient says whose it is stands; of one that does not, nothing is shown."""
    body = files()[place].read_bytes()
    patient = person_in(orjson.loads(body))
    ending, heard = await asked_of_a_server(body, patient)
    normalised = proved(ending, heard, patient)
    if patient.number == ASHA:
        assert normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH
        assert normalised.resources == ()
    else:
        assert normalised.ending == ending
        assert [one.header.resourceType for one in normalised.resources].count("Patient") == 1
    assert proved(ending, heard, person(BEN, "1980-01-01")).resources == ()
