"""Credentials by reference: sent as they are now, refused at the start when they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from broker.adapters.clock import SystemClock
from broker.adapters.credentials import authorization_of, check_credentials
from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.adapters.transport import HttpTransport
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials, PartnerRegistration
from broker.files import FileFault
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.transports import MANIFEST, READ, permit, registration

OLD, NEW = "the-partner-gave-this-1", "the-partner-gave-this-2"
REGISTRATION = """\
id: trust
credentials:
  token: trust-token
"""


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """The partner's secret, readable by its owner alone."""
    path = tmp_path / "trust.secret"
    path.write_text(OLD + "\n")
    path.chmod(0o600)
    return path


def ring_with(folder: Path, reference: str, *, state: str = "active") -> KeyRing:
    """A whole ring, and one partner's secret in it."""
    path = make_development_keys(folder)
    entry = f"  - id: trust-token\n    purpose: partner\n    state: {state}\n    {reference}\n"
    path.write_text(path.read_text() + entry)
    return read_key_ring(path, environment="demonstration")


def rotate(path: Path) -> None:
    """The partner gave a new one."""
    path.write_text(NEW)


def of(endpoint: str = "http://127.0.0.1:1", **credentials: str) -> PartnerRegistration:
    """A live partner with these credentials."""
    return registration(endpoint, credentials=Credentials(**(credentials or {"token": "trust-token"})))


async def test_the_secret_goes_with_each_call_and_a_new_one_at_once(
    tmp_path: Path, secret_file: Path
) -> None:
    """Rotation is putting another text into the file: no restart."""
    ring = ring_with(tmp_path, "file: trust.secret")
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        one = of(partner.endpoint)
        road = HttpTransport(one, MANIFEST, clock=SystemClock(), authorization=authorization_of(one, ring))
        await road.send(READ, permit())
        rotate(secret_file)
        await road.send(READ, permit())
        await road.aclose()
    assert [
        f"Authorization: Bearer {said}".encode() in sent
        for said, sent in zip((OLD, NEW), partner.requests, strict=True)
    ] == [True, True]


def test_a_secret_that_is_gone_leaves_that_partner_alone_unasked(tmp_path: Path, secret_file: Path) -> None:
    """One line when it is first missed, none until it has been there again; our own keys still serve."""
    ring = ring_with(tmp_path, "file: trust.secret")
    authorization = authorization_of(of(), ring)
    assert authorization is not None
    secret_file.rename(tmp_path / "elsewhere")
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(TransportFault) as caught:
                authorization()
        (tmp_path / "elsewhere").rename(secret_file)
        assert authorization() == f"Bearer {OLD}"
    assert (caught.value.label, caught.value.cause) == (OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
    assert caught.value.__context__ is None
    assert [(line["event"], line["partner"]) for line in lines] == [("partner-secret-failed", "trust")]
    secret_file.unlink()
    ring.check()


def test_a_secret_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of a variable."""
    ring = ring_with(tmp_path, "variable: WATERSMEET_TEST_TRUST")
    (complaint,) = ring.complaints()
    assert "WATERSMEET_TEST_TRUST is not set" in complaint.problem
    monkeypatch.setenv("WATERSMEET_TEST_TRUST", NEW)
    authorization = authorization_of(of(), ring)
    assert authorization is not None
    assert authorization() == f"Bearer {NEW}"


@pytest.mark.parametrize("text", ["short", "two words that are long", "x" * 5_000, "tab\tseparated-secret"])
def test_what_cannot_be_a_secret_is_complained_of_and_not_shown(
    tmp_path: Path, secret_file: Path, text: str
) -> None:
    """Too short, too long, or with a space that would end a header."""
    ring = ring_with(tmp_path, "file: trust.secret")
    secret_file.write_text(text)
    (complaint,) = ring.complaints()
    assert "`trust-token`" in complaint.problem
    assert complaint.remedy
    assert text not in str(complaint)


def test_a_secret_that_others_may_read_is_complained_of(tmp_path: Path, secret_file: Path) -> None:
    """As for every key."""
    secret_file.chmod(0o640)
    (complaint,) = ring_with(tmp_path, "file: trust.secret").complaints()
    assert "read by others" in complaint.problem


def test_no_repr_shows_a_secret(tmp_path: Path, secret_file: Path) -> None:
    """Neither before nor after it was read."""
    ring = ring_with(tmp_path, "file: trust.secret")
    authorization = authorization_of(of(), ring)
    assert authorization is not None
    assert OLD in authorization()
    assert OLD not in repr(ring.partner_secrets) + repr(ring) + repr(authorization)
    assert secret_file.read_text().strip() == OLD


@pytest.mark.parametrize(
    ("token", "state", "said"),
    [
        ("trust-tokn", "active", "Did you mean `trust-token`?"),
        ("trust-token", "retired", "is retired"),
        ("seal", "active", "purpose: partner"),
    ],
)
def test_a_name_that_the_ring_has_not_stops_the_start(
    tmp_path: Path, secret_file: Path, token: str, state: str, said: str
) -> None:
    """With the registration's file and line, and the remedy."""
    assert secret_file.exists()
    ring = ring_with(tmp_path, "file: trust.secret", state=state)
    path = tmp_path / "trust.yaml"
    path.write_text(REGISTRATION.replace("trust-token", token))
    with pytest.raises(FileFault) as caught:
        check_credentials(of(token=token), ring, path)
    assert (caught.value.path, caught.value.line) == (path, 3)
    assert said in str(caught.value)


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path, secret_file: Path) -> None:
    """Missing, not PEM, or without its key: the file and what to do; a good one starts."""
    ring = ring_with(tmp_path, f"file: {secret_file.name}")
    path, pem = tmp_path / "trust.yaml", tmp_path / "client.pem"
    path.write_text("id: trust\ncredentials:\n  certificate: client.pem\n")
    leaf = trustme.CA().issue_cert("broker.example")
    for text in (None, b"not a certificate\n", leaf.cert_chain_pems[0].bytes()):
        if text is not None:
            pem.write_bytes(text)
        with pytest.raises(FileFault, match=r"client\.pem cannot be used for TLS.*Give a PEM file") as caught:
            check_credentials(of(certificate=str(pem)), ring, path)
        assert (caught.value.path, caught.value.line) == (path, 3)
    leaf.private_key_and_cert_chain_pem.write_to_path(pem)
    check_credentials(of(certificate=str(pem)), ring, path)
