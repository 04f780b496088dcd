"""mhd keeps what every connector owes, asks as ITI-67 says, and opens as ITI-68 says."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import aiohttp
import orjson
import pytest

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import DocumentForm, DocumentPointer, Ending, HttpRequest, TransportFault
from connectors.mhd import PLUGIN
from connectors.mhd.declared import declared_type
from tests.connectors.conformance_records import RecordsConformance
from tests.support.fhir_server import ASHA_THERE, bundle
from tests.support.loopback import served
from tests.support.patients import ASHA, OLD, patient
from tests.support.sender import Heard, ask_for, held_conversation, road_to, said, scripted

DOCUMENTS = frozenset({Category.DEMOGRAPHICS, Category.DOCUMENTS})
LETTER = b"%PDF-1.4 a letter"


def document(local_id: str, status: str = "current", **attachment: Any) -> dict[str, Any]:
    """One document of Asha's."""
    return {
        "resourceType": "DocumentReference",
        "id": local_id,
        "status": status,
        "subject": {"reference": "Patient/a1"},
        "content": [{"attachment": {"contentType": "application/pdf", "title": "Letter", **attachment}}],
    }


class TestMhd(RecordsConformance):
    plugin = PLUGIN
    resources: ClassVar[tuple[Mapping[str, Any], ...]] = tuple(document(f"d{place}") for place in range(5))

    def conversation(self, number: NhsNumber) -> Any:
        return PLUGIN.create(self.settings).fetch(ask_for(number=number, categories=DOCUMENTS))


def fetched(*answers: bytes, settings: dict[str, object] | None = None, **ask: Any) -> tuple[Ending, Heard]:
    """What comes of these answers, one for each call."""
    left, heard = [said(one) for one in answers], Heard()
    connector = PLUGIN.create(settings or {})
    asked = ask_for(**{"categories": DOCUMENTS, **ask})
    ending, _ = scripted(connector.fetch(asked), lambda _: left.pop(0), heard)
    return ending, heard


def test_documents_are_asked_for_by_every_number_and_with_a_status() -> None:
    """ITI-67 requires both; without permission for documents the registry is not asked for any."""
    _, heard = fetched(bundle(ASHA_THERE), bundle(), numbers=frozenset({OLD}), settings={"count": 7})
    form = dict(heard.requests[1].form)
    assert form["patient.identifier"] == (
        f"https://fhir.nhs.uk/Id/nhs-number|{ASHA.digits},https://fhir.nhs.uk/Id/nhs-number|{OLD.digits}"
    )
    assert (form["status"], form["_count"]) == ("current", "7")
    ending, heard = fetched(bundle(ASHA_THERE), categories=frozenset({Category.DEMOGRAPHICS}))
    assert (ending.label, len(heard.requests)) == (OutcomeLabel.COMPLETE, 1)


@pytest.mark.parametrize("others", [{Category.ALERTS}, {Category.ALERTS, Category.DOCUMENTS}])
def test_a_registry_that_is_registered_for_more_than_documents_answers_in_part(
    others: set[Category],
) -> None:
    """It was never asked for alerts, so it cannot have none."""
    ending, heard = fetched(bundle(ASHA_THERE), bundle(), categories=frozenset(others))
    assert len(heard.requests) == len(others)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


def test_a_look_up_that_the_registry_doubts_leaves_the_list_doubtful() -> None:
    """What it could not find it may still hold."""
    warned = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "timeout"}],
    }
    body = bundle(ASHA_THERE, warned)
    ending, _ = fetched(body, bundle(document("d1")))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)


@pytest.mark.parametrize(("statuses", "found"), [(["current"], 1), (["current", "superseded"], 2)])
async def test_only_the_statuses_that_are_registered_are_listed(statuses: list[str], found: int) -> None:
    """The registry itself filters; a superseded letter is listed where the settings say so."""
    held = (patient(ASHA.digits, "a1"), document("d1"), document("d2", "superseded"))
    connector = PLUGIN.create({"statuses": statuses})
    async with (
        served(PLUGIN.simulator({ASHA.digits: held}, {})) as origin,  # type: ignore[misc] # it has one
        road_to(origin, PLUGIN.manifest) as send,
    ):
        _, heard = await held_conversation(connector.fetch(ask_for()), send)
    assert len(heard.entries) == 1 + found


def opened(url: str, settings: dict[str, object] | None = None) -> HttpRequest:
    """The read that opens the document at `url`."""
    pointer = DocumentPointer(item=orjson.dumps(document("d1", url=url)), url=url)
    opening = PLUGIN.create(settings or {}).open_document(ask_for(), pointer)
    source, _ = scripted(opening, lambda _: said(b"", 500), Heard())
    return source.request


async def test_a_document_is_had_from_its_own_address() -> None:
    """Listed with size and hash, and the bytes are those that were kept."""
    kept = document("d1", data=base64.b64encode(LETTER).decode())
    held = (patient(ASHA.digits, "a1"), kept)
    app = PLUGIN.simulator({ASHA.digits: held}, {"base_path": "/mhd"})  # type: ignore[misc] # it has one
    async with served(app) as origin, road_to(f"{origin}/mhd", PLUGIN.manifest) as send:
        _, heard = await held_conversation(PLUGIN.create({}).fetch(ask_for()), send)
        listed = orjson.loads(heard.entries[1].raw)["content"][0]["attachment"]
        answer = await send(opened(listed["url"]))
    assert answer.body == LETTER
    assert listed["size"] == len(LETTER)
    assert base64.b64decode(listed["hash"]) == hashlib.sha1(LETTER, usedforsecurity=False).digest()
    assert "data" not in listed


async def test_an_address_elsewhere_is_not_called() -> None:
    """The registry cannot send the broker to another server."""
    async with road_to("http://127.0.0.1:9/mhd", PLUGIN.manifest) as send:
        for url in ("http://127.0.0.1:8/mhd/documents/1", "http://elsewhere.example/d", "../outside"):
            with pytest.raises(TransportFault) as refused:
                await send(opened(url))
            assert refused.value.cause is Cause.FOREIGN_LINK


def test_documents_that_are_kept_apart_are_had_from_the_repository() -> None:
    """The registration names it as a further service."""
    assert opened("http://r.example/1", {"repository": "repository"}).service == "repository"
    assert opened("http://r.example/1").service == ""


@pytest.mark.parametrize(
    ("declared", "accepted", "form"),
    [
        ("application/pdf", "application/pdf, application/fhir+json;q=0.5", DocumentForm.AS_ANSWERED),
        ("application/fhir+json", "application/fhir+json", DocumentForm.RAW),
        ("application/fhir+xml; charset=utf-8", "application/fhir+xml", DocumentForm.RAW),
        (None, "*/*", DocumentForm.AS_ANSWERED),
    ],
)
def test_a_binary_is_accepted_around_what_is_not_fhir_itself(
    declared: str | None, accepted: str, form: DocumentForm
) -> None:
    """A FHIR server that knows no other form of a Binary gives that one; FHIR itself is never unpacked."""
    item = orjson.dumps(document("d1", url="u", contentType=declared))
    opening = PLUGIN.create({}).open_document(ask_for(), DocumentPointer(item=item, url="u"))
    source, _ = scripted(opening, lambda _: said(b"", 500), Heard())
    assert (source.request.headers["Accept"], source.form) == (accepted, form)


@pytest.mark.parametrize(
    ("declared", "asked_for"),
    [
        ("application/pdf", "application/pdf"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("text/plain\r\nX-Other: 1", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_document_is_asked_for_as_the_type_that_was_declared(declared: str | None, asked_for: str) -> None:
    """Where it could be a header of its own it is not passed on."""
    item = orjson.dumps(document("d1", url="u", contentType=declared))
    assert declared_type(item, "u") == asked_for
    assert declared_type(b"[]", "u") == declared_type(item, "other") == ""


async def test_the_simulated_registry_refuses_what_the_profile_refuses() -> None:
    """A search without a status or a person is a 400."""
    app = PLUGIN.simulator({}, {})  # type: ignore[misc] # it has one
    async with served(app) as origin, aiohttp.ClientSession(origin) as session:
        for query in ({}, {"status": "current"}, {"patient.identifier": "x|1"}):
            async with session.get("/DocumentReference", params=query) as answer:
                assert answer.status == 400


def test_a_known_person_is_not_looked_up_again() -> None:
    """The local id proves through the Patient that was found with it."""
    _, heard = fetched(bundle(ASHA_THERE), bundle())
    ending, again = fetched(bundle(), local=replace(heard.learned[0]))
    assert (ending.label, len(again.requests), len(again.entries)) == (OutcomeLabel.COMPLETE, 1, 1)
