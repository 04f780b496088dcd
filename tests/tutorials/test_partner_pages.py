"""What the pages about registering, proving and mapping a partner show is read by the broker as they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from broker.cli import command
from broker.conformance.findings import TABLE, Finding
from broker.conformance.kit import Report
from broker.conformance.people import read_test_people, sign
from broker.conformance.report import as_text
from broker.domain.category import Category
from broker.domain.limits import PartnerLimits
from broker.domain.policy import Asked
from broker.domain.registration import PartnerRegistration, PartnerStatus
from broker.policy.loading import load_policies
from broker.settings.registrations import read_partner
from connectors.gpconnect_structured import PLUGIN as GP_CONNECT
from tests.support.plain_policies import write_policies
from tests.support.real_data import PROJECT

HOW_TO = PROJECT / "docs" / "how-to"
PAGES = ("register-a-partner.md", "prove-a-partner.md")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"^id: (.+)$", re.MULTILINE)
CLINIC = {"nene-clinic": frozenset({"RX907"}), "nene-letters": frozenset({"RX907"})}


def blocks(page: str, kind: str, start: str = "") -> list[str]:
    """The blocks of one kind, of those that begin so."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return [body for found, body in _BLOCK.findall(text) if found == kind and body.startswith(start)]


def registered(folder: Path, text: str) -> PartnerRegistration:
    """A registration read as the broker reads it."""
    name = _ID.search(text)
    assert name
    path = folder / f"{name[1]}.yaml"
    path.write_text(text, encoding="utf-8")
    return read_partner(path, environment="production", shipped=PartnerLimits())


def test_each_registration_of_the_page_is_read_as_a_draft(tmp_path: Path) -> None:
    """The clinic, and one registration for three practices with its directory."""
    clinic, practices = (
        registered(tmp_path, text) for text in blocks("register-a-partner.md", "yaml", "id:")
    )
    assert {clinic.status, practices.status} == {PartnerStatus.DRAFT}
    assert len(practices.organisation.ods_codes) == 3
    assert practices.services["sds"].credentials.token_header == "apikey"
    assert practices.services.keys() == GP_CONNECT.manifest.services.keys()
    GP_CONNECT.create(dict(practices.settings))


@pytest.mark.parametrize("start", ["credentials:", "services:", "switches:"])
def test_each_part_of_a_registration_fits_the_clinics(tmp_path: Path, start: str) -> None:
    """Beneath the whole file, as the reader puts it there."""
    whole = blocks("register-a-partner.md", "yaml", "id:")[0]
    [part] = blocks("register-a-partner.md", "yaml", start)
    read = registered(tmp_path, whole + part)
    assert read != registered(tmp_path, whole)
    if start == "switches:":
        assert read.switches.closed == {Category.RESULTS}
        assert read.switches.consumers_where(live=True) == {"RX901"}
        assert read.switches.others is PartnerStatus.TESTING


@pytest.mark.parametrize("asked", Asked)
def test_the_agreements_lines_are_read_by_the_policies(tmp_path: Path, asked: Asked) -> None:
    """As printed on the page, in each of its three reaches, and with a further registration."""
    policies = write_policies(tmp_path / "policies", {"addenbury": "RX901"})
    [party] = blocks("register-a-partner.md", "yaml", "  - partner:")
    lines = party.replace("asked: always", f"asked: {asked}\n    also: [nene-letters]")
    agreement = policies / "sharing-agreement" / "policy.yaml"
    agreement.write_text(agreement.read_text() + lines)
    read = load_policies(policies, {"addenbury": frozenset({"RX901"}), **CLINIC})
    [signed] = (one for one in read.parties if one.party_id == "nene-clinic")
    assert (signed.asked, signed.also) == (asked, {"nene-letters"})
    assert f"asked: {asked}" in (HOW_TO / "register-a-partner.md").read_text()


def test_the_list_of_the_page_is_believed_once_it_is_signed(tmp_path: Path) -> None:
    """Known, empty and unknown, with what the known one holds."""
    key = Ed25519PrivateKey.generate()
    private, public, path = (tmp_path / name for name in ("key.pem", "pub.pem", "test-people.yaml"))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    [text] = blocks("prove-a-partner.md", "yaml")
    path.write_text(text, encoding="utf-8")
    sign(path, private)
    people = read_test_people(path, [public]).people
    assert [one.standing for one in people] == ["known", "empty", "unknown"]
    assert people[0].holds == {Category.ALLERGIES: 1, Category.RESULTS: 3}
    assert people[0].sensitive


def test_every_area_of_a_report_is_explained() -> None:
    """Nobody is left with a finding of which the page says nothing."""
    page = (HOW_TO / "prove-a-partner.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {meaning.area for meaning in TABLE.values()} == set(re.findall(r"`([^`]+)`", "".join(rows)))


def test_the_report_of_the_page_is_one_that_the_kit_writes() -> None:
    """Its finding, its words and its remedy."""
    [shown] = blocks("prove-a-partner.md", "text")
    report = Report(
        partner_id="nene-clinic",
        people=3,
        questions=4,
        calls=9,
        slowest_ms=240,
        findings=(Finding("date-without-zone", "Observation.effectiveDateTime", 14),),
    )
    assert as_text(report).startswith(shown)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_one_that_there_is(page: str) -> None:
    """With each of its options."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    assert len(lines) > 2
    for line in lines:
        name, *words = shlex.split(line)
        assert name in {"watersmeet", "openssl"}, line
        if name == "watersmeet":
            context = click.Context(command)
            found: click.Command = command
            while isinstance(found, click.Group):
                found = found.get_command(context, words.pop(0)) or pytest.fail(line)
            # The parser alone: files and folders that the page names are not here.
            found.make_parser(click.Context(found)).parse_args(words)
