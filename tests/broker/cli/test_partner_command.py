"""`watersmeet partner new` and `partner list`, run as an operator runs them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.transport.reaching import Reach, reach
from broker.cli.partner_list import REMEDIES
from broker.domain.registration import Credentials, PartnerStatus
from broker.settings import load_settings
from tests.support.commands import at_a_terminal, watersmeet, watersmeet_here
from tests.support.loopback import served
from tests.support.settings_folders import PARTNER, write_folder
from tests.support.small_network import holding

TRUST = """\
connector_distributions: [watersmeet]
issuers:
  - issuer: https://identity.example
    audience: https://watersmeet.example/fhir
    key_set: https://identity.example/keys
    algorithms: [ES256]
    purpose: {fixed: TREAT}
    claims:
      user_id: [sub]
      user_name: [name]
      organisation: [organisation]
      roles: {form: list, claim: [roles]}
"""
FLAGS = {
    "--id": "nene-clinic",
    "--name": "Nene Clinic: walk-in",
    "--ods": "RX907, RX908",
    "--kind": "community",
    "--connector": "fhir_r4",
    "--endpoint": "https://fhir.nene.example/r4",
    "--supplies": "allergies,social-care",
    "--contact": "Nene Clinic, 01632 960303",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A folder that loads, with whom to trust."""
    folder = write_folder(tmp_path / "config", partner=PARTNER)
    (folder / "trust.yaml").write_text(TRUST)
    return folder


def flags(**changes: str) -> list[str]:
    """Every flag of `partner new`; an empty change leaves one out."""
    given = {**FLAGS, **{f"--{name}": value for name, value in changes.items()}}
    return [part for flag, value in given.items() if value for part in (flag, value)]


def test_a_new_partner_is_a_draft_that_loads(config: Path) -> None:
    """What was said stands in the file, its connector's settings as comments, and nobody is asked yet."""
    done = watersmeet_here("partner", "new", "--config", str(config), *flags())
    assert done.returncode == 0, done.stderr
    (partner,) = (one for one in load_settings(config).partners if one.partner_id == "nene-clinic")
    assert partner.status is PartnerStatus.DRAFT
    assert partner.organisation.name == "Nene Clinic: walk-in"
    assert partner.organisation.ods_codes == {"RX907", "RX908"}
    assert "#   search_by:  # " in (config / "partners" / "nene-clinic.yaml").read_text()
    assert "partner: nene-clinic" in done.stdout
    assert f"watersmeet partner check nene-clinic --config {config} --by-name" in done.stdout


def test_at_a_terminal_each_question_is_asked_until_its_answer_can_be(config: Path) -> None:
    """A slip costs one answer and not the seven others."""
    typed = ["Nene Clinic", "nene-clinic", FLAGS["--name"], FLAGS["--ods"], "clinic", "community"]
    typed += ["fhir_r5", "fhir_r4", "ftp://nene", FLAGS["--endpoint"], "allergy", FLAGS["--supplies"]]
    code, printed = at_a_terminal("partner", "new", "--config", str(config), typed=[*typed, "Desk"])
    assert code == 0, printed
    for complaint in (
        "is not an id",
        "Valid: acute",
        "Did you mean `fhir_r4`?",
        "no category",
        "web address",
    ):
        assert complaint in printed
    (partner,) = (one for one in load_settings(config).partners if one.partner_id == "nene-clinic")
    assert (partner.connector, partner.organisation.kind, partner.contact) == (
        "fhir_r4",
        "community",
        ("Desk",),
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"contact": ""}, "Say --contact as well"),
        ({"contact": " "}, "--contact is empty"),
        ({"kind": "acut"}, "Did you mean `acute`?"),
        ({"connector": "fhir_r5"}, "Did you mean `fhir_r4`?"),
        ({"supplies": "allergy"}, "Did you mean `allergies`?"),
        ({"endpoint": "http://fhir.nene.example"}, "must start with `https://`"),
        ({"ods": "rx9"}, "does not hold ODS codes"),
        ({"id": "Nene Clinic"}, "is not an id"),
        ({"id": "../nene"}, "is not an id"),
    ],
)
def test_what_is_wrong_is_named_and_no_file_is_left(
    config: Path, changes: dict[str, str], complaint: str
) -> None:
    """The call was wrong: the sentence says how to mend it."""
    done = watersmeet_here("partner", "new", "--config", str(config), *flags(**changes))
    assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr
    assert [path.name for path in (config / "partners").iterdir()] == ["addenbury.yaml"]


def test_a_partner_that_is_registered_is_not_written_over(config: Path) -> None:
    """Its file stays as it was."""
    done = watersmeet_here("partner", "new", "--config", str(config), *flags(id="addenbury"))
    assert (done.returncode, "is there already" in done.stderr) == (1, True)
    assert (config / "partners" / "addenbury.yaml").read_text() == PARTNER


def listed(config: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """How the list ends, and its rows by partner, from the files alone."""
    done = watersmeet_here("partner", "list", "--config", str(config), "--offline", "--json")
    assert done.stdout, done.stderr
    return done.returncode, {row["partner"]: row for row in json.loads(done.stdout)["partners"]}


def test_the_list_shows_status_switches_and_connector(config: Path) -> None:
    """Of every partner and of the index, from the files alone when nobody may be reached."""
    text = PARTNER + (
        "switches: {categories: {medicines: testing}, consumers: {others: suspended, D99001: live}}\n"
    )
    (config / "partners" / "addenbury.yaml").write_text(text)
    ended, rows = listed(config)
    assert (ended, list(rows)) == (0, ["pds", "addenbury"])
    row = rows["addenbury"]
    assert row["switched"] == {"medicines": "testing", "D99001": "live", "others": "suspended"}
    assert (row["connector"], row["status"], row["endpoint"]) == ("fhir_r4", "live", "not tried")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("connector: fhir_r4", "connector: hl7v9", "it is not loaded"),
        ("contact:", "settings: {manners: epic}\ncontact:", "Did you mean `manner`?"),
        ("contact:", "services: {sds: {endpoint: https://d.example}}\ncontact:", "it has no service `sds`"),
    ],
)
def test_the_list_says_what_a_start_would_stop_on(config: Path, old: str, new: str, complaint: str) -> None:
    """The sentence is the one that the start would give; a draft may still be on its way."""
    path = config / "partners" / "addenbury.yaml"
    path.write_text(PARTNER.replace(old, new))
    ended, rows = listed(config)
    assert (ended, complaint in rows["addenbury"]["fault"]) == (1, True)
    path.write_text(path.read_text().replace("status: live", "status: draft"))
    assert listed(config)[0] == 0


async def test_the_list_says_who_is_there(config: Path) -> None:
    """A live partner that cannot be reached is said to be so, and the command ends with 1."""
    broker = (config / "broker.yaml").read_text().replace("production", "demonstration")
    (config / "broker.yaml").write_text(broker.replace("base_url: https://watersmeet.example/\n", ""))
    async with served(holding("there")) as origin:
        here = PARTNER.replace("https://fhir.addenbury.example/r4/", origin)
        (config / "partners" / "addenbury.yaml").write_text(here)
        gone = here.replace("id: addenbury", "id: gone").replace(origin, "http://127.0.0.1:9")
        (config / "partners" / "gone.yaml").write_text(gone)
        index = (config / "index.yaml").read_text().replace("https://index.example/fhir", origin)
        (config / "index.yaml").write_text(index)
        directory = "connector: gpconnect_structured\nservices: {sds: {endpoint: http://127.0.0.1:9}}"
        with_directory = here.replace("id: addenbury", "id: surgery")
        with_directory = with_directory.replace("connector: fhir_r4", directory)
        (config / "partners" / "surgery.yaml").write_text(with_directory)
        done = await asyncio.to_thread(watersmeet, "partner", "list", "--config", str(config))
    assert done.returncode == 1, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "reached (" in lines["addenbury"]
    assert "refused" in lines["gone"]
    assert "sds: refused" in " ".join(done.stdout.split())
    assert "Check address and port with the partner" in lines["refused:"]


def test_the_list_says_of_every_way_not_to_be_reached_what_to_do() -> None:
    """One word in a column tells nobody."""
    assert REMEDIES.keys() == set(Reach) - {Reach.REACHED}


async def test_a_name_that_leads_nowhere_and_a_wrong_certificate_are_told_apart() -> None:
    """So is a server that does not speak TLS at all."""
    assert (await reach("https://nowhere.invalid", Credentials(), 1.0)).reach is Reach.NO_ADDRESS
    async with served(holding("there")) as origin:
        assert (await reach(origin.replace("http:", "https:"), Credentials(), 1.0)).reach is Reach.TLS
        assert (await reach(origin, Credentials(), 1.0)).reach is Reach.REACHED
