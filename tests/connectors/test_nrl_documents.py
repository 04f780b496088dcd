"""A pointer opens through the Spine Secure Proxy, or not at all: it chooses no host of its own."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import DocumentForm, DocumentPointer, DocumentSource, TransportFault
from connectors.nrl import PLUGIN
from connectors.nrl.addresses import provider_of
from connectors.nrl.world import UNSTRUCTURED, asid_of
from tests.connectors.test_nrl import HOLDER, pointer
from tests.support.sender import ask_for, said, scripted

ASID = "200000000115"
SETTINGS: dict[str, Any] = {
    "consumers": {"RZZ01": {"asid": ASID, "name": "A hospital"}},
    "issuer": "https://broker.example/nrl",
}
ADDRESS = "https://p1.example:8443/RX902/Binary/plan-1.pdf"
ESCAPED = "https%3A%2F%2Fp1.example%3A8443%2FRX902%2FBinary%2Fplan-1.pdf"
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
