"""mhd asks SEKMET for documents by `patient.identifier` and opens them there or at another server."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import DocumentForm, DocumentPointer, Ending, HttpResponse, TransportFault
from connectors.mhd import PLUGIN
from tests.support.documents import last_ending, opened
from tests.support.network import Partner
from tests.support.real_documents import (
    LETTER,
    NOTE,
    PDF,
    TEXT,
    attachment,
    binary_at,
    document_links,
    files_served,
)
from tests.support.real_network import broker_among
from tests.support.real_people import PATIENT, stored
from tests.support.real_servers import RealServer
from tests.support.sender import Heard, ask_for, held_conversation, road_to
from tests.support.small_network import Small
from tests.support.synthea import SyntheaPerson

HERE, BESIDE, SOMEBODY = map(NhsNumber.parse, ("9990000131", "9990000158", "9990000166"))
NOBODY = NhsNumber.parse("9990000174")
NOTES = 23


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The running registry; `people` by where their documents are, and how each is registered."""

    server: RealServer
    files: str
    people: dict[str, SyntheaPerson] = field(repr=False)

    def partner(self, place: str) -> Partner:
        """The registration for documents at that place."""
        services = {"repository": self.files} if place == "repository" else {}
        settings = {"repository": place, "count": 10}
        return Partner(
            endpoint=self.server.base_url,
            connector="mhd",
            settings=settings,
            services=services,
            supplies=("documents",),
        )


def document(held: dict[str, Any], status: str = "current") -> dict[str, Any]:
    """A DocumentReference of the person with whom it is stored."""
    return {
        "resourceType": "DocumentReference",
        "status": status,
        "subject": {"reference": PATIENT},
        "content": [{"attachment": held}],
    }


def documents(letter: str, note: str) -> dict[str, dict[str, Any]]:
    """Two documents that can be opened, one that was replaced, and enough others for three pages."""
    listed = [document(attachment(letter, LETTER, PDF)), document(attachment(note, NOTE, TEXT))]
    listed.append(document(attachment(note, NOTE, TEXT), "superseded"))
    listed += [document({"url": f"Binary/{place}", "contentType": TEXT}) for place in range(NOTES)]
    return {f"urn:uuid:{place}": one for place, one in enumerate(listed)}


@pytest.fixture(scope="module")
def registry(sekmet: RealServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """SEKMET with two people's documents and somebody else's."""
    with files_served(tmp_path_factory.mktemp("repository")) as files:
        here = documents(binary_at(sekmet, LETTER, PDF), binary_at(sekmet, NOTE, TEXT))
        beside = documents(f"{files}/letter.pdf", f"{files}/note.txt")
        stored(sekmet, SOMEBODY, documents("Binary/x", "Binary/y"))
        people = {"endpoint": stored(sekmet, HERE, here), "repository": stored(sekmet, BESIDE, beside)}
        yield Registry(server=sekmet, files=files, people=people)


async def asked(
    registry: Registry, number: NhsNumber, *statuses: str, numbers: frozenset[NhsNumber] = frozenset()
) -> tuple[Ending, Heard]:
    """One question over the product's own transport, in pages of ten."""
    connector = PLUGIN.create({"count": 10, "statuses": list(statuses) or ["current"]})
    async with road_to(registry.server.base_url, PLUGIN.manifest, number, *numbers) as send:
        offered = frozenset({Category.DEMOGRAPHICS, Category.DOCUMENTS})
        asked_for = ask_for(number=number, numbers=numbers, categories=offered)
        return await held_conversation(connector.fetch(asked_for), send)


def listed(heard: Heard) -> list[dict[str, Any]]:
    """The documents among what came."""
    trees = [json.loads(entry.raw) for entry in heard.entries]
    return [tree for tree in trees if tree["resourceType"] == "DocumentReference"]


async def test_every_current_document_of_the_person_is_listed_once(registry: Registry) -> None:
    """In three pages, under two numbers at once as under one; nobody else's, and none that was replaced."""
    for numbers in (frozenset[NhsNumber](), frozenset({NOBODY})):
        ending, heard = await asked(registry, HERE, numbers=numbers)
        assert ending == Ending(OutcomeLabel.COMPLETE)
        assert len(heard.requests) == 1 + 3
        patients = {one["subject"]["reference"] for one in listed(heard)}
        assert patients == {f"Patient/{json.loads(heard.entries[0].raw)['id']}"}
        assert {one["status"] for one in listed(heard)} == {"current"}
        assert len({one["id"] for one in listed(heard)}) == len(listed(heard)) == 2 + NOTES


async def test_what_was_replaced_is_listed_where_the_registration_says_so(registry: Registry) -> None:
    """The server takes both statuses in one search."""
    ending, heard = await asked(registry, HERE, "current", "superseded")
    assert (ending.label, len(listed(heard))) == (OutcomeLabel.COMPLETE, 3 + NOTES)


async def test_who_has_no_record_there_is_asked_after_once(registry: Registry) -> None:
    """No Patient, and so no search for documents."""
    ending, heard = await asked(registry, NOBODY)
    assert (ending, len(heard.requests)) == (Ending(OutcomeLabel.NO_RECORD), 1)


async def test_a_binary_comes_from_a_server_that_gives_it_as_fhir_alone(registry: Registry) -> None:
    """Under an Accept of the declared type alone it answers 406; with FHIR as the second best it gives it."""
    _, heard = await asked(registry, HERE)
    connector, openable = PLUGIN.create({}), [one for one in heard.entries if b'"hash"' in one.raw]
    came = []
    async with road_to(registry.server.base_url, PLUGIN.manifest, HERE) as send:
        for entry in openable:
            url = json.loads(entry.raw)["content"][0]["attachment"]["url"]
            pointer = DocumentPointer(item=entry.raw, url=url)
            source, _ = await held_conversation(connector.open_document(ask_for(number=HERE), pointer), send)
            answer = await send(source.request)
            assert isinstance(answer, HttpResponse)
            assert (answer.status, source.form) == (200, DocumentForm.AS_ANSWERED)
            came.append(base64.b64decode(json.loads(answer.body)["data"]))
    assert sorted(came) == sorted([LETTER, NOTE])


async def test_an_address_at_an_unregistered_server_is_not_followed(registry: Registry) -> None:
    """The registry names a web server that truly has the document, and is registered without it."""
    url = f"{registry.files}/letter.pdf"
    item = json.dumps(document(attachment(url, LETTER, PDF))).encode()
    async with road_to(registry.server.base_url, PLUGIN.manifest, BESIDE) as send:
        pointer = DocumentPointer(item=item, url=url)
        opening = PLUGIN.create({}).open_document(ask_for(number=BESIDE), pointer)
        source, _ = await held_conversation(opening, send)
        with pytest.raises(TransportFault) as refused:
            await send(source.request)
    assert refused.value.cause is Cause.FOREIGN_LINK


@pytest.mark.parametrize("place", ["endpoint", "repository"])
async def test_a_reader_gets_the_bytes_that_another_makers_server_keeps(
    registry: Registry, place: str, tmp_path: Path
) -> None:
    """Through an address of ours: out of a Binary, or as a web server's file, with size and hash proved."""
    person = registry.people[place]
    async with broker_among(tmp_path, [person], {"registry": registry.partner(place)}) as client:
        urls = await document_links(client, person.number.digits)
        assert len(urls) == 2 + NOTES
        got = [await opened(Small(client), url) for url in urls[:2]]
        assert [(one.status, one.whole) for one in got] == [(200, True), (200, True)]
        assert {one.headers["Content-Type"]: one.body for one in got} == {PDF: LETTER, TEXT: NOTE}
        assert (await last_ending(Small(client))).body.ended == "sent"
