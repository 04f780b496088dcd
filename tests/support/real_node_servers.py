"""Servers of other makers that run on Node, started on loopback: Medplum's router and Asymmetrik's STU3.

`make setup-real` gives each its packages under build/real. Asked for as the fixtures `medplum` (R4, finds
nothing under a bare reference, has neither `next` nor `metadata`) and `asymmetrik` (STU3, a GP's server and
a council's).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.real_council import council_world
from tests.support.real_data import PROJECT
from tests.support.real_gp import GpRecord, gp_world, read_gp_records
from tests.support.real_servers import ENVIRONMENTS, RealServer, launched, post, running
from tests.support.synthea import SyntheaPerson

SCRIPTS = PROJECT / "tests" / "real" / "servers"


@pytest.fixture(scope="session")
def medplum(
    synthea: tuple[SyntheaPerson, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """Medplum's router over its memory, holding the four people."""
    folder = tmp_path_factory.mktemp("medplum")

    def launch(port: int) -> subprocess.Popen[str]:
        return launched(node("medplum", str(port)), folder, {})

    with running(launch) as port:
        local_ids = {}
        for person in synthea:
            stored = post(port, "/", person.transaction)["entry"]
            local_ids[person.number.digits] = stored[0]["response"]["location"].removeprefix("Patient/")
        yield RealServer(base_url=f"http://127.0.0.1:{port}", people=synthea, local_ids=local_ids)


@pytest.fixture(scope="session")
def gp_records(real_data: Path) -> tuple[GpRecord, ...]:
    """GP Connect records of people who were made up by others, with documents."""
    return read_gp_records(real_data)


@pytest.fixture(scope="session")
def asymmetrik(
    gp_records: tuple[GpRecord, ...], real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The base of Asymmetrik's STU3 server holding the GP records, and a council's people."""
    folder = tmp_path_factory.mktemp("asymmetrik")
    people = folder / "people.json"
    people.write_text(json.dumps({**gp_world(gp_records), **council_world(real_data)}), encoding="utf-8")

    def launch(port: int) -> subprocess.Popen[str]:
        return launched(node("asymmetrik", str(port), str(people)), folder, {"NODE_ENV": "production"})

    with running(launch) as port:
        yield f"http://127.0.0.1:{port}/3_0_1"


def node(name: str, *arguments: str) -> list[str]:
    """The command of one server of ours over its packages. Fails the test, with the remedy, without them."""
    return [node_program(name), str(SCRIPTS / f"{name}.mjs"), str(ENVIRONMENTS / name), *arguments]


def node_program(name: str) -> str:
    """Node itself, where the packages of `name` are there. Fails the test, with the remedy, without them."""
    program = shutil.which("node")
    if program is None or not (ENVIRONMENTS / name / "node_modules").is_dir():
        pytest.fail(f"{name} is not set up. Run: make setup-real")
    return program
