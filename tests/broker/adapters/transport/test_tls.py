"""Faults F3 and F7 to F9: who is spoken to is proved before a byte of a request is sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from broker.adapters.transport.secure import guarded_socket, tls_context
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, Line, answer, replies
from tests.support.transports import READ, permit, transport


def served(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's context with a certificate for `names`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA, folder: Path, certificate: trustme.LeafCert | None = None) -> Credentials:
    """Credentials on files: the authority, and a client certificate when there is one."""
    authority.cert_pem.write_to_path(folder / "authority.pem")
    if certificate is None:
        return Credentials(authority=str(folder / "authority.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    return Credentials(authority=str(folder / "authority.pem"), certificate=str(folder / "client.pem"))


async def fault_of(partner: FaultPartner, credentials: Credentials, **limits: float) -> tuple[object, object]:
    """Label and cause of the fault that a read ends with."""
    road = transport(partner.endpoint, credentials, **limits)
    with pytest.raises(TransportFault) as caught:
        await road.send(READ, permit())
    await road.aclose()
    return caught.value.label, caught.value.cause


async def test_a_partner_of_the_registered_authority_is_asked(tmp_path: Path) -> None:
    """Mutual TLS both ways."""
    authority = trustme.CA()
    server = served(authority, "127.0.0.1")
    server.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server)
    credentials = trusting(authority, tmp_path, authority.issue_cert("broker.example"))
    async with FaultPartner(replies(answer(b"{}")), tls=server) as partner:
        road = transport(partner.endpoint, credentials)
        assert (await road.send(READ, permit())).body == b"{}"
        await road.aclose()


@pytest.mark.parametrize("fault", ["another authority", "another name"])
async def test_a_partner_that_cannot_prove_itself_is_sent_nothing(tmp_path: Path, fault: str) -> None:
    """F8: refused, one attempt, no request byte."""
    authority, stranger = trustme.CA(), trustme.CA()
    server = served(stranger if fault == "another authority" else authority, "127.0.0.1")
    if fault == "another name":
        server = served(authority, "fhir.elsewhere.example")
    async with FaultPartner(replies(answer(b"{}")), tls=server) as partner:
        said = await fault_of(partner, trusting(authority, tmp_path))
        assert said == (OutcomeLabel.REFUSED, Cause.TLS)
        assert partner.requests == []


async def test_a_partner_that_speaks_only_old_tls_is_refused(tmp_path: Path) -> None:
    """F9: its alert `protocol version` ends the call, which is not tried again."""

    async def alert(line: Line) -> None:
        await line.reader.readexactly(5)
        await line.write(b"\x15\x03\x01\x00\x02\x02\x46")
        await line.left()

    async with FaultPartner(alert) as partner:
        road = transport(partner.endpoint.replace("http:", "https:"), trusting(trustme.CA(), tmp_path))
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.REFUSED, Cause.TLS)
        assert partner.connections == 1
        await road.aclose()


def test_nothing_below_tls_1_2_is_offered() -> None:
    """Whatever the system's own defaults are; names and chains are always checked."""
    context = tls_context(Credentials())
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


async def test_a_handshake_that_stalls_ends_at_the_connect_limit(tmp_path: Path) -> None:
    """F7: the partner takes the connection and never shakes hands."""

    async def stall(line: Line) -> None:
        await line.left()

    async with FaultPartner(stall) as partner:
        road = transport(
            partner.endpoint.replace("http:", "https:"), trusting(trustme.CA(), tmp_path), connect_s=0.3
        )
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit())
        assert caught.value.label is OutcomeLabel.UNREACHABLE
        assert 0.3 <= loop.time() - began_s < 0.55
        await road.aclose()


def test_a_file_that_is_no_certificate_is_named_with_the_remedy(tmp_path: Path) -> None:
    """The complaint names the file and says nothing of its content."""
    (tmp_path / "a.pem").write_text("SECRET")
    for credentials in (
        Credentials(authority=str(tmp_path / "a.pem")),
        Credentials(certificate=str(tmp_path / "a.pem")),
        Credentials(certificate=str(tmp_path / "missing.pem")),
    ):
        with pytest.raises(ValueError, match=r"\.pem cannot be used for TLS .* Give a PEM file") as caught:
            tls_context(credentials)
        assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "loopback", "allowed"),
    [
        ("10.1.2.3", False, True),
        ("193.84.1.1", False, True),
        ("2a00:1450::1", False, True),
        ("fd00::1", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("2002:a9fe:a9fe::", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 - an address to be refused
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("255.255.255.255", False, False),
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("10.1.2.3", True, False),
        ("not an address", False, False),
    ],
)
def test_an_address_is_looked_at_when_it_is_connected_to(address: str, loopback: bool, allowed: bool) -> None:
    """F3: whatever a name resolves to, and however an address is written."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    make = guarded_socket(loopback)
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443))
    if allowed:
        make(info).close()
        return
    with pytest.raises(OSError, match="no partner may have"):
        make(info)


async def test_a_name_that_resolves_to_loopback_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: the partner behind it never sees a connection."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        loop = asyncio.get_running_loop()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", partner.port))]

        async def rebound(*_: object, **__: object) -> object:
            return found

        monkeypatch.setattr(loop, "getaddrinfo", rebound)
        road = transport(f"https://fhir.trust.example:{partner.port}/fhir")
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        assert partner.connections == 0
        await road.aclose()
