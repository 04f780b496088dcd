"""Every error of GP Connect and of its proxy is told as what it is, and the stricter word holds."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse
from connectors.gpconnect.errors import BY_CODE, BY_PROXY_WORD
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import DIRECT, said_directly
from tests.support.real_data import need_real_data
from tests.support.sender import said

INVALID = (OutcomeLabel.INVALID, Cause.STATUS)
NO_RIGHT = (OutcomeLabel.REFUSED, Cause.CREDENTIALS)
DISSENT = (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
NOT_AVAILABLE = (OutcomeLabel.NOT_AVAILABLE, Cause.NONE)
DOWN = (OutcomeLabel.UNREACHABLE, Cause.STATUS)
SPELLINGS: Mapping[str, tuple[int, tuple[OutcomeLabel, Cause]]] = {
    "INVALID_IDENTIFIER_SYSTEM": (400, INVALID),
    "INVALID_IDENTIFIER_VALUE": (400, INVALID),
    "INVALID_NHS_NUMBER": (400, INVALID),
    "INVALID_PATIENT_DEMOGRAPHICS": (400, INVALID),
    "BAD_REQUEST": (400, INVALID),
    "CONFLICTING_VALUES": (400, INVALID),
    "NO_PATIENT_CONSENT": (403, DISSENT),
    "NO_ORGANISATION_CONSENT": (403, NO_RIGHT),
    "ACCESS DENIED": (403, NO_RIGHT),
    "ACCESS_DENIED": (403, NO_RIGHT),
    "NO_RELATIONSHIP": (403, NO_RIGHT),
    "PATIENT_NOT_FOUND": (404, NOT_AVAILABLE),
    "NO_RECORD_FOUND": (404, NOT_AVAILABLE),
    "ORGANISATION_NOT_FOUND": (404, INVALID),
    "PRACTITIONER_NOT_FOUND": (404, INVALID),
    "DUPLICATE_REJECTED": (409, INVALID),
    "INVALID_RESOURCE": (422, INVALID),
    "INVALID_PARAMETER": (422, INVALID),
    "REFERENCE_NOT_FOUND": (422, INVALID),
    "INTERNAL_SERVER_ERROR": (500, DOWN),
    "NOT_IMPLEMENTED": (501, (OutcomeLabel.NOT_AVAILABLE, Cause.NOT_OFFERED)),
}
PROXY = {
    "ENDPOINT_HTTP_VARIES_FROM_TARGETURL_HTTPS": (400, INVALID),
    "ASID_CHECK_FAILED_MESSAGESENDER_200000000115": (403, NO_RIGHT),
    "PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000000116": (403, NO_RIGHT),
    "FOT_CHECK_FAILED_MESSAGESENDER_A_MESSAGERECEIVER_B": (403, NO_RIGHT),
    "Unsupported_Media_Type": (415, INVALID),
    "ERROR_COMMUNICATING_TO_ENDPOINT_URL_X": (502, (OutcomeLabel.UNREACHABLE, Cause.CONNECT)),
}
SYSTEMS = (
    "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1",
    "https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1",
    "https://fhir.nhs.uk/ValueSet/gpconnect-error-or-warning-code-1",
    None,
)
OF_THE_FILES = {
    "operationOutcomePatientNotFound.json": (404, NOT_AVAILABLE),
    "operationOutcomeBadRequest.json": (400, INVALID),
    "operationOutcomeNoRelationship.json": (403, NO_RIGHT),
    "operationOutcomeInvalidNHSNumber.json": (400, INVALID),
    "notFoundPatientDocumentResponse.json": (404, NOT_AVAILABLE),
}


def outcome(*codes: str, system: str | None = SYSTEMS[0], display: str = "") -> bytes:
    """An OperationOutcome with one issue for each code."""
    issues = [
        {
            "severity": "error",
            "code": "processing",
            "details": {"coding": [{"system": system, "code": code, "display": display or code}]},
            "diagnostics": "about 9990000018",
        }
        for code in codes
    ]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})


# The record, and in a call of its own what the guide forbids to ask for beside it.
CALLS = 2


def ended(answer: HttpResponse) -> tuple[OutcomeLabel, Cause]:
    """How a question ends that is answered so; nothing of the answer is shown."""
    ending, heard = said_directly(PLUGIN.create(DIRECT), answer)
    assert heard.pages == []
    bodies = [request.body for request in heard.requests]
    assert len(bodies) == len({*bodies}) == CALLS, "an error is never gone around with another call"
    return ending.label, ending.cause


def test_the_tables_are_proved_whole() -> None:
    """Each code and each word of the proxy in the connector's tables has its case here."""
    assert {spelling.replace(" ", "_") for spelling in SPELLINGS} == set(BY_CODE)
    assert all(any(word.upper().startswith(start) for word in PROXY) for start in BY_PROXY_WORD)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("code", SPELLINGS)
def test_a_code_of_the_guide_is_known_whatever_its_system(code: str, system: str | None) -> None:
    """With its own status, in each guide's spelling."""
    status, expected = SPELLINGS[code]
    assert ended(said(outcome(code, system=system), status)) == expected


@pytest.mark.parametrize("word", PROXY)
def test_the_proxys_own_errors_are_told_by_their_words(word: str) -> None:
    """Its code is the HTTP number; its display says what was wrong."""
    status, expected = PROXY[word]
    assert ended(said(outcome(str(status), display=word), status)) == expected


@pytest.mark.parametrize("status", [200, 400, 404, 422, 429, 500, 502, 503])
def test_a_dissent_is_a_dissent_under_any_status(status: int) -> None:
    """The strictest word of all: no status makes it an error that might be tried again."""
    assert ended(said(outcome("NO_PATIENT_CONSENT"), status)) == DISSENT


@pytest.mark.parametrize(
    ("codes", "status", "expected"),
    [
        (("PATIENT_NOT_FOUND",), 403, NO_RIGHT),
        (("NO_RELATIONSHIP",), 404, NO_RIGHT),
        (("PATIENT_NOT_FOUND",), 500, NOT_AVAILABLE),
        (("PATIENT_NOT_FOUND",), 200, NOT_AVAILABLE),
        (("INTERNAL_SERVER_ERROR",), 403, NO_RIGHT),
        (("INVALID_PARAMETER", "NO_PATIENT_CONSENT"), 422, DISSENT),
        (("ACCESS_DENIED", "NO_PATIENT_CONSENT"), 403, DISSENT),
        (("PATIENT_NOT_FOUND", "INTERNAL_SERVER_ERROR"), 404, NOT_AVAILABLE),
        (("SOMETHING_NEW",), 404, INVALID),
        (("SOMETHING_NEW",), 503, DOWN),
        (("SOMETHING_NEW",), 302, (OutcomeLabel.INVALID, Cause.REDIRECT)),
        (("SOMETHING_NEW",), 200, (OutcomeLabel.INVALID, Cause.MALFORMED)),
    ],
)
def test_the_stricter_of_status_and_code_holds(
    codes: tuple[str, ...], status: int, expected: tuple[OutcomeLabel, Cause]
) -> None:
    """Neither can soften the other; a code that nobody knows leaves the status to speak."""
    assert ended(said(outcome(*codes), status)) == expected


@pytest.mark.parametrize("file", OF_THE_FILES)
def test_real_errors_are_told_as_what_they_are(file: str) -> None:
    """As suppliers' stubs write them, in the systems that they use."""
    body = (need_real_data() / "gpconnect" / "documents-errors-sds" / file).read_bytes()
    status, expected = OF_THE_FILES[file]
    assert ended(said(body, status)) == expected


def test_a_not_found_without_a_code_is_no_word_about_the_person() -> None:
    """A wrong address answers 404 as well."""
    assert ended(said(b"Not here", 404)) == INVALID
