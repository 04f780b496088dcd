"""A proxy that takes a provider's address as one escaped segment is given plain addresses alone."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from broker.adapters.transport.address import Address
from broker.domain.outcome import Cause
from broker.ports.connector import HttpRequest, TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.patients import ASHA, BEN
from tests.support.sender import road_to
from tests.support.transports import MANIFEST

PROXY = "https://proxy.example/spine"
READS = (("GET", "{encoded_provider}"),)
PROXIED = replace(MANIFEST, reads=READS)


def escaped(address: str) -> str:
    """An address as one segment."""
    return quote(address, safe="")


@pytest.mark.parametrize(
    "address",
    [
        "https://p1.example",
        "https://p1.example:8443/documents/1",
        "https://p1.example/RX902/Binary/e73277f9-89e5.pdf",
        "https://p1.example/a:b@c/x=1,2;y+(z)",
        "https://p1.example/..x/x..",
    ],
)
def test_a_plain_address_is_one_segment_of_the_proxys_path(address: str) -> None:
    """Escaped as it was given, under the proxy's own path."""
    url = Address(PROXY, READS).url_of(HttpRequest(method="GET", path=escaped(address)))
    assert str(url) == f"{PROXY}/{escaped(address)}"


@pytest.mark.parametrize(
    "path",
    [
        escaped("http://p1.example/x"),
        escaped("ssp://p1.example/x"),
        escaped("https://user@p1.example/x"),
        escaped("https://p1.example:port/x"),
        escaped("https://p1.example/../x"),
        escaped("https://p1.example/x/.."),
        escaped("https://p1.example/x/"),
        escaped("https://p1.example//x"),
        escaped("https://p1.example/x?y=1"),
        escaped("https://p1.example/x#y"),
        escaped("https://p1.example/%2e%2e/x"),
        escaped("https://p1.example/a\\b"),
        escaped("https://p1.example/a\nb"),
        escaped("https://p1.example/a b"),
        escaped(escaped("https://p1.example/x")),
        escaped("https://p1.example/x").lower(),
        escaped("https://p1.example/x") + "/y",
        escaped("https://p1.example/x") + "?y=1",
        escaped("https:///x"),
        "https://p1.example/x",
        "",
    ],
)
def test_what_hides_anything_in_an_address_is_not_passed_on(path: str) -> None:
    """Another scheme, a user, a climb, a query, a second escaping, or slashes that stand plain."""
    with pytest.raises(TransportFault) as refused:
        Address(PROXY, READS).url_of(HttpRequest(method="GET", path=path))
    assert refused.value.cause is Cause.NOT_ALLOWED_CALL


async def test_the_proxy_is_given_the_escapes_as_they_are() -> None:
    """On the wire they are not undone; an address with somebody else's number is not sent."""
    async with FaultPartner(replies(answer(b"x"))) as proxy, road_to(proxy.endpoint, PROXIED, ASHA) as send:
        path = escaped("https://p1.example/documents/1")
        await send(HttpRequest(method="GET", path=path))
        with pytest.raises(TransportFault) as refused:
            await send(HttpRequest(method="GET", path=escaped(f"https://p1.example/{BEN.digits}")))
        (heard,) = proxy.requests
    assert f"/{path} HTTP/1.1".encode() in heard
    assert refused.value.cause is Cause.NOT_ALLOWED_CALL
