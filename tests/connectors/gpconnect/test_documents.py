"""A practice's documents: found for the one person, listed, and opened under its own root alone."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.identity import Restriction
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import (
    DocumentForm,
    DocumentPointer,
    DocumentSource,
    Ending,
    HttpRequest,
    TransportFault,
)
from connectors.gpconnect.calls import FIND_DOCUMENTS, FIND_PATIENT, READ_BINARY
from connectors.gpconnect.sds_answers import root_of
from connectors.gpconnect_documents import PLUGIN
from tests.connectors.gpconnect.spine import (
    DIRECT,
    DOCUMENTS,
    OTHER_PRACTICE,
    PRACTICE,
    PROXIED,
    practice_ask,
    spine_road,
    told,
)
from tests.connectors.gpconnect.test_errors import outcome
from tests.connectors.test_gpconnect_documents import RESOURCES
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import Heard, held_conversation, said

ROOT = root_of(PRACTICE, READ_BINARY)
SETTINGS = {**DIRECT, "provider_root": ROOT}
# A host has no case.
SHOUTED = ROOT.replace("https://d", "HTTPS://D")
PEOPLE = {ASHA.digits: (patient(ASHA.digits, "a1"), *RESOURCES)}


def bundle(*resources: dict[str, Any], **members: Any) -> bytes:
    """A searchset."""
    entries = [{"resource": one} for one in resources]
    return orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries, **members})


def listed_after(found: bytes, documents: bytes = b"", status: int = 200) -> tuple[Ending, Heard]:
    """How a question ends whose two calls are answered so."""

    def respond(request: HttpRequest) -> Any:
        return said(found) if request.path == "Patient" else said(documents, status)

    return told(PLUGIN.create(SETTINGS).fetch(practice_ask(DOCUMENTS)), respond)


def pointer(url: str) -> DocumentPointer:
    """A document of Asha's at this address."""
    return DocumentPointer(item=b"{}", url=url)


def opened(url: str, **changes: Any) -> DocumentSource:
    """The read that opens it."""
    opening = PLUGIN.create(SETTINGS).open_document(practice_ask(DOCUMENTS, **changes), pointer(url))
    source, _ = told(opening, lambda _: said(b"", 503))
    assert isinstance(source, DocumentSource)
    return source


def test_the_search_for_documents_is_the_guides_own() -> None:
    """By the person's id there, with all five includes, each call under its own interaction."""
    _, heard = listed_after(bundle(patient(ASHA.digits, "a1")), bundle())
    find, documents = heard.requests
    assert (find.method, find.path) == ("GET", "Patient")
    assert find.query == (("identifier", f"https://fhir.nhs.uk/Id/nhs-number|{ASHA.digits}"),)
    assert find.headers["Ssp-InteractionID"] == FIND_PATIENT
    assert (documents.method, documents.path) == ("GET", "Patient/a1/DocumentReference")
    assert documents.query == (
        ("_include", "DocumentReference:subject:Patient"),
        ("_include", "DocumentReference:custodian:Organization"),
        ("_include", "DocumentReference:author:Organization"),
        ("_include", "DocumentReference:author:Practitioner"),
        ("_revinclude:recurse", "PractitionerRole:practitioner"),
    )
    assert documents.headers["Ssp-InteractionID"] == FIND_DOCUMENTS
    assert find.headers["Ssp-TraceID"] != documents.headers["Ssp-TraceID"]


def test_a_person_without_documents_is_complete() -> None:
    """The Patient of the first search stands in where the second has none."""
    ending, heard = listed_after(bundle(patient(ASHA.digits, "a1")), bundle())
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert [orjson.loads(one.raw)["resourceType"] for one in heard.entries] == ["Patient"]


WRONG = (OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
TWICE = (patient(ASHA.digits, "a1"), patient(ASHA.digits, "a2"))
DOUBLE = {
    **patient(ASHA.digits, "a1"),
    "identifier": [patient(number.digits, "a1")["identifier"][0] for number in (ASHA, BEN)],
}
FOUND = {
    "nobody": (bundle(), (OutcomeLabel.NOT_AVAILABLE, Cause.NONE)),
    "two of the number": (bundle(*TWICE), (OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)),
    "somebody else": (
        bundle(patient(BEN.digits, "b1")),
        (OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT),
    ),
    "two numbers": (bundle(DOUBLE), (OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)),
    "no person": (
        bundle({"resourceType": "Organization", "id": "o"}),
        (OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT),
    ),
    "a person whom nobody can read": (
        bundle(patient(ASHA.digits, "a1")).replace(b'"id":"a1"', b'"id":NaN'),
        (OutcomeLabel.INVALID, Cause.MALFORMED),
    ),
    "a person of an odd shape": (bundle({**patient(ASHA.digits, "a1"), "identifier": 7}), WRONG),
    "an id that is a path": (
        bundle(patient(ASHA.digits, "../Binary")),
        (OutcomeLabel.INVALID, Cause.MALFORMED),
    ),
    "dots": (bundle(patient(ASHA.digits, "..")), (OutcomeLabel.INVALID, Cause.MALFORMED)),
    "more to come": (
        bundle(patient(ASHA.digits, "a1"), link=[{"relation": "next", "url": "?page=2"}]),
        (OutcomeLabel.INVALID, Cause.PAGE_LIMIT),
    ),
    "a dissent": (
        orjson.dumps(
            {
                "resourceType": "OperationOutcome",
                "issue": [{"details": {"coding": [{"code": "NO_PATIENT_CONSENT"}]}}],
            }
        ),
        (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE),
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_documents_are_asked_for_of_the_one_right_person_alone(case: str) -> None:
    """Anything but one Patient with the number ends the question before a document is named."""
    found, expected = FOUND[case]
    ending, heard = listed_after(found)
    assert (ending.label, ending.cause) == expected
    assert (len(heard.requests), heard.pages) == (1, [])


def test_one_person_twice_is_one_person() -> None:
    """The same id in two entries; others beside them are nobody that was asked for."""
    one = patient(ASHA.digits, "a1")
    ending, heard = listed_after(bundle(patient(BEN.digits, "b1"), one, one), bundle())
    assert ending.label is OutcomeLabel.COMPLETE
    assert heard.requests[1].path == "Patient/a1/DocumentReference"


def test_a_registration_that_promises_more_than_documents_reads_partial() -> None:
    """The list is shown, and what else was promised cannot be had here."""
    answers = iter((bundle(patient(ASHA.digits, "a1")), bundle()))
    ask = practice_ask({*DOCUMENTS, Category.RESULTS})
    ending, heard = told(PLUGIN.create(SETTINGS).fetch(ask), lambda _: said(next(answers)))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
    assert heard.entries


def test_a_refusal_of_the_list_is_the_partners_own() -> None:
    """The person was found, and their documents are refused."""
    ending, heard = listed_after(bundle(patient(ASHA.digits, "a1")), outcome("ACCESS_DENIED"), 403)
    assert (ending.label, ending.cause, heard.pages) == (OutcomeLabel.REFUSED, Cause.CREDENTIALS, [])


@pytest.mark.parametrize("url", [f"{ROOT}/Binary/doc1", "Binary/doc1", f"{SHOUTED}/Binary/doc1"])
def test_a_document_under_the_practices_root_is_opened_by_its_own_read(url: str) -> None:
    """One Binary, with headers and a token of its own."""
    source = opened(url)
    assert source.form is DocumentForm.FHIR_BINARY
    assert (source.request.method, source.request.path) == ("GET", "Binary/doc1")
    assert source.request.headers["Ssp-InteractionID"] == READ_BINARY
    assert source.request.headers["Authorization"].startswith("Bearer ")


FOREIGN = (
    "",
    "https://elsewhere.example/Binary/doc1",
    f"{root_of(OTHER_PRACTICE, READ_BINARY)}/Binary/doc1",
    f"{ROOT}/Binary/doc1/../../Patient/a1",
    f"{ROOT}/Binary/..",
    f"{ROOT}/Binary/",
    f"{ROOT}/Binary/doc1?x=1",
    f"{ROOT}/Binary/doc1#x",
    f"{ROOT}/Binary/doc%31",
    f"{ROOT}/other/Binary/doc1",
    f"{ROOT}/Patient/a1",
    f"{ROOT}.evil.example/Binary/doc1",
    f"http://{ROOT.removeprefix('https://')}/Binary/doc1",
    f"{ROOT.upper()}/Binary/doc1",
    "/Binary/doc1",
    "Binary/a b",
    f"javascript:{ROOT}/Binary/doc1",
)


@pytest.mark.parametrize("url", FOREIGN)
def test_another_address_is_never_opened(url: str) -> None:
    """Whatever the item says: not one call is made of the practice."""
    with pytest.raises(TransportFault) as refused:
        opened(url)
    assert (refused.value.label, refused.value.cause) == (OutcomeLabel.INVALID, Cause.FOREIGN_LINK)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"restriction": Restriction.RESTRICTED}, (OutcomeLabel.NOT_ASKED, Cause.POLICY)),
        ({"practice_ods": None}, (OutcomeLabel.NOT_ASKED, Cause.NOT_A_HOLDER)),
        ({"practice_ods": OTHER_PRACTICE}, (OutcomeLabel.NOT_ASKED, Cause.NOT_A_HOLDER)),
    ],
)
def test_a_document_is_not_opened_for_whom_nobody_may_be_asked(changes: Any, expected: Any) -> None:
    """The gate is the same as for the list."""
    with pytest.raises(TransportFault) as refused:
        opened(f"{ROOT}/Binary/doc1", **changes)
    assert (refused.value.label, refused.value.cause) == expected


@pytest.mark.parametrize(("local", "starts"), [("doc1", b"%PDF-1.4\n"), ("doc2", b"Clinic letter\n")])
async def test_a_listed_document_can_be_read_through_the_proxy(local: str, starts: bytes) -> None:
    """What the list names is what the directory's own root holds."""
    app = PLUGIN.simulator(PEOPLE, {"practice": PRACTICE})
    connector = PLUGIN.create(PROXIED)
    async with served(app) as origin, spine_road(origin, PLUGIN.manifest) as send:
        _, heard = await held_conversation(connector.fetch(practice_ask(DOCUMENTS)), send)
        items = [one.raw for one in heard.entries if f'"id":"{local}"'.encode() in one.raw]
        url = orjson.loads(items[0])["content"][0]["attachment"]["url"]
        opening = connector.open_document(practice_ask(DOCUMENTS), DocumentPointer(item=items[0], url=url))
        source, _ = await held_conversation(opening, send)
        answer = await send(source.request)
    binary = orjson.loads(answer.body)
    assert (answer.status, binary["resourceType"]) == (200, "Binary")
    assert b64decode(binary["content"]).startswith(starts)


async def test_a_document_that_cannot_be_had_is_not_found() -> None:
    """A placeholder has no address; its Binary is not there either."""
    app = PLUGIN.simulator(PEOPLE, {"practice": PRACTICE, "placeholders": ["doc3"]})
    connector = PLUGIN.create(PROXIED)
    async with served(app) as origin, spine_road(origin, PLUGIN.manifest) as send:
        opening = connector.open_document(practice_ask(DOCUMENTS), pointer("Binary/doc3"))
        source, _ = await held_conversation(opening, send)
        answer = await send(source.request)
    assert answer.status == 404


def test_a_pointer_is_not_shown_in_what_is_sent() -> None:
    """The source's repr holds no address."""
    assert "doc1" not in repr(opened(f"{ROOT}/Binary/doc1"))
