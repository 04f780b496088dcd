"""Who is spoken to over MLLP is proved before a byte of a query is sent, and nothing is sent in the clear."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from broker.adapters.clock import SystemClock
from broker.adapters.transport.mllp import MllpTransport
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials
from broker.ports.connector import HttpRequest, TransportFault
from tests.support.fault_partner import FaultPartner, Line
from tests.support.mllp import ANSWER, MLLP_MANIFEST, QUERY, answers, in_frame, mllp_endpoint, mllp_transport
from tests.support.transports import READ, permit, registration


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's context for `names` that wants a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return context


def known_to(authority: trustme.CA, folder: Path) -> Credentials:
    """Credentials on files: the authority, and a client certificate of it."""
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate = authority.issue_cert("broker.example")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    return Credentials(authority=str(folder / "authority.pem"), certificate=str(folder / "client.pem"))


async def test_both_sides_prove_themselves(tmp_path: Path) -> None:
    """Mutual TLS, and the connection is used again."""
    authority = trustme.CA()
    async with FaultPartner(answers(in_frame(ANSWER)), tls=serving(authority, "127.0.0.1")) as partner:
        road = mllp_transport(mllp_endpoint(partner), known_to(authority, tmp_path))
        for _ in range(2):
            assert (await road.send(QUERY, permit())).message == ANSWER
        assert partner.connections == 1
        await road.aclose()


@pytest.mark.parametrize("fault", ["another authority", "another name"])
async def test_a_partner_that_is_not_the_registered_one_gets_no_query(tmp_path: Path, fault: str) -> None:
    """Refused after one attempt, without a byte of the message."""
    authority = trustme.CA()
    server = serving(trustme.CA(), "127.0.0.1")
    if fault == "another name":
        server = serving(authority, "pas.elsewhere.example")
    async with FaultPartner(answers(in_frame(ANSWER)), tls=server) as partner:
        road = mllp_transport(mllp_endpoint(partner), known_to(authority, tmp_path))
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.REFUSED, Cause.TLS)
        assert partner.requests == []
        await road.aclose()


async def test_a_handshake_that_stalls_is_given_up_at_the_connect_limit(tmp_path: Path) -> None:
    """The partner takes the connection and never shakes hands."""

    async def stall(line: Line) -> None:
        await line.left()

    async with FaultPartner(stall) as partner:
        endpoint = mllp_endpoint(partner).replace("mllp:", "mllps:")
        road = mllp_transport(endpoint, known_to(trustme.CA(), tmp_path), connect_s=0.2)
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        await asyncio.wait_for(partner.hung_up.wait(), 5)
        await road.aclose()


async def test_a_port_where_nobody_listens_is_unreachable() -> None:
    """Refused connections are tried once more, then told."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        road = mllp_transport(f"mllp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        await road.aclose()


async def test_a_name_that_turns_to_this_machine_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is looked at when it is connected to, whatever the name was."""
    async with FaultPartner(answers(in_frame(ANSWER))) as partner:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", partner.port))]

        async def rebound(*_: object, **__: object) -> object:
            return found

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebound)
        road = mllp_transport(f"mllps://pas.trust.example:{partner.port}")
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        assert partner.connections == 0
        await road.aclose()


@pytest.mark.parametrize(
    "endpoint",
    [
        "mllp://pas.trust.example:2575",
        "mllps://pas.trust.example",
        "mllps://pas.trust.example:2575/fhir",
        "mllps://user@pas.trust.example:2575",
        "mllps://pas.trust.example:notaport",
        "https://pas.trust.example:2575",
        "mllps://:2575",
    ],
)
def test_an_endpoint_that_is_not_safe_to_call_is_refused_with_the_remedy(endpoint: str) -> None:
    """In the clear, with more than host and port, or of another kind."""
    with pytest.raises(ValueError, match="Register `mllps://host:port`"):
        mllp_transport(endpoint)


def test_a_secret_is_refused() -> None:
    """MLLP has no place for one, and a registration that names one would believe that it is sent."""
    with pytest.raises(ValueError, match="leave out `token`"):
        MllpTransport(
            registration("mllps://pas.trust.example:2575"),
            MLLP_MANIFEST,
            clock=SystemClock(),
            authorization=lambda: "Bearer x",
        )


@pytest.mark.parametrize("other", [READ, HttpRequest(method="QUERY", path="QBP^Q11")])
async def test_a_web_request_is_not_sent_over_mllp(other: HttpRequest) -> None:
    """It is no query, whatever it calls itself."""
    road = mllp_transport("mllp://127.0.0.1:1")
    with pytest.raises(TransportFault) as caught:
        await road.send(other, permit())
    assert caught.value.cause is Cause.NOT_ALLOWED_CALL
