"""A pointer opens through the Spine Secure Proxy, or not at all: it chooses no host of its own."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.services import Services
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import DocumentForm, DocumentPointer, DocumentSource, TransportFault
from connectors.nrl import PLUGIN
from connectors.nrl.addresses import provider_of
from connectors.nrl.world import UNSTRUCTURED, asid_of
from tests.connectors.test_nrl import HOLDER, pointer
from tests.support.loopback import served
from tests.support.patients import ASHA, patient
from tests.support.sender import CORRELATION, Heard, ask_for, held_conversation, said, scripted
from tests.support.transports import permit, registration

ASID = "200000000115"
SETTINGS: dict[str, Any] = {
    "consumers": {"RZZ01": {"asid": ASID, "name": "A hospital"}},
    "issuer": "https://broker.example/nrl",
}
ADDRESS = "https://p1.example:8443/RX902/Binary/plan-1.pdf"
ESCAPED = "https%3A%2F%2Fp1.example%3A8443%2FRX902%2FBinary%2Fplan-1.pdf"
PLAN = b"%PDF-1.4 a crisis plan"
FOREIGN = (OutcomeLabel.INVALID, Cause.FOREIGN_LINK)


def pointed(url: str, **members: Any) -> DocumentPointer:
    """A pointer to `url`; `members` are the DocumentReference's, or those of its content."""
    content: dict[str, Any] = {
        "attachment": {"contentType": "application/pdf", "url": url},
        "format": UNSTRUCTURED,
    }
    content |= {name: members.pop(name) for name in ("attachment", "format") if name in members}
    return DocumentPointer(item=orjson.dumps(pointer(content=[content], **members)), url=url)


def source(
    url: str, settings: Mapping[str, object] = SETTINGS, ask: Any = None, **members: Any
) -> DocumentSource:
    """The read that gives the document at `url`."""
    opening = PLUGIN.create(settings).open_document(ask or ask_for(), pointed(url, **members))
    found, heard = scripted(opening, lambda _: said(b"", 500))
    assert heard.requests == []
    return found


def refused(url: str, settings: Mapping[str, object] = SETTINGS, **given: Any) -> tuple[OutcomeLabel, Cause]:
    """Why it is not read."""
    with pytest.raises(TransportFault) as fault:
        source(url, settings, **given)
    return fault.value.label, fault.value.cause


@pytest.mark.parametrize(
    "url",
    [
        f"ssp://spine-proxy.example/{ESCAPED}",
        f"ssp://spine-proxy.example/{ESCAPED.replace('%3A', '%3a').replace('%2F', '%2f')}",
        f"ssp://spine-proxy.example:443/{ADDRESS}",
        f"ssp://{ESCAPED}",
        f"ssp://{ADDRESS}",
        f"SSP://{ADDRESS.removeprefix('https://')}",
    ],
)
def test_an_address_is_given_to_the_proxy_as_one_segment(url: str) -> None:
    """However the pointer writes it, and whichever proxy it names."""
    request = source(url).request
    assert (request.method, request.service, request.path, request.link) == ("GET", "ssp", ESCAPED, None)


@pytest.mark.parametrize(
    "url",
    [
        "ssp://",
        "ssp://proxy.example/http%3A%2F%2Fp1.example%2Fx",
        "ssp://proxy.example/http://p1.example/x",
        "ssp://proxy.example/ssp://p1.example/x",
        "ssp://proxy.example/https%253A%252F%252Fp1.example%252Fx",
        "ssp://proxy.example/https%3A%2F%2Fp1.example%2F..%2Fx",
        "ssp://proxy.example/https%3A%2F%2Fp1.example%2F%2e%2e%2Fx",
        "ssp://proxy.example/https%3A%2F%2Fuser%40p1.example%2Fx",
        "ssp://proxy.example/https%3A%2F%2Fp1.example%2Fx%3Fid%3D1",
        "ssp://proxy.example/https://p1.example/x#y",
        "ssp://proxy.example/https%3A%2F%2Fp1.example%2F%0D%0AHost",
        "ssp://proxy.example/https%3A%2F%2F",
        "ssp://p1.example//x",
        "ssp://p1.example/%2e%2e/x",
        "ssp://user@p1.example/x",
    ],
)
def test_an_address_that_hides_anything_leads_nowhere(url: str) -> None:
    """Another scheme, a user, a climb, a query, two escapings: nothing is sent."""
    assert provider_of(url) is None
    assert refused(url) == FOREIGN


def test_the_call_says_who_asks_whom_and_for_what() -> None:
    """The ASIDs of both, the interaction, an id, and GP Connect's unsigned token for the provider."""
    headers = source(f"ssp://{ADDRESS}").request.headers
    token = str(headers["Authorization"]).removeprefix("Bearer ")
    claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert headers["Ssp-From"] == ASID
    assert headers["Ssp-To"] == asid_of(HOLDER)
    assert headers["Ssp-InteractionID"] == "urn:nhs:names:services:nrl:DocumentReference.content.read"
    assert headers["Accept"] == "application/pdf"
    assert "Content-Type" not in headers
    assert token.endswith(".")
    assert (claims["aud"], claims["reason_for_request"]) == ("https://p1.example:8443", "directcare")
    assert claims["requesting_organization"]["identifier"][0]["value"] == "RZZ01"


def test_a_user_of_an_organisation_without_an_asid_opens_nothing() -> None:
    """Nor does anybody where no organisation is registered; nothing is sent in another's name."""
    nobodys = (OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
    assert refused(f"ssp://{ADDRESS}", {}) == nobodys
    ask = ask_for()
    ask = replace(ask, requester=replace(ask.requester, organisation_ods="RX999"))
    assert refused(f"ssp://{ADDRESS}", ask=ask) == nobodys


def related(*values: str) -> dict[str, Any]:
    """The context of a pointer that names these providers."""
    system = "https://fhir.nhs.uk/Id/nhsSpineASID"
    other = {"identifier": {"system": "urn:x", "value": "200000000999"}}
    named = [{"identifier": {"system": system, "value": value}} for value in values]
    return {"related": [other, {"display": "x"}, *named]}


def test_a_pointer_without_one_provider_leads_nowhere() -> None:
    """None, two, or one that is no ASID: nobody knows who would be asked."""
    url = f"ssp://{ADDRESS}"
    assert refused(url, context=related()) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    assert refused(url, context=None) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    assert refused(url, context=related("12345")) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    assert refused(url, context={"related": 7}) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    two = related("200000000001", "200000000002")
    assert refused(url, context=two) == (OutcomeLabel.INVALID, Cause.SEVERAL_MATCHES)
    twice = related("200000000001", "200000000001")
    assert source(url, context=twice).request.headers["Ssp-To"] == "200000000001"


@pytest.mark.parametrize(
    "url",
    [
        "https://p1.example/x",
        "http://127.0.0.1:1/x",
        "ftp://p1.example/x",
        "tel:+441632960123",
        "Binary/1",
        "",
    ],
)
def test_an_address_elsewhere_is_not_followed(url: str) -> None:
    """A pointer cannot send the broker to a host that nobody registered."""
    assert refused(url) == FOREIGN


@pytest.mark.parametrize("url", ["Binary/1", "../x", "tel:+441632960123", ""])
def test_only_a_whole_web_address_is_read_directly(url: str) -> None:
    """One that is relative belongs to no service, also where a direct one is registered."""
    assert refused(url, {"direct": True}) == FOREIGN


def test_a_contact_is_listed_and_is_no_document() -> None:
    """Whom to call: there is nothing to open, whatever its address."""
    contact = {"code": "urn:nhs-ic:record-contact"}
    for url in (f"ssp://{ADDRESS}", "https://p1.example/contact"):
        assert refused(url, {**SETTINGS, "direct": True}, format=contact) == (
            OutcomeLabel.NOT_AVAILABLE,
            Cause.NOT_OFFERED,
        )


@pytest.mark.parametrize(
    ("declared", "form", "accept"),
    [
        ("application/pdf", DocumentForm.AS_ANSWERED, "application/pdf"),
        ("application/fhir+json", DocumentForm.RAW, "application/fhir+json"),
        (None, DocumentForm.AS_ANSWERED, "*/*"),
    ],
)
def test_a_document_is_read_as_what_it_was_declared_to_be(
    declared: str | None, form: DocumentForm, accept: str
) -> None:
    """A provider may wrap a letter in a Binary; a document that is FHIR itself is no wrapping."""
    url = f"ssp://{ADDRESS}"
    found = source(url, attachment={"url": url, "contentType": declared})
    assert (found.form, found.request.headers["Accept"]) == (form, accept)


def test_a_pointer_that_cannot_be_read_leads_nowhere() -> None:
    """Nothing of its bytes is in what is told."""
    pointer_ = DocumentPointer(item=b'{"content":"9990000018"}', url=f"ssp://{ADDRESS}")
    opening = PLUGIN.create(SETTINGS).open_document(ask_for(), pointer_)
    with pytest.raises(TransportFault) as fault:
        scripted(opening, lambda _: said(b"", 500))
    assert (fault.value.label, fault.value.cause) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    assert "9990000018" not in f"{fault.value}{pointer_!r}"


@asynccontextmanager
async def roads(endpoints: Mapping[str, str]) -> AsyncIterator[Any]:
    """The product's own transports to the locator (``) and its further services."""
    reads = {"": PLUGIN.manifest.reads, **PLUGIN.manifest.services}
    limits = PartnerLimits(calls_per_s_max=10_000, retries_max=0)
    transport = Services(
        {
            name: HttpTransport(
                registration(endpoint, limits),
                replace(PLUGIN.manifest, reads=reads[name]),
                clock=SystemClock(),
            )
            for name, endpoint in endpoints.items()
        }
    )
    permitted = replace(permit(ASHA), correlation_id=CORRELATION)
    try:
        yield lambda request: transport.send(request, permitted)
    finally:
        await transport.aclose()


HELD = {
    "resourceType": "DocumentReference",
    "id": "plan",
    "status": "current",
    "subject": {"reference": "Patient/a1"},
    "content": [
        {
            "attachment": {
                "contentType": "application/pdf",
                "data": base64.b64encode(PLAN).decode(),
            }
        }
    ],
}
PEOPLE = {ASHA.digits: (patient(ASHA.digits, "a1"), HELD)}


@pytest.mark.parametrize("addresses", ["", "plain"])
async def test_a_listed_document_is_had_through_the_simulated_proxy(addresses: str) -> None:
    """Found at the locator, and read where its provider keeps it, over sockets."""
    manners = {"addresses": addresses, "consumers": {"A hospital": ASID}, "base_path": "/nrl"}
    app = PLUGIN.simulator(PEOPLE, manners)  # type: ignore[misc] # it has one
    async with served(app) as origin, roads({"": f"{origin}/nrl", "ssp": f"{origin}/nrl/ssp"}) as send:
        connector = PLUGIN.create(SETTINGS)
        _, heard = await held_conversation(connector.fetch(ask_for()), send)
        listed = heard.entries[1].raw
        url = orjson.loads(listed)["content"][0]["attachment"]["url"]
        opening = connector.open_document(ask_for(), DocumentPointer(item=listed, url=url))
        found, _ = scripted(opening, lambda _: said(b"", 500), Heard())
        answer = await send(found.request)
    assert url.startswith("ssp://")
    assert (answer.status, answer.body) == (200, PLAN)


async def test_a_plain_address_is_read_under_the_registered_service_alone() -> None:
    """Another origin, another path or another scheme is refused before anything is sent."""
    called: list[str] = []

    async def give(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(body=PLAN)

    app = web.Application()
    app.router.add_get("/{tail:.*}", give)
    async with served(app) as here, served(app) as elsewhere, roads({"direct": f"{here}/records"}) as send:
        request = source(f"{here}/records/plans/1", {"direct": True}).request
        assert request.service == "direct"
        assert (await send(request)).body == PLAN
        for url in (f"{elsewhere}/records/plans/1", f"{here}/other", f"{here}/records/../other"):
            with pytest.raises(TransportFault) as fault:
                await send(source(url, {"direct": True}).request)
            assert fault.value.cause is Cause.FOREIGN_LINK
    assert called == ["/records/plans/1"]


SPOILT: dict[str, tuple[dict[str, str], int]] = {
    "as it is": ({}, 200),
    "without an id": ({"Ssp-TraceID": "1"}, 400),
    "for another interaction": ({"Ssp-InteractionID": "urn:x"}, 400),
    "from an unknown system": ({"Ssp-From": "200000000999"}, 403),
    "to another provider": ({"Ssp-To": "200000000999"}, 403),
    "without a token": ({"Authorization": "Bearer x"}, 400),
    "for another type": ({"Accept": "text/plain"}, 406),
}


@pytest.mark.parametrize(("headers", "status"), SPOILT.values(), ids=SPOILT.keys())
async def test_the_simulated_proxy_is_strict_about_each_header(headers: dict[str, str], status: int) -> None:
    """As Spine is: who calls, whom, for what, and under which id."""
    manners = {"consumers": {"A hospital": ASID}}
    app = PLUGIN.simulator(PEOPLE, manners)  # type: ignore[misc] # it has one
    url = "ssp://x.example/https%3A%2F%2Frx901.provider.example%2FRX901%2Fdocuments%2Fplan-0"
    request = source(url, context=related(asid_of("RX901"))).request
    async with served(app) as origin, roads({"ssp": f"{origin}/ssp"}) as send:
        answer = await send(replace(request, headers={**request.headers, **headers}))
    assert answer.status == status


async def test_the_simulated_proxy_takes_an_escaped_address_alone() -> None:
    """Plain slashes are another path to it, and an address that nobody keeps is not found."""
    app = PLUGIN.simulator(PEOPLE, {})  # type: ignore[misc] # it has one
    request = source(f"ssp://{ADDRESS}").request
    async with served(app) as origin, aiohttp.ClientSession(headers=dict(request.headers)) as session:
        async with session.get(
            f"{origin}/ssp/https://rx901.provider.example/RX901/documents/plan-0"
        ) as answer:
            assert answer.status == 400
        async with roads({"ssp": f"{origin}/ssp"}) as send:
            assert (await send(request)).status == 404
