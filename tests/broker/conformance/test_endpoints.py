"""What the kit finds of an endpoint itself: there, quick, encrypted, and closed to strangers."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from broker.conformance import people_judged
from broker.conformance.kit import Report
from broker.domain.registration import Credentials
from tests.support.check_kit import checked, kit, names, people, registered
from tests.support.network import simulated
from tests.support.patients import ASHA, BEN, patient

PEOPLE = {number.digits: [patient(number.digits, number.digits[-2:])] for number in (ASHA, BEN)}


async def report_of(folder: Path, tls: ssl.SSLContext | None = None, **changes: Any) -> Report:
    """What the kit says of a server with two people, each with nothing recorded."""
    manners = changes.pop("manners", {})
    return await checked(folder, simulated("fhir_r4", PEOPLE, **manners), tls=tls, **changes)


def server(authority: trustme.CA, *, days: int = 300, asks: bool = False) -> ssl.SSLContext:
    """A server's side of TLS; with `asks`, a client must show a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    return context


def credentials(authority: trustme.CA, folder: Path, *, shows: bool = False) -> Credentials:
    """The authority, and our own certificate where we have one to show."""
    folder.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    if not shows:
        return Credentials(authority=str(folder / "authority.pem"))
    own = authority.issue_cert("broker.example")
    own.private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    return Credentials(authority=str(folder / "authority.pem"), certificate=str(folder / "client.pem"))


async def test_slow_answers_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What readers would have to wait for is said before they do."""
    monkeypatch.setattr(people_judged, "SLOW_S", 0.05)
    assert "slow" in names(await report_of(tmp_path, manners={"delay_s": 0.1}))


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [("http://127.0.0.1:9", "not-reached"), ("https://nowhere.invalid", "no-address")],
)
async def test_an_endpoint_that_is_not_there_is_named(tmp_path: Path, endpoint: str, found: str) -> None:
    """Refused, and a name that leads nowhere, are told apart."""
    async with kit(tmp_path, registered(endpoint, "fhir_r4")) as made:
        report = await made.check(people())
    assert found in names(report)
    assert not report.passed


async def test_a_certificate_of_another_authority_is_named(tmp_path: Path) -> None:
    """Nobody is asked through it."""
    ours, theirs = trustme.CA(), trustme.CA()
    report = await report_of(tmp_path, server(theirs), credentials=credentials(ours, tmp_path / "c"))
    assert {"tls", "answer-tls"} <= set(names(report))


async def test_a_certificate_that_ends_soon_is_named(tmp_path: Path) -> None:
    """Within thirty days; a longer one is not worth a word."""
    authority = trustme.CA()
    for days, is_named in ((10, True), (60, False)):
        folder = tmp_path / str(days)
        tls = server(authority, days=days)
        report = await report_of(folder, tls, credentials=credentials(authority, folder))
        assert ("certificate-ends-soon" in names(report)) is is_named
        assert "not-encrypted" not in names(report)


@pytest.mark.parametrize("asks", [True, False])
async def test_an_endpoint_that_lets_strangers_in_is_named(tmp_path: Path, *, asks: bool) -> None:
    """We show a certificate; the question is whether it would have answered without."""
    authority = trustme.CA()
    own = credentials(authority, tmp_path / "c", shows=True)
    report = await report_of(tmp_path, server(authority, asks=asks), credentials=own)
    assert ("open-without-certificate" in names(report)) is not asks


async def test_an_endpoint_that_needs_no_secret_is_named(tmp_path: Path) -> None:
    """The registration names one, and the server answers without it."""
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "given.secret").write_text("the-partner-gave-this\n")
    (folder / "given.secret").chmod(0o600)
    report = await report_of(folder, credentials=Credentials(token="given"), secret="given")
    assert "open-without-secret" in names(report)
