"""The tutorial "Your first connector", followed from its text alone by somebody outside the repository."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.files import read_file
from broker.settings import load_settings
from tests.connectors.test_quality import RULES
from tests.support.loopback import served
from tests.support.network import Client, Partner, labels, resources, simulated, write_config
from tests.support.real_data import PROJECT
from tests.support.small_network import indexed
from tests.tutorials.newcomer import Newcomer, free_port, newcomer
from tests.tutorials.page import is_as_promised, read_page
from tests.tutorials.troubles import MISTAKES, printed_after

PAGE = read_page(PROJECT / "docs" / "tutorials" / "your-first-connector.md")
MARGARET = "9990000018"
TRUSTED = "[watersmeet, watersmeet-tideline]"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """A newcomer who has done everything that the page says; the simulator is still running."""
    with newcomer(tmp_path_factory.mktemp("newcomer")) as made:
        made.follow(PAGE)
        yield made


def test_every_command_ends_and_prints_as_the_page_shows(reader: Newcomer) -> None:
    """Files written as they stand, commands run as they stand, from top to bottom."""
    assert not reader.broken, "\n\n".join(reader.broken)
    [wheel] = (reader.folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert "tideline_connector/manifest.yaml" in names
    assert any(name.endswith("entry_points.txt") for name in names)


def test_what_the_page_promises_is_really_compared() -> None:
    """Another word, a line too many and a line too few are each noticed; only `…` stands for anything."""
    assert is_as_promised("3 people, slowest 12 ms\n\nPassed.\n", ["3 people, slowest … ms", "", "Passed."])
    assert is_as_promised("first\nmore\nlast", ["first", "…", "last"])
    for printed in ("4 people", "3 people\nand more", ""):
        assert not is_as_promised(printed, ["3 people"])


def test_the_packages_quality_file_says_how_it_stands_with_every_rule(reader: Newcomer) -> None:
    """The same rules as of a connector that ships, each done or exempt with its reason."""
    rules = read_file(reader.folder / "tideline/tideline_connector/quality.yaml").section("rules")
    assert set(rules.names()) == set(RULES)
    for value in rules.plain().values():
        assert value == "done" or (value["status"] == "exempt" and len(value["reason"].split()) > 3)


def test_the_pages_code_is_in_the_form_of_ours(reader: Newcomer) -> None:
    """Linted and formatted as a connector of this repository is."""
    ruff = f"'{Path(sys.executable).with_name('ruff')}' %s --config '{PROJECT}/pyproject.toml' --no-cache"
    package, tests = "tideline/tideline_connector", "tideline/tests"
    for line in (
        f"{ruff % 'check'} {package}",
        f"{ruff % 'check'} --ignore INP001,PLR2004,I001 {tests}",  # as for our tests; elsewhere it is theirs
        f"{ruff % 'format'} --check {package} {tests}",
    ):
        done = reader.run(line)
        assert done.returncode == 0, done.stdout


def test_an_installed_package_that_nobody_trusts_is_not_even_imported(reader: Newcomer) -> None:
    """Its name is known to operators, its connector to nobody, and none of its code has run."""
    program = (
        "import sys; from broker.adapters.plugins import load_plugins, untrusted;"
        "print(sorted(load_plugins(['watersmeet'])), untrusted(['watersmeet']),"
        " 'tideline_connector' in sys.modules, 'tideline' in load_plugins(['watersmeet-tideline']))"
    )
    done = reader.run(f'python -c "{program}"')
    assert done.returncode == 0, done.stdout
    assert "'fhir_r4'" in done.stdout
    assert done.stdout.endswith("('watersmeet-tideline',) False True\n")


def test_every_trouble_of_the_page_has_its_mistake() -> None:
    """A row that nobody tried would be a guess."""
    assert {trouble.symptoms[0] for trouble in PAGE.troubles} == set(MISTAKES)


# Each starts a command in the newcomer's environment; these three are of the three kinds that there are: a
# file of the settings changed, the installed package changed, another command run.
QUICK = ("has no signature", "PluginFault", "has a ring already")


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(one, id=one.symptoms[0], marks=() if one.symptoms[0] in QUICK else pytest.mark.long)
        for one in PAGE.troubles
    ],
)
def test_a_mistake_is_told_in_the_pages_words(reader: Newcomer, tmp_path: Path, trouble: Any) -> None:
    """Whoever makes it finds what is printed in the table."""
    code, printed = printed_after(MISTAKES[trouble.symptoms[0]], reader, tmp_path / "config")
    assert code in {1, 2}, printed
    assert any(symptom in printed for symptom in trouble.symptoms), printed


@asynccontextmanager
async def live(reader: Newcomer, folder: Path) -> AsyncIterator[Client]:
    """A whole broker of the newcomer's environment, at which the clinic of the page is live."""
    port = free_port()
    issuer = await DevelopmentIssuer.start()
    index = {MARGARET: [indexed(MARGARET, birthDate="1958-04-12", name=[{"family": "Thurlow"}])]}
    try:
        async with served(simulated("pds", index)) as pds:
            here = Partner(endpoint=f"http://127.0.0.1:{reader.port}")
            config = write_config(folder, {"quay-clinic": here}, pds, issuer, limits={})
            _go_live(reader, config, port)
            door = SimpleNamespace(url=f"http://127.0.0.1:{port}/fhir")
            with reader.going_on(f"watersmeet serve --config '{config}'", until='"started"'):
                async with aiohttp.ClientSession() as session:
                    yield Client(cast("Any", door), issuer, load_settings(config), session)
    finally:
        await issuer.aclose()


def _go_live(reader: Newcomer, config: Path, port: str) -> None:
    """What whoever runs the broker does: trust the package, and take over the registration."""
    registration = (reader.folder / "config/partners/quay-clinic.yaml").read_text()
    registration = registration.replace("status: testing", "status: live").replace("RX910", "RX901")
    (config / "partners/quay-clinic.yaml").write_text(registration)
    trust = config / "trust.yaml"
    trust.write_text(trust.read_text().replace("[watersmeet]", TRUSTED))
    broker = json.loads((config / "broker.yaml").read_text())
    broker["listen"]["port"] = int(port)
    (config / "broker.yaml").write_text(json.dumps(broker))


async def test_the_appointments_stand_in_a_live_record(reader: Newcomer, tmp_path: Path) -> None:
    """All three, from both pages, with the text that is no moment beside its gap."""
    async with live(reader, tmp_path) as client:
        status, record = await client.record(MARGARET)
    assert (status, labels(record)) == (200, {"quay-clinic": "complete"})
    found = {one["description"]: one for one in resources(record) if one["resourceType"] == "Appointment"}
    assert set(found) == {"Hearing test", "Hearing aid fitting", "Hearing aid review"}
    assert found["Hearing aid fitting"]["start"] == "2026-05-11T14:00:00+01:00"
    review = found["Hearing aid review"]
    assert "start" not in review
    assert review["_start"]["extension"][0]["valueString"] == "week of 1 March 2027"
    assert found["Hearing test"]["extension"][0]["valueString"] == '{"travelCost":1.50}'
