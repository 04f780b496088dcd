"""Where a practice's service is, by the directory's word of this hour; doubt reaches nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending, HttpRequest, HttpResponse, TransportFault
from connectors.gpconnect.calls import FIND_DOCUMENTS, FIND_PATIENT, STRUCTURED_RECORD
from connectors.gpconnect_documents import PLUGIN as DOCUMENTS_PLUGIN
from connectors.gpconnect_structured import PLUGIN
from connectors.simulation import JOURNAL
from tests.connectors.gpconnect.spine import (
    DOCUMENTS,
    OTHER_PRACTICE,
    PEOPLE,
    PRACTICE,
    PROVIDER_ASID,
    PROXIED,
    ROOT,
    practice_ask,
    spine_road,
    spoken,
    told,
)
from tests.support.clocks import START
from tests.support.loopback import served
from tests.support.real_data import need_real_data
from tests.support.sender import held_conversation, said

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
INTERACTIONS = "https://fhir.nhs.uk/Id/nhsServiceInteractionId"
_NOT_HAD = said(b"", 503)


def bundle(*resources: dict[str, Any], **members: Any) -> HttpResponse:
    """The directory's answer."""
    entries = [{"resource": one} for one in resources]
    return said(orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries, **members}))


def owner(ods: str) -> dict[str, Any]:
    """Whose it is."""
    return {"identifier": {"system": ODS, "value": ods}}


def device(asid: str = PROVIDER_ASID, ods: str = PRACTICE) -> dict[str, Any]:
    """A practice's system."""
    asids = [{"system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": asid}]
    return {"resourceType": "Device", "identifier": asids, "owner": owner(ods)}


def endpoint(address: str = ROOT, ods: str = PRACTICE, status: str = "active") -> dict[str, Any]:
    """A practice's service."""
    return {
        "resourceType": "Endpoint",
        "status": status,
        "address": address,
        "managingOrganization": owner(ods),
    }


def looked_up(
    devices: HttpResponse | TransportFault, endpoints: HttpResponse | TransportFault
) -> tuple[Ending, list[HttpRequest]]:
    """How a question ends that finds these, and the calls that were made of the practice."""

    def respond(request: HttpRequest) -> Any:
        if request.service != "sds":
            return _NOT_HAD
        return devices if request.path == "Device" else endpoints

    ending, heard = told(PLUGIN.create(PROXIED).fetch(practice_ask()), respond)
    return ending, [request for request in heard.requests if request.service != "sds"]


WELL = bundle(device()), bundle(endpoint())
NONE = (OutcomeLabel.NOT_AVAILABLE, Cause.NOT_OFFERED)
SEVERAL = (OutcomeLabel.INVALID, Cause.SEVERAL_MATCHES)
FOREIGN = (OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
MALFORMED = (OutcomeLabel.INVALID, Cause.MALFORMED)
DOUBTS: dict[str, tuple[Any, Any, tuple[OutcomeLabel, Cause]]] = {
    "no system": (bundle(), WELL[1], NONE),
    "no service": (WELL[0], bundle(total=0), NONE),
    "a service that is off": (WELL[0], bundle(endpoint(status="off")), NONE),
    "a system without an ASID": (bundle({**device(), "identifier": []}), WELL[1], NONE),
    "two systems": (bundle(device(), device("200000000117")), WELL[1], SEVERAL),
    "two services": (WELL[0], bundle(endpoint(), endpoint(f"{ROOT}/2")), SEVERAL),
    "a further page": (bundle(device(), link=[{"relation": "next", "url": "?page=2"}]), WELL[1], SEVERAL),
    "another's system": (bundle(device(ods=OTHER_PRACTICE)), WELL[1], FOREIGN),
    "another's service": (WELL[0], bundle(endpoint(ods=OTHER_PRACTICE)), FOREIGN),
    "another's beside it": (WELL[0], bundle(endpoint(), endpoint(ods=OTHER_PRACTICE)), FOREIGN),
    "nobody's system": (bundle({**device(), "owner": None}), WELL[1], FOREIGN),
    "an ASID that is none": (bundle(device("12")), WELL[1], MALFORMED),
    "an address that is none": (WELL[0], bundle(endpoint("practice")), MALFORMED),
    "an address without TLS": (WELL[0], bundle(endpoint("http://practice.example/x")), MALFORMED),
    "an address with a question": (WELL[0], bundle(endpoint(f"{ROOT}?to=another")), MALFORMED),
    "an address that climbs": (WELL[0], bundle(endpoint("https://user@practice.example")), MALFORMED),
    "another kind": (bundle(endpoint()), WELL[1], MALFORMED),
    "a sign-in page": (said(b"<html>"), WELL[1], MALFORMED),
    "no right": (said(b"", 401), WELL[1], (OutcomeLabel.REFUSED, Cause.CREDENTIALS)),
    "too often": (WELL[0], said(b"", 429), (OutcomeLabel.REFUSED, Cause.THROTTLED)),
    "a question that it does not take": (said(b"", 400), WELL[1], (OutcomeLabel.INVALID, Cause.STATUS)),
    "down": (WELL[0], said(b"", 503), (OutcomeLabel.UNREACHABLE, Cause.STATUS)),
    "out of time": (
        TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE),
        WELL[1],
        (OutcomeLabel.TIMED_OUT, Cause.DEADLINE),
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_about_where_to_call_calls_nobody(doubt: str) -> None:
    """The line says what was wrong, and the practice is not called."""
    devices, endpoints, expected = DOUBTS[doubt]
    ending, calls = looked_up(devices, endpoints)
    assert (ending.label, ending.cause) == expected
    assert calls == []


@pytest.mark.parametrize("address", [ROOT, f"{ROOT}/"])
def test_a_clear_answer_says_where_and_as_whom(address: str) -> None:
    """The address stands before the operation, the ASID in Ssp-To; a slash at the end changes nothing."""
    _, calls = looked_up(bundle(device(), device()), bundle(endpoint(address)))
    assert calls[0].path == f"{ROOT}/Patient/$gpc.getstructuredrecord"
    assert calls[0].headers["Ssp-To"] == PROVIDER_ASID


def test_the_directory_is_asked_in_its_own_words() -> None:
    """Device and Endpoint at once, by organisation and interaction, with a UUID for both."""
    _, heard = told(PLUGIN.create(PROXIED).fetch(practice_ask(correlation_id="c-1")), lambda _: _NOT_HAD)
    assert [(one.method, one.path, one.service) for one in heard.requests] == [
        ("GET", "Device", "sds"),
        ("GET", "Endpoint", "sds"),
    ]
    for request in heard.requests:
        assert request.query == (
            ("organization", f"{ODS}|{PRACTICE}"),
            ("identifier", f"{INTERACTIONS}|{STRUCTURED_RECORD}"),
        )
        assert str(uuid.UUID(request.headers["X-Correlation-Id"])) == request.headers["X-Correlation-Id"]
        assert not any(name.startswith("Ssp-") for name in request.headers)


def test_documents_are_looked_up_by_each_interaction() -> None:
    """The search for the person and the search for documents may be two services: all at once."""
    ask = practice_ask(DOCUMENTS)
    _, heard = told(DOCUMENTS_PLUGIN.create(PROXIED).fetch(ask), lambda _: _NOT_HAD)
    asked = [request.query[1][1].removeprefix(f"{INTERACTIONS}|") for request in heard.requests]
    assert asked == [FIND_PATIENT, FIND_PATIENT, FIND_DOCUMENTS, FIND_DOCUMENTS]


def counted(asked: list[str], answer: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """`answer`, with each call of the directory noted."""

    def respond(request: HttpRequest) -> Any:
        if request.service == "sds":
            asked.append(request.path)
        return answer(request)

    return respond


def well(request: HttpRequest) -> Any:
    """The directory knows; the practice is down."""
    if request.service != "sds":
        return _NOT_HAD
    return WELL[0] if request.path == "Device" else WELL[1]


@pytest.mark.parametrize(("minutes", "times_asked"), [(0, 1), (59, 1), (60, 1), (61, 2), (-1, 2)], ids=str)
def test_the_directorys_word_holds_for_a_bounded_time(minutes: int, times_asked: int) -> None:
    """By the moment of each ask; a moment before it was learned is no moment of its time."""
    connector, asked = PLUGIN.create({**PROXIED, "directory_minutes": 60}), list[str]()
    for asked_at in (START, START + dt.timedelta(minutes=minutes)):
        ask = replace(practice_ask(), asked_at=asked_at)
        told(connector.fetch(ask), counted(asked, well))
    assert asked == ["Device", "Endpoint"] * times_asked


def test_a_failure_of_the_directory_is_not_kept() -> None:
    """The next ask asks it again, and another practice is another question."""
    connector, asked = PLUGIN.create(PROXIED), list[str]()
    told(connector.fetch(practice_ask()), counted(asked, lambda _: _NOT_HAD))
    told(connector.fetch(practice_ask()), counted(asked, well))
    told(connector.fetch(practice_ask(practice_ods=OTHER_PRACTICE)), counted(asked, well))
    assert asked == ["Device", "Endpoint"] * 3


@pytest.mark.parametrize(
    ("manner", "expected"),
    [("none", NONE), ("several", SEVERAL), ("foreign", FOREIGN)],
)
async def test_a_simulated_directory_can_be_wrong(manner: str, expected: tuple[OutcomeLabel, Cause]) -> None:
    """In each way that it has, over real sockets."""
    ending, _, journal = await spoken(PLUGIN, practice_ask(), directory=manner)
    assert (ending.label, ending.cause) == expected
    assert {call.path for call in journal} == {"/sds/Device", "/sds/Endpoint"}


async def test_the_directory_has_a_key_of_its_own() -> None:
    """It goes to the directory alone: the proxy is called with the user's token and without the key."""
    seen: list[tuple[str, set[str]]] = []
    app = PLUGIN.simulator(PEOPLE, {"practice": PRACTICE})

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        seen.append((request.path, {name.lower() for name in request.headers}))
        answer: web.StreamResponse = await handler(request)
        return answer

    app.middlewares.insert(0, note)
    async with served(app) as origin, spine_road(origin, PLUGIN.manifest) as send:
        await held_conversation(PLUGIN.create(PROXIED).fetch(practice_ask()), send)
    directory = [names for path, names in seen if path in {"/sds/Device", "/sds/Endpoint"}]
    practice = [names for path, names in seen if not path.startswith("/sds/")]
    assert (len(directory), len(practice), len(app[JOURNAL])) == (2, 2, 4)
    assert all("apikey" in names for names in directory)
    assert all("authorization" in names and "apikey" not in names for names in practice)


def test_a_real_empty_answer_is_no_service() -> None:
    """As the directory writes it for a practice that it does not know."""
    folder = need_real_data() / "gpconnect" / "documents-errors-sds"
    ending, _ = looked_up(said((folder / "sdsEmptyResult.json").read_bytes()), WELL[1])
    assert (ending.label, ending.cause) == NONE


@pytest.mark.parametrize("name", ["sdsDevice.json", "sdsGetStructuredRecord.json"])
def test_a_real_answer_about_another_organisation_is_refused(name: str) -> None:
    """Whole in every other way, and not about the practice that was asked for."""
    real = said((need_real_data() / "gpconnect" / "documents-errors-sds" / name).read_bytes())
    given = (real, WELL[1]) if name == "sdsDevice.json" else (WELL[0], real)
    ending, calls = looked_up(*given)
    assert (ending.label, ending.cause, calls) == (*FOREIGN, [])


def test_no_more_is_kept_than_a_region_needs() -> None:
    """The practice that was learned of first goes first, and is asked for anew."""
    connector, asked = PLUGIN.create(PROXIED), list[str]()

    def everywhere(request: HttpRequest) -> Any:
        if request.service != "sds":
            return _NOT_HAD
        ods = request.query[0][1].partition("|")[2]
        return bundle(device(ods=ods)) if request.path == "Device" else bundle(endpoint(ods=ods))

    codes = [f"D{place:05}" for place in range(4_001)]
    for ods in (*codes, codes[-1], codes[0]):
        told(connector.fetch(practice_ask(practice_ods=ods)), counted(asked, everywhere))
    assert len(asked) == 2 * (4_001 + 1)
