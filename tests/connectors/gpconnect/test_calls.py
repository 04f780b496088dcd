"""Who asks, as Spine and the practice are told: headers and token, each from the ask alone."""

from __future__ import annotations

import datetime as dt
import uuid
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import Any

import jwt
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import HttpRequest, TransportFault
from connectors.gpconnect.calls import STRUCTURED_RECORD
from connectors.gpconnect_documents import PLUGIN as DOCUMENTS_PLUGIN
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import (
    ASID,
    CONSUMERS,
    DIRECT,
    DOCUMENTS,
    ISSUER,
    PROVIDER_ASID,
    ROOT,
    practice_ask,
    told,
)
from tests.support.clocks import START
from tests.support.sender import said

ISSUED_AT = int(START.timestamp())
SMARTCARDS = "https://smartcards.example"
_NOT_HAD = said(b"", 503)


def request_of(ask: PartnerAsk, plugin: Any = PLUGIN, **settings: object) -> HttpRequest:
    """The one request of a direct question."""
    connector = plugin.create({**DIRECT, **settings})
    _, heard = told(connector.fetch(ask), lambda _: _NOT_HAD)
    return heard.requests[0]


def claims_of(request: HttpRequest) -> dict[str, Any]:
    """What the token of a request says, read by a library that did not write it."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False}, algorithms=["none"])


def test_every_header_that_spine_demands_is_written() -> None:
    """Exactly the guide's own, with the ASIDs of the user's organisation and of the practice."""
    headers = dict(request_of(practice_ask()).headers)
    uuid.UUID(headers.pop("Ssp-TraceID"))
    assert headers.pop("Authorization").startswith("Bearer ")
    assert headers == {
        "Ssp-From": ASID,
        "Ssp-To": PROVIDER_ASID,
        "Ssp-InteractionID": STRUCTURED_RECORD,
        "Accept": "application/fhir+json;charset=utf-8",
        "Content-Type": "application/fhir+json;charset=utf-8",
    }


def test_the_token_is_unsigned_and_ends_with_its_dot() -> None:
    """Its header names no algorithm, and the third part is empty."""
    header, claims, signature = request_of(practice_ask()).headers["Authorization"].split(" ")[1].split(".")
    assert urlsafe_b64decode(header + "==") == b'{"alg":"none","typ":"JWT"}'
    assert claims
    assert "=" not in claims
    assert signature == ""


def test_the_token_says_who_asks_from_where_and_until_when() -> None:
    """Every claim of the guide; the organisation is the user's, the time is that of asking."""
    assert claims_of(request_of(practice_ask())) == {
        "iss": ISSUER,
        "sub": "u1",
        "aud": ROOT,
        "exp": ISSUED_AT + 300,
        "iat": ISSUED_AT,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": {
            "resourceType": "Device",
            "identifier": [{"system": "https://watersmeet.example/Id/device", "value": "watersmeet"}],
            "model": "Watersmeet",
            "version": "1",
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "RZZ01"}],
            "name": "A hospital",
        },
        "requesting_practitioner": {
            "resourceType": "Practitioner",
            "id": "u1",
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK"},
                {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "UNK"},
                {"system": "https://watersmeet.example/Id/user", "value": "u1"},
            ],
            "name": [{"text": "A doctor", "family": "A doctor"}],
        },
    }


def test_the_device_is_the_deployments_own() -> None:
    """Settings name it."""
    settings = {"device": "CONS-4", "device_model": "Shared record", "device_version": "2.1"}
    device = claims_of(request_of(practice_ask(), **settings))["requesting_device"]
    assert (device["identifier"][0]["value"], device["model"], device["version"]) == (
        "CONS-4",
        "Shared record",
        "2.1",
    )


@pytest.mark.parametrize(
    ("issuer", "roles", "user", "profile"),
    [
        (SMARTCARDS, ("R8000", "555254240100"), "910000000001", "555254240100"),
        (SMARTCARDS, ("R8000",), "910000000001", "UNK"),
        ("https://council.example", ("555254240100",), "UNK", "UNK"),
    ],
)
def test_a_user_is_a_smartcard_holder_only_by_their_issuer(
    issuer: str, roles: tuple[str, ...], user: str, profile: str
) -> None:
    """Ids of any other issuer are no SDS ids, however much they look like them."""
    ask = practice_ask()
    requester = replace(ask.requester, issuer=issuer, roles=roles, user_id="910000000001")
    request = request_of(replace(ask, requester=requester), smartcard_issuers=[SMARTCARDS])
    told_of = {
        one["system"]: one["value"] for one in claims_of(request)["requesting_practitioner"]["identifier"]
    }
    assert told_of["https://fhir.nhs.uk/Id/sds-user-id"] == user
    assert told_of["https://fhir.nhs.uk/Id/sds-role-profile-id"] == profile


def test_a_trace_id_follows_from_the_ask_alone() -> None:
    """The same ask has the same id; another correlation, partner or interaction has another."""
    ask = practice_ask()
    ids = [
        request_of(one, plugin).headers["Ssp-TraceID"]
        for one, plugin in (
            (ask, PLUGIN),
            (ask, PLUGIN),
            (replace(ask, correlation_id="another-trace"), PLUGIN),
            (replace(ask, partner_id="practices"), PLUGIN),
            (practice_ask(DOCUMENTS), DOCUMENTS_PLUGIN),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_each_moment_of_asking_has_a_token_of_its_own() -> None:
    """A later ask is issued later."""
    later = replace(practice_ask(), asked_at=START + dt.timedelta(seconds=61))
    assert claims_of(request_of(later))["iat"] == ISSUED_AT + 61


@pytest.mark.parametrize(
    ("ods", "asid", "name"), [("RZZ01", ASID, "A hospital"), ("RYY99", "200000000199", "A council")]
)
def test_each_organisation_asks_as_itself(ods: str, asid: str, name: str) -> None:
    """Of several, the user's own stands in the header and in the token."""
    consumers = {**CONSUMERS, "RYY99": {"asid": "200000000199", "name": "A council"}}
    ask = practice_ask()
    ask = replace(ask, requester=replace(ask.requester, organisation_ods=ods))
    request = request_of(ask, consumers=consumers)
    home = claims_of(request)["requesting_organization"]
    assert request.headers["Ssp-From"] == asid
    assert (home["identifier"][0]["value"], home["name"]) == (ods, name)


def test_a_user_of_an_unknown_organisation_is_not_asked_for() -> None:
    """No other organisation's ASID is borrowed: nobody is called."""
    ask = practice_ask()
    stranger = replace(ask, requester=replace(ask.requester, organisation_ods="RYY99"))
    ending, heard = told(PLUGIN.create(DIRECT).fetch(stranger), lambda _: _NOT_HAD)
    assert (ending.label, ending.cause) == (OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
    assert heard.requests == []


def test_a_fault_of_the_call_is_the_practices_own() -> None:
    """The transport's word passes as it is."""
    fault = TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE)
    with pytest.raises(TransportFault) as passed:
        told(PLUGIN.create(DIRECT).fetch(practice_ask()), lambda _: fault)
    assert passed.value is fault
