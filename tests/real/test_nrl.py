"""nrl asks SEKMET for pointers by `subject:identifier` and opens what they lead to at another server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM, NhsNumber
from broker.domain.outcome import OutcomeLabel
from broker.ports.connector import Ending
from connectors.nrl import PLUGIN
from tests.support.documents import opened
from tests.support.network import Partner, labels
from tests.support.real_documents import (
    LETTER,
    NOTE,
    PDF,
    TEXT,
    attachment,
    document_links,
    files_served,
)
from tests.support.real_network import broker_among
from tests.support.real_people import person_of, stored
from tests.support.real_servers import RealServer
from tests.support.sender import Heard, ask_for, held_conversation, road_to
from tests.support.small_network import Small

LOCATED, SOMEBODY, NOBODY = map(NhsNumber.parse, ("9990000182", "9990000190", "9990000204"))
# More than the server puts on one page when it is not told how many.
OTHERS, PAGE = 40, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """The running locator, and where the documents are."""

    endpoint: str
    files: str


def pointer(number: NhsNumber, held: dict[str, Any], system: str = NHS_NUMBER_SYSTEM) -> dict[str, Any]:
    """A pointer names its person by number alone."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"identifier": {"system": system, "value": number.digits}},
        "custodian": {"identifier": {"system": ODS_SYSTEM, "value": "RX901"}},
        "content": [{"attachment": held}],
    }


@pytest.fixture(scope="module")
def locator(sekmet: RealServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locator]:
    """SEKMET with one person's pointers, somebody else's, and one that has the number in another system."""
    with files_served(tmp_path_factory.mktemp("holder")) as files:
        kept = [
            pointer(LOCATED, attachment(f"{files}/letter.pdf", LETTER, PDF)),
            pointer(LOCATED, attachment(f"{files}/note.txt", NOTE, TEXT)),
        ]
        elsewhere = {"url": "https://holder.example/1", "contentType": PDF}
        kept += [pointer(LOCATED, elsewhere) for _ in range(OTHERS)]
        strange = [
            pointer(SOMEBODY, elsewhere),
            pointer(LOCATED, elsewhere, "urn:oid:1.2.36.146.595.217.0.1"),
        ]
        stored(sekmet, SOMEBODY, {f"urn:uuid:{place}": one for place, one in enumerate(kept + strange)})
        yield Locator(endpoint=sekmet.base_url, files=files)


async def asked(
    locator: Locator, number: NhsNumber, numbers: frozenset[NhsNumber] = frozenset()
) -> tuple[Ending, Heard]:
    """One question over the product's own transport."""
    ask = ask_for(number=number, numbers=numbers, categories=frozenset({Category.DOCUMENTS}))
    async with road_to(locator.endpoint, PLUGIN.manifest, number, *numbers) as send:
        return await held_conversation(PLUGIN.create({"direct": True}).fetch(ask), send)


def subjects(heard: Heard) -> list[tuple[str, str]]:
    """Whom each pointer that came names."""
    trees = [json.loads(entry.raw) for entry in heard.entries]
    return [
        (tree["subject"]["identifier"]["system"], tree["subject"]["identifier"]["value"])
        for tree in trees
        if tree["resourceType"] == "DocumentReference"
    ]


async def test_every_pointer_to_the_person_comes_once(locator: Locator) -> None:
    """Page by page; none of anybody else, and none whose number is in another system."""
    ending, heard = await asked(locator, LOCATED)
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert subjects(heard) == [(NHS_NUMBER_SYSTEM, LOCATED.digits)] * (2 + OTHERS)
    assert len(heard.requests) == -(-(2 + OTHERS) // PAGE)
    assert len({entry.raw for entry in heard.entries}) == len(heard.entries) == 1 + 2 + OTHERS


async def test_pointers_under_an_older_number_come_too(locator: Locator) -> None:
    """One search for each number, and a Patient for each that pointers name."""
    ending, heard = await asked(locator, SOMEBODY, frozenset({LOCATED, NOBODY}))
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert len(subjects(heard)) == 1 + 2 + OTHERS
    assert set(subjects(heard)) == {(NHS_NUMBER_SYSTEM, one.digits) for one in (SOMEBODY, LOCATED)}


async def test_who_has_no_pointers_is_complete_without_any(locator: Locator) -> None:
    """An empty searchset is the locator's word for it."""
    ending, heard = await asked(locator, NOBODY)
    assert (ending, heard.entries) == (Ending(OutcomeLabel.COMPLETE), [])


async def test_a_reader_opens_what_a_pointer_leads_to(locator: Locator, tmp_path: Path) -> None:
    """Where the holder's address is registered the bytes come; an address of anybody else is not called."""
    person = person_of(LOCATED)
    partner = Partner(
        endpoint=locator.endpoint,
        connector="nrl",
        settings={"direct": True},
        services={"direct": locator.files},
        supplies=("documents",),
    )
    async with broker_among(tmp_path, [person], {"locator": partner}) as client:
        urls = await document_links(client, person.number.digits)
        assert len(urls) == 2 + OTHERS
        letter, note, elsewhere = [await opened(Small(client), url) for url in urls[:3]]
        _, record = await client.record(person.number.digits)
    assert labels(record) == {"locator": "complete"}
    assert [(one.status, one.whole, one.body) for one in (letter, note)] == [
        (200, True, LETTER),
        (200, True, NOTE),
    ]
    assert (elsewhere.status, elsewhere.code) == (502, "transient")
