"""Host, path, method and the decided person's number are pinned for each call."""

from __future__ import annotations

import pytest

from broker.adapters.transport.address import Address
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause
from broker.ports.connector import HttpRequest, TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.patients import ASHA, BEN
from tests.support.transports import MANIFEST, permit, transport

ENDPOINT = "https://fhir.trust.example/api/fhir"


# A UUID that holds, by chance, somebody else's number.
WITH_DIGITS = "2b35ba1a-0557-4885-a911-a9990000026f"


def url_of(request: HttpRequest, endpoint: str = ENDPOINT) -> str:
    """The URL that the request may call, as it goes on the wire."""
    return str(Address(endpoint, MANIFEST.reads).url_of(request))


def refused(request: HttpRequest) -> Cause:
    """The cause with which the request is refused."""
    with pytest.raises(TransportFault) as caught:
        url_of(request)
    return caught.value.cause


def test_a_listed_read_goes_to_the_registered_endpoint() -> None:
    """Names and values are escaped; the base path stays."""
    query = (("patient", "a1"), ("code", "http://loinc.org|718-7"))
    request = HttpRequest(method="GET", path="Observation", query=query)
    assert url_of(request) == f"{ENDPOINT}/Observation?patient=a1&code=http%3A%2F%2Floinc.org%7C718-7"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "Patient/a1"),
        ("DELETE", "Patient/a1"),
        ("POST", "Patient"),
        ("GET", "Patient/a1/$everything"),
        ("GET", "../admin"),
        ("GET", "Patient/.."),
        ("GET", "Patient/%2e%2e"),
        ("GET", "Patient/a%2Fb"),
        ("GET", "Patient/a1?x=1"),
        ("GET", "Patient/a1#x"),
        ("GET", "Patient/a1\n"),
        ("GET", "/Patient/a1"),
        ("GET", "//elsewhere.example/Patient"),
        ("GET", "https://elsewhere.example/Patient"),
    ],
)
def test_a_call_that_the_manifest_does_not_list_is_not_made(method: str, path: str) -> None:
    """Promise 13: partners only ever see the listed reads."""
    assert refused(HttpRequest(method=method, path=path)) is Cause.NOT_ALLOWED_CALL


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f"{ENDPOINT}/Observation?page=2&cursor=a%2Fb==", f"{ENDPOINT}/Observation?page=2&cursor=a%2Fb=="),
        ("https://FHIR.trust.example:443/api/fhir/Observation?p=2", f"{ENDPOINT}/Observation?p=2"),
        (f"{ENDPOINT}?_getpages=7f-3&_offset=50", f"{ENDPOINT}?_getpages=7f-3&_offset=50"),
        ("/api/fhir/Observation?page=2", f"{ENDPOINT}/Observation?page=2"),
        ("Observation?page=2", f"{ENDPOINT}/Observation?page=2"),
        ("?page=2", f"{ENDPOINT}/Observation?page=2"),
        ("Observation?code=a|b", f"{ENDPOINT}/Observation?code=a|b"),
        ("//fhir.trust.example/api/fhir/Observation?page=2", f"{ENDPOINT}/Observation?page=2"),
    ],
)
def test_a_next_link_of_any_kind_resolves_on_the_endpoint(link: str, url: str) -> None:
    """Absolute, host-relative, relative, query alone, on the server's root; a cursor stays as it came."""
    assert url_of(HttpRequest(method="GET", path="Observation", link=link)) == url


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/api/fhir/Observation?page=2",
        "http://fhir.trust.example/api/fhir/Observation?page=2",
        "https://fhir.trust.example:8443/api/fhir/Observation",
        "https://fhir.trust.example:443:443/api/fhir/Observation",
        "https://user@fhir.trust.example/api/fhir/Observation",
        "https://fhir.trust.example@elsewhere.example/api/fhir/Observation",
        "https://fhir.trust.example\\@elsewhere.example/api/fhir/Observation",
        "https://fhir.trust.example.elsewhere.example/api/fhir/Observation",
        "//elsewhere.example/api/fhir/Observation",
        "/api/fhirother/Observation",
        "/api/fhirObservation",
        "/api/fhir/../admin/Observation",
        "https://fhir.trust.example/api/fhir/../../admin",
        "https://fhir.trust.example/api/fhir/%2e%2e/admin",
        "/admin",
        "../admin",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[::1",
        "/api/fhir/Patient/a1/$purge",
        "",
    ],
)
def test_a_foreign_next_link_is_never_followed(link: str) -> None:
    """Another origin, another path, a user name, or a call that is not listed."""
    assert refused(HttpRequest(method="GET", path="Observation", link=link)) is Cause.FOREIGN_LINK


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example?page=2",
        "https://elsewhere.example/?page=2",
        "//elsewhere.example?page=2",
        "http://fhir.trust.example?page=2",
        "https://user@fhir.trust.example?page=2",
        "https://[::1",
        "",
    ],
)
def test_a_foreign_link_is_not_the_root_of_an_endpoint_without_a_path(link: str) -> None:
    """Where the endpoint is a bare host whose root may be read, another host's cursor never gets there."""
    request = HttpRequest(method="GET", path="Observation", link=link)
    with pytest.raises(TransportFault) as caught:
        url_of(request, endpoint="https://fhir.trust.example")
    assert caught.value.cause is Cause.FOREIGN_LINK


def test_the_own_root_of_an_endpoint_without_a_path_is_followed() -> None:
    """A server that pages there, at a bare host."""
    request = HttpRequest(method="GET", path="Observation", link="https://fhir.trust.example?page=2")
    assert url_of(request, endpoint="https://fhir.trust.example") == "https://fhir.trust.example/?page=2"


@pytest.mark.parametrize(
    "request_with_ben",
    [
        HttpRequest(method="GET", path=f"Patient/{BEN.digits}"),
        HttpRequest(method="GET", path="Patient/999%20000%200026"),
        HttpRequest(method="GET", path="Patient/%39%39%39%30%30%30%30%30%32%36"),
        HttpRequest(method="GET", path="Patient", query=(("identifier", BEN.spaced),)),
        HttpRequest(method="GET", path="Patient", query=(("identifier", f"nhs|{BEN.digits}"),)),
        HttpRequest(method="GET", path="Patient", query=((BEN.digits, "x"),)),
        HttpRequest(method="GET", path="Patient", query=(("next", "x%3D%39990000026"),)),
        HttpRequest(method="POST", path="Patient/_search", form=(("identifier", "999-000-0026"),)),
        HttpRequest(method="POST", path="Patient/_search", body=b'{"value": "9990000026"}'),
        HttpRequest(method="GET", path="Patient", link=f"/fhir/Patient?identifier={BEN.digits}"),
        HttpRequest(method="GET", path="Patient", link="/fhir/Patient?identifier=999+000+0026"),
        HttpRequest(method="GET", path="Patient", headers={"X-Subject": BEN.digits}),
        HttpRequest(method="GET", path="Patient", query=(("or", f"{WITH_DIGITS},{BEN.digits}"),)),
        HttpRequest(method="GET", path=f"Patient/{BEN.digits}a-0557-4885-a911-a18756676f6"),
        HttpRequest(method="GET", path=f"Patient/{ASHA.digits}", query=(("or", BEN.digits),)),
    ],
)
async def test_another_persons_number_never_leaves(request_with_ben: HttpRequest) -> None:
    """In path, query, form, body, link or header; spaced or escaped: the call is not made."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        with pytest.raises(TransportFault) as caught:
            await road.send(request_with_ben, permit(ASHA))
        assert caught.value.cause is Cause.NOT_ALLOWED_CALL
        assert partner.connections == 0
        assert (await road.send(request_with_ben, permit(ASHA, BEN))).status == 200
        await road.aclose()


@pytest.mark.parametrize("number", ["9990000019", "99900000260", "19990000026", WITH_DIGITS])
async def test_digits_that_are_no_nhs_number_may_pass(number: str) -> None:
    """Ten digits whose check digit fails, and longer runs, are somebody's cursor."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        await road.send(HttpRequest(method="GET", path=f"Patient/{number}"), permit(NhsNumber("9990000018")))
        assert partner.requests[0].startswith(f"GET /fhir/Patient/{number} HTTP/1.1\r\n".encode())
        await road.aclose()


@pytest.mark.parametrize("name", ["Authorization", "host", "Cookie", "Transfer-Encoding", "Content-Length"])
async def test_a_connector_cannot_write_the_transports_own_headers(name: str) -> None:
    """A connector speaks to the registered partner as the registered caller, and as nobody else."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        with pytest.raises(TransportFault, match="not-allowed-call"):
            await road.send(HttpRequest(method="GET", path="Patient/a1", headers={name: "x"}), permit())
        split = {"X-A": "a\r\nX-Injected: b"}
        with pytest.raises(TransportFault, match="not-allowed-call"):
            await road.send(HttpRequest(method="GET", path="Patient/a1", headers=split), permit())
        assert partner.requests == []
        await road.aclose()


async def test_a_form_goes_in_the_body_and_never_in_the_url() -> None:
    """The number of a search by POST stands in no request line."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        form = (("identifier", f"https://fhir.nhs.uk/Id/nhs-number|{ASHA.digits}"),)
        await road.send(HttpRequest(method="POST", path="Patient/_search", form=form), permit())
        head, _, body = partner.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /fhir/Patient/_search HTTP/1.1\r\n")
        assert ASHA.digits.encode() not in head
        assert body == b"identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018"
        await road.aclose()


@pytest.mark.parametrize(
    ("endpoint", "remedy"),
    [
        ("http://fhir.trust.example/fhir", "not https"),
        ("fhir.trust.example/fhir", "full address"),
        ("ftp://fhir.trust.example/fhir", "full address"),
        ("https://user:secret@fhir.trust.example/fhir", "full address"),
        ("https://fhir.trust.example/fhir?key=1", "query or fragment"),
    ],
)
def test_an_endpoint_that_is_not_safe_to_call_is_refused(endpoint: str, remedy: str) -> None:
    """The complaint names the remedy and echoes nothing of the address."""
    with pytest.raises(ValueError, match=remedy) as caught:
        Address(endpoint, MANIFEST.reads)
    assert "trust.example" not in str(caught.value)


@pytest.mark.parametrize("last", ["$export", "%24export", "$everything"])
def test_a_partners_link_runs_no_operation(last: str) -> None:
    """A registry's documents may stand anywhere below it, but an operation is no document."""
    address = Address(ENDPOINT, [("GET", "{id}/{id}")])
    assert str(address.url_of(HttpRequest(method="GET", link=f"{ENDPOINT}/Binary/1$a"))).endswith("/1$a")
    for request in (
        HttpRequest(method="GET", link=f"{ENDPOINT}/Patient/{last}"),
        HttpRequest(method="GET", path=f"Patient/{last}"),
    ):
        with pytest.raises(TransportFault):
            address.url_of(request)
