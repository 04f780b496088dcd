"""What each address of the API asks of the pipeline, over a real socket."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from broker.domain.criteria import Criteria
from broker.domain.query import Interaction
from broker.http.settings import DoorSettings
from tests.support.http_door import BODY, IDENTIFIER, NUMBER, TOKEN, Answers, open_door

WHOLE: list[tuple[str, str, dict[str, Any], dict[str, object]]] = [
    (
        "POST",
        "/Patient/_search",
        {"data": {"identifier": IDENTIFIER}},
        {"interaction": Interaction.FIND_PATIENT, "number_text": NUMBER},
    ),
    (
        "GET",
        "/Patient",
        {"params": {"identifier": IDENTIFIER}},
        {"interaction": Interaction.FIND_PATIENT, "number_text": NUMBER},
    ),
    (
        "GET",
        "/Patient?_count=2",
        {"params": {"identifier": IDENTIFIER}},
        {"interaction": Interaction.FIND_PATIENT, "number_text": NUMBER, "count": 2},
    ),
    ("GET", "/Patient/tok.en-1", {}, {"interaction": Interaction.READ_PATIENT, "patient_token": "tok.en-1"}),
    (
        "GET",
        "/Patient/token/$everything?_type=Condition,Patient&_count=20&_page=a.b-c",
        {},
        {
            "interaction": Interaction.EVERYTHING,
            "patient_token": "token",
            "resource_types": frozenset({"Condition", "Patient"}),
            "count": 20,
            "page": "a.b-c",
        },
    ),
    (
        "GET",
        "/Observation?patient=Patient/token&_id=acute-1f&_format=application/fhir%2Bjson",
        {},
        {
            "interaction": Interaction.SEARCH,
            "patient_token": "token",
            "resource_types": frozenset({"Observation"}),
            "criteria": Criteria(ids=frozenset({"acute-1f"})),
            "count": None,
            "page": None,
        },
    ),
    ("GET", "/Flag?patient=token", {}, {"patient_token": "token", "number_text": None}),
    ("GET", "/Flag", {"params": {"patient.identifier": IDENTIFIER}}, {"number_text": NUMBER}),
    ("POST", "/Flag/_search", {"data": {"patient:identifier": IDENTIFIER}}, {"number_text": NUMBER}),
    (
        "POST",
        "/Flag/_search?_count=5",
        {"data": {"patient": "token"}},
        {"count": 5, "patient_token": "token"},
    ),
    ("GET", "/Flag?patient=token&_count=100000000000", {}, {"count": 1000}),
    (
        "POST",
        "/Consent/_search",
        {"data": {"patient.identifier": IDENTIFIER, "status": "active,inactive"}},
        {
            "interaction": Interaction.SEARCH_CONSENTS,
            "number_text": NUMBER,
            "statuses": frozenset({"active", "inactive"}),
            "resource_types": frozenset({"Consent"}),
        },
    ),
    (
        "GET",
        "/Consent",
        {"params": {"patient": "token", "status": "http://hl7.org/fhir/consent-state-codes|active"}},
        {"patient_token": "token", "statuses": frozenset({"active"})},
    ),
    (
        "GET",
        "/Consent/ob-1",
        {},
        {"interaction": Interaction.READ_CONSENT, "item_id": "ob-1", "number_text": None},
    ),
]


@pytest.mark.parametrize(("method", "path", "sent", "expected"), WHOLE)
async def test_each_address_asks_its_own_question(
    method: str, path: str, sent: dict[str, Any], expected: dict[str, object]
) -> None:
    """Every parameter reaches the pipeline in its own field, and the reply comes back byte for byte."""
    answers = Answers()
    async with (
        open_door(answers) as door,
        aiohttp.ClientSession(headers=TOKEN) as client,
        client.request(method, door.url + path, **sent) as response,
    ):
        assert (response.status, await response.read()) == (200, BODY)
        assert response.headers["Content-Type"] == "application/fhir+json"
        assert response.headers["Content-Length"] == str(len(BODY))
    [question] = answers.asked
    assert {name: getattr(question, name) for name in expected} == expected
    assert question.authorization == TOKEN["Authorization"]
    assert question.client_address == "127.0.0.1"
    assert question.base_url == door.url


async def test_an_absolute_reference_below_our_own_base_names_the_person() -> None:
    """`patient={base}/Patient/{id}` is `{id}`; the same below another base is refused."""
    answers = Answers()
    settings = DoorSettings(base_url="https://record.example/fhir")
    async with open_door(answers, settings) as door, aiohttp.ClientSession(headers=TOKEN) as client:
        ours = {"patient": "https://record.example/fhir/Patient/token"}
        async with client.get(door.url + "/Flag", params=ours) as response:
            assert response.status == 200
        theirs = {"patient": "https://elsewhere.example/fhir/Patient/token"}
        async with client.get(door.url + "/Flag", params=theirs) as response:
            assert response.status == 400
    assert [question.patient_token for question in answers.asked] == ["token"]
    assert answers.asked[0].base_url == "https://record.example/fhir"


async def test_a_caller_cannot_claim_a_role_or_an_address_by_header() -> None:
    """A16, A50: forged identity and forwarding headers change nothing of the question."""
    forged = {
        "X-Role": "consultant",
        "X-Forwarded-User": "someone",
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=203.0.113.9;host=evil.example",
        "Host": "evil.example",
        "X-Request-Id": "same-request-id",
    }
    answers = Answers()
    async with open_door(answers) as door, aiohttp.ClientSession(headers=TOKEN) as client:
        for headers in ({"X-Request-Id": "same-request-id"}, forged):
            async with client.get(f"{door.url}/Patient/token", headers=headers) as response:
                assert response.status == 200
    plain, attacked = answers.asked
    assert plain == attacked


async def test_conditional_requests_are_answered_whole_and_without_validators() -> None:
    """A26: neither If-None-Match nor If-Modified-Since reveals whether something is there or changed."""
    probe = {"If-None-Match": "*", "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT", "Range": "bytes=0-1"}
    async with (
        open_door() as door,
        aiohttp.ClientSession(headers=TOKEN) as client,
        client.get(f"{door.url}/Patient/token", headers=probe) as response,
    ):
        assert (response.status, await response.read()) == (200, BODY)
        assert not {"ETag", "Last-Modified", "Accept-Ranges"} & set(response.headers)


async def test_every_response_carries_the_security_headers_and_no_other_door() -> None:
    """Nothing is stored, sniffed, framed, compressed, shared across origins, or versioned (A57)."""
    asks = {"Origin": "https://evil.example", "Accept-Encoding": "gzip, deflate"}
    async with open_door() as door, aiohttp.ClientSession(headers=TOKEN) as client:
        for path in ("/Patient/token", "/metadata", "/Banana", "/../readyz"):
            async with client.get(door.url + path, headers=asks) as response:
                headers = response.headers
                assert headers["Cache-Control"] == "no-store"
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
                assert headers["Referrer-Policy"] == "no-referrer"
                assert headers["Server"] == "watersmeet"
                assert len(headers["X-Request-Id"]) == 32
                assert not {"Content-Encoding", "Access-Control-Allow-Origin", "Set-Cookie"} & set(headers)
