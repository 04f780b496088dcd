"""GP Connect's connectors read real records from a real STU3 server that plays the practice itself."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import pytest

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import DocumentPointer, Ending, HttpResponse, Plugin
from connectors.gpconnect_documents import PLUGIN as DOCUMENTS
from connectors.gpconnect_structured import PLUGIN as STRUCTURED
from tests.support.json_text import numbers_in, resource_texts
from tests.support.real_gp import GpRecord, structured
from tests.support.records import finished
from tests.support.sender import Heard, ask_for, held_conversation, road_to

PRACTICE = "A82038"
# What the practice's two services are asked for: whatever there is, and documents.
ASKED = {
    STRUCTURED.manifest.name: frozenset(Category),
    DOCUMENTS.manifest.name: frozenset({Category.DOCUMENTS, Category.DEMOGRAPHICS}),
}


def settings(base: str) -> dict[str, object]:
    """A deployment whose endpoint is the practice's own, without a proxy or a directory."""
    return {
        "consumers": {"RZZ01": {"asid": "200000000001", "name": "A trust"}},
        "issuer": "https://consumer.example",
        "provider_ods": PRACTICE,
        "provider_asid": "200000000002",
        "provider_root": base,
    }


def ask_about(record: GpRecord, plugin: Plugin, **different: str) -> PartnerAsk:
    """A question about the person, as the index knows them; `different` is what it knows otherwise."""
    ask = ask_for(number=record.number, categories=ASKED[plugin.manifest.name])
    known = {"birth_date": record.patient["birthDate"], "practice_ods": PRACTICE, **different}
    return dataclasses.replace(ask, patient=dataclasses.replace(ask.patient, **known))


async def asked(base: str, plugin: Plugin, ask: PartnerAsk) -> tuple[Ending, Heard]:
    """One question over the product's own transport."""
    async with road_to(base, plugin.manifest, ask.patient.number) as send:
        return await held_conversation(plugin.create(settings(base)).fetch(ask), send)


def judged(ending: Ending, heard: Heard, ask: PartnerAsk, plugin: Plugin, base: str) -> Normalised:
    """What the broker makes of it: whose it is, and what can be read."""
    proof = plugin.manifest.proof
    return finished(normalise("gp", heard.entries, ending, proof=proof, patient=ask.patient, endpoint=base))


async def test_every_entry_of_the_record_comes_in_once_and_is_this_persons(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """As many as the record has, all readable, none set aside; areas that the server lacks make it partial.

    The server gives the whole record in the answer to each of the two calls: the same bytes are one entry.
    """
    for record in gp_records:
        ask = ask_about(record, STRUCTURED)
        ending, heard = await asked(asymmetrik, STRUCTURED, ask)
        normalised = judged(ending, heard, ask, STRUCTURED, asymmetrik)
        assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
        entries = len(record.structured["entry"])
        assert (len(heard.requests), len(heard.entries)) == (2, 2 * entries)
        assert (len(normalised.resources), normalised.repeated) == (entries, entries)
        assert all(entry.readable for entry in heard.entries)
        assert (normalised.quarantined, normalised.ending.label) == (0, OutcomeLabel.PARTIAL)


async def test_every_number_of_the_record_is_still_there(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """As the server spelled them, and as many times, somewhere in the translation."""
    compared = 0
    for record in gp_records:
        _, heard = await asked(asymmetrik, STRUCTURED, ask_about(record, STRUCTURED))
        _, whole = await structured(asymmetrik, record.number)
        sent = Counter(number for text in resource_texts(whole) for number in numbers_in(text))
        came = Counter(number for entry in heard.entries for number in numbers_in(entry.raw.decode()))
        assert not sent - came
        compared += sent.total()
    assert compared > 100


def pointers(heard: Heard) -> list[DocumentPointer]:
    """Each document that was listed, and where it is to be had."""
    listed = [(entry.raw, json.loads(entry.raw)) for entry in heard.entries]
    return [
        DocumentPointer(item=raw, url=tree["content"][0]["attachment"]["url"])
        for raw, tree in listed
        if tree["resourceType"] == "DocumentReference"
    ]


async def test_documents_are_listed_and_lead_back_to_the_practice(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """Each of the four is opened by the id of its Binary and nothing else."""
    [first, *_] = gp_records
    ask = ask_about(first, DOCUMENTS)
    ending, heard = await asked(asymmetrik, DOCUMENTS, ask)
    connector, opened = DOCUMENTS.create(settings(asymmetrik)), []
    async with road_to(asymmetrik, DOCUMENTS.manifest, first.number) as send:
        for pointer in pointers(heard):
            source, _ = await held_conversation(connector.open_document(ask, pointer), send)
            answer = await send(source.request)
            assert isinstance(answer, HttpResponse)
            opened.append(json.loads(answer.body))
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert opened == list(first.binaries)


async def test_who_has_no_documents_is_complete_without_any(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """The person is known there, and nothing is listed."""
    for record in gp_records[1:]:
        ending, heard = await asked(asymmetrik, DOCUMENTS, ask_about(record, DOCUMENTS))
        assert ending == Ending(OutcomeLabel.COMPLETE)
        assert [json.loads(entry.raw)["resourceType"] for entry in heard.entries] == ["Patient"]


@pytest.mark.parametrize("plugin", [STRUCTURED, DOCUMENTS], ids=["structured", "documents"])
async def test_a_practice_that_does_not_know_the_person_says_so(
    plugin: Plugin, asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """Nothing is shown; it is no answer about the person's record."""
    stranger = dataclasses.replace(gp_records[0], number=NhsNumber.parse("9990000018"))
    ending, heard = await asked(asymmetrik, plugin, ask_about(stranger, plugin))
    assert heard.entries == []
    assert ending.label not in {OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL}


@pytest.mark.parametrize("plugin", [STRUCTURED, DOCUMENTS], ids=["structured", "documents"])
async def test_another_day_of_birth_proves_somebody_else(
    plugin: Plugin, asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """The number is right and the index knows another day: nothing of the answer is kept."""
    ask = ask_about(gp_records[0], plugin, birth_date="1901-02-03")
    ending, heard = await asked(asymmetrik, plugin, ask)
    normalised = judged(ending, heard, ask, plugin, asymmetrik)
    assert normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH
    assert normalised.resources == ()


async def test_a_person_of_another_practice_is_not_asked_for(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """The endpoint is one practice's own: nobody else's patients are named to it."""
    ask = ask_about(gp_records[0], STRUCTURED, practice_ods="B86047")
    ending, heard = await asked(asymmetrik, STRUCTURED, ask)
    assert (ending.label, heard.requests) == (OutcomeLabel.NOT_ASKED, [])
