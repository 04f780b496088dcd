"""The simulated Spine refuses what the real one and a strict practice refuse, in their own codes."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson
import pytest

from connectors.gpconnect.calls import FIND_DOCUMENTS, FIND_PATIENT
from connectors.gpconnect.sds_answers import root_of
from connectors.gpconnect_documents import PLUGIN as DOCUMENTS_PLUGIN
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import (
    DOCUMENTS,
    PEOPLE,
    PRACTICE,
    PROXIED,
    STRUCTURED,
    practice_ask,
    told,
)
from tests.connectors.gpconnect.test_directory import bundle, device, endpoint
from tests.support.loopback import served
from tests.support.patients import ASHA
from tests.support.sender import said

Change = Callable[[dict[str, Any]], None]


def good_call() -> dict[str, Any]:
    """The operation as the connector sends it, in pieces that a test may spoil."""

    def respond(request: Any) -> Any:
        if request.service != "sds":
            return said(b"", 503)
        asid = PLUGIN_ASIDS[PRACTICE]
        return bundle(device(asid)) if request.path == "Device" else bundle(endpoint())

    _, heard = told(PLUGIN.create(PROXIED).fetch(practice_ask(STRUCTURED)), respond)
    request = next(one for one in heard.requests if one.service != "sds")
    return {
        "path": f"/{request.path}",
        "headers": dict(request.headers),
        "body": orjson.loads(request.body or b""),
    }


PLUGIN_ASIDS = {PRACTICE: "200000000116"}


def header(name: str, value: str | None) -> Change:
    """One header changed, or taken away."""

    def change(call: dict[str, Any]) -> None:
        call["headers"].pop(name)
        if value is not None:
            call["headers"][name] = value

    return change


def claim(name: str, value: Any) -> Change:
    """One claim of the token changed, or taken away."""

    def change(call: dict[str, Any]) -> None:
        head, claims, _ = call["headers"]["Authorization"].split(".")
        told_of = orjson.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        told_of = (
            {**told_of, name: value} if value is not None else {k: v for k, v in told_of.items() if k != name}
        )
        written = urlsafe_b64encode(orjson.dumps(told_of)).rstrip(b"=").decode()
        call["headers"]["Authorization"] = f"{head}.{written}."

    return change


def signed(call: dict[str, Any]) -> None:
    """A signature where none belongs."""
    call["headers"]["Authorization"] += "c2lnbmVk"


def parameter(name: str, **members: Any) -> Change:
    """One more parameter."""

    def change(call: dict[str, Any]) -> None:
        call["body"]["parameter"] = [one for one in call["body"]["parameter"] if one["name"] != name]
        call["body"]["parameter"].append({"name": name, **members})

    return change


def parameters_are(value: Any) -> Change:
    """The whole of the parameters changed."""

    def change(call: dict[str, Any]) -> None:
        call["body"]["parameter"] = value

    return change


def number(value: str, system: str = "https://fhir.nhs.uk/Id/nhs-number") -> Change:
    """Another number."""
    return parameter("patientNHSNumber", valueIdentifier={"system": system, "value": value})


def only_the_number(call: dict[str, Any]) -> None:
    """No area at all."""
    call["body"]["parameter"] = call["body"]["parameter"][:1]


def twice(call: dict[str, Any]) -> None:
    """An area asked for twice."""
    call["body"]["parameter"].append(call["body"]["parameter"][-1])


def address(call: dict[str, Any]) -> None:
    """A practice that is not there."""
    call["path"] = call["path"].replace("d99001", "d90000")


SPOILT: dict[str, tuple[Change, int, str]] = {
    "no trace id": (header("Ssp-TraceID", None), 400, "BAD_REQUEST"),
    "a trace id that is no UUID": (header("Ssp-TraceID", "7"), 400, "BAD_REQUEST"),
    "no sender": (header("Ssp-From", None), 400, "BAD_REQUEST"),
    "an unknown sender": (
        header("Ssp-From", "200000000999"),
        403,
        "ASID_CHECK_FAILED_MESSAGESENDER_200000000999",
    ),
    "another receiver": (
        header("Ssp-To", "200000000999"),
        403,
        "PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000000999",
    ),
    "another interaction": (header("Ssp-InteractionID", "urn:x"), 400, "BAD_REQUEST"),
    "another wish": (header("Accept", "application/json"), 400, "BAD_REQUEST"),
    "another media type": (header("Content-Type", "application/json"), 415, "Unsupported_Media_Type"),
    "no token": (header("Authorization", None), 400, "BAD_REQUEST"),
    "a token that is none": (header("Authorization", "Bearer x.y"), 400, "BAD_REQUEST"),
    "a signed token": (signed, 400, "BAD_REQUEST"),
    "a token without a claim": (claim("requesting_device", None), 400, "BAD_REQUEST"),
    "a token for longer": (claim("exp", 9_999_999_999), 400, "BAD_REQUEST"),
    "a token for another practice": (claim("aud", "https://practice.example"), 400, "BAD_REQUEST"),
    "a token for another use": (claim("reason_for_request", "migration"), 400, "BAD_REQUEST"),
    "a token to write": (claim("requested_scope", "patient/*.write"), 400, "BAD_REQUEST"),
    "a token of two users": (claim("sub", "u2"), 400, "BAD_REQUEST"),
    "a token of no organisation": (claim("requesting_organization", {}), 400, "BAD_REQUEST"),
    "a token of a nameless organisation": (
        claim("requesting_organization", {"identifier": [], "name": ""}),
        400,
        "BAD_REQUEST",
    ),
    "no Parameters": (parameters_are(None), 422, "INVALID_RESOURCE"),
    "no number": (parameter("patientNHSNumber"), 422, "INVALID_PARAMETER"),
    "another kind of number": (number(ASHA.digits, "urn:x"), 422, "INVALID_PARAMETER"),
    "a number that is none": (number("9990000019"), 400, "INVALID_NHS_NUMBER"),
    "no area": (only_the_number, 422, "INVALID_PARAMETER"),
    "an area twice": (twice, 422, "INVALID_RESOURCE"),
    "allergies without a word on ended ones": (parameter("includeAllergies"), 422, "INVALID_PARAMETER"),
    "vaccinations not given beside problems": (
        parameter("includeImmunisations", part=[{"name": "includeNotGiven", "valueBoolean": True}]),
        422,
        "INVALID_PARAMETER",
    ),
    "a part without a value": (
        parameter("includeMedication", part=[{"name": "x"}]),
        422,
        "INVALID_PARAMETER",
    ),
    "another address": (address, 400, "ENDPOINT_ADDRESS_VARIES_FROM_TARGETURL_PATH"),
}


async def answer_to(call: dict[str, Any], **manners: Any) -> tuple[int, dict[str, Any]]:
    """What a simulated Spine says to a call."""
    app = PLUGIN.simulator(
        PEOPLE,
        {
            "practice": PRACTICE,
            "asids": PLUGIN_ASIDS,
            "consumers": {"RZZ01": "200000000115"},
            **manners,
        },
    )
    async with (
        served(app) as origin,
        aiohttp.ClientSession() as session,
        session.post(
            origin + call["path"], data=orjson.dumps(call["body"]), headers=call["headers"]
        ) as answer,
    ):
        return answer.status, orjson.loads(await answer.read())


def code_of(body: dict[str, Any]) -> str:
    """The code, or the proxy's word."""
    coding = body["issue"][0]["details"]["coding"][0]
    return str(coding.get("display", coding["code"]))


async def test_the_call_that_the_connector_makes_is_taken() -> None:
    """And its answer carries the id of the call, and must not be stored."""
    call = good_call()
    status, body = await answer_to(call)
    assert (status, body["type"]) == (200, "collection")
    assert body["id"] == call["headers"]["Ssp-TraceID"]
    assert not any("fullUrl" in entry for entry in body["entry"])


@pytest.mark.parametrize("fault", SPOILT)
async def test_a_spoilt_call_is_refused(fault: str) -> None:
    """Each piece is looked at."""
    change, status, code = SPOILT[fault]
    call = good_call()
    change(call)
    got, body = await answer_to(call)
    assert (got, code_of(body)) == (status, code)


async def test_an_area_that_nobody_knows_is_warned_of() -> None:
    """The record comes with a warning beside it."""
    call = good_call()
    parameter("includeMoods")(call)
    status, body = await answer_to(call)
    outcomes = [
        one["resource"] for one in body["entry"] if one["resource"]["resourceType"] == "OperationOutcome"
    ]
    assert status == 200
    assert [one["issue"][0]["diagnostics"] for one in outcomes] == ["includeMoods"]


async def test_any_error_can_be_played() -> None:
    """With its own status, or another."""
    assert (await answer_to(good_call(), error="NO_PATIENT_CONSENT"))[0] == 403
    status, body = await answer_to(good_call(), error="NO_RELATIONSHIP", error_status=500)
    assert (status, code_of(body)) == (500, "NO_RELATIONSHIP")


def document_call(interaction: str, path: str, query: dict[str, str]) -> dict[str, Any]:
    """A call of the documents' side, as the connector writes its headers."""
    respond = {
        "Device": bundle(device(PLUGIN_ASIDS[PRACTICE])),
        "Endpoint": bundle(endpoint(root_of(PRACTICE, interaction))),
        f"{root_of(PRACTICE, interaction)}/Patient": said(
            orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": PEOPLE[ASHA.digits][0]}]})
        ),
    }
    _, heard = told(
        DOCUMENTS_PLUGIN.create(PROXIED).fetch(practice_ask(DOCUMENTS)),
        lambda request: respond.get(request.path, said(b"", 503)),
    )
    headers = next(
        dict(request.headers)
        for request in heard.requests
        if request.headers.get("Ssp-InteractionID") == interaction
    )
    return {"path": f"/{root_of(PRACTICE, interaction)}/{path}", "headers": headers, "query": query}


@pytest.mark.parametrize(
    ("interaction", "path", "query", "status", "code"),
    [
        (FIND_PATIENT, "Patient", {"identifier": f"urn:x|{ASHA.digits}"}, 400, "INVALID_IDENTIFIER_SYSTEM"),
        (
            FIND_DOCUMENTS,
            "Patient/a1/DocumentReference",
            {"_include": "DocumentReference:subject:Patient"},
            422,
            "INVALID_PARAMETER",
        ),
    ],
)
async def test_a_spoilt_question_for_documents_is_refused(
    interaction: str, path: str, query: dict[str, str], status: int, code: str
) -> None:
    """The identifier's system and all five includes are looked at."""
    call = document_call(interaction, path, query)
    app = DOCUMENTS_PLUGIN.simulator(PEOPLE, {"practice": PRACTICE, "asids": PLUGIN_ASIDS})
    async with (
        served(app) as origin,
        aiohttp.ClientSession() as session,
        session.get(origin + call["path"], params=query, headers=call["headers"]) as answer,
    ):
        body = orjson.loads(await answer.read())
    assert (answer.status, code_of(body)) == (status, code)


async def test_the_directory_takes_only_its_own_words() -> None:
    """A question without the systems' names is refused."""
    app = PLUGIN.simulator(PEOPLE, {"practice": PRACTICE})
    async with (
        served(app) as origin,
        aiohttp.ClientSession() as session,
        session.get(f"{origin}/sds/Device?organization={PRACTICE}") as answer,
    ):
        assert answer.status == 400
