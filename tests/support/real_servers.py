"""FHIR servers that this project did not write, started on loopback and loaded with Synthea's people.

`make setup-real` gives each its own environment under build/real. Asked for as the fixtures `sekmet` (R4
with search, paging and transactions), `fhirsnake` (ignores every parameter but `_id`, so it answers
with everybody) and `fhirstarter` (R4B, strict, an app of ours). Each runs once for the session.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.real_data import PROJECT
from tests.support.synthea import SyntheaPerson, read_people

ENVIRONMENTS = PROJECT / "build" / "real"
STARTED = ("Uvicorn running on", "Listening on", "Serving HTTP on")
ENDS_WITHIN_S = 10
PORTS_TRIED = 3
ANSWERS_WITHIN_S = 30
# SEKMET plays the rest of the world: it answers a Claim with a ClaimResponse a moment later, unless told.
AS_IT_STANDS = {"Content-Type": "application/fhir+json", "X-Sekmet-Simulate": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealServer:
    """A running server. `local_ids` has each person's Patient id at this server, by NHS number digits."""

    base_url: str
    people: tuple[SyntheaPerson, ...]
    local_ids: Mapping[str, str]


@pytest.fixture(scope="session")
def synthea(real_data: Path) -> tuple[SyntheaPerson, ...]:
    """Four of Synthea's people, each with an NHS number added to their Patient."""
    return read_people(real_data)


@pytest.fixture(scope="session")
def sekmet(
    synthea: tuple[SyntheaPerson, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """SEKMET, an R4 server, holding the four people."""
    folder = tmp_path_factory.mktemp("sekmet")

    def launch(port: int) -> subprocess.Popen[str]:
        command = [program("sekmet", "sekmet"), "serve", "--host", "127.0.0.1", "--port", str(port)]
        settings = {
            "SEKMET_BASE_URL": f"http://127.0.0.1:{port}/fhir",
            "SEKMET_DB": str(folder / "sekmet.db"),
        }
        return launched(command, folder, settings)

    with running(launch) as port:
        local_ids = {person.number.digits: load_person(port, person) for person in synthea}
        yield RealServer(base_url=f"http://127.0.0.1:{port}/fhir", people=synthea, local_ids=local_ids)


@pytest.fixture(scope="session")
def fhirsnake(
    synthea: tuple[SyntheaPerson, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """fhirsnake, which answers every search with everybody, holding the four people."""
    folder = tmp_path_factory.mktemp("fhirsnake")
    for person in synthea:
        write_resources(folder / "resources", person)
    application = next((ENVIRONMENTS / "fhirsnake").glob("lib/python*/site-packages/fhirsnake"), Path())

    def launch(port: int) -> subprocess.Popen[str]:
        command = [program("fhirsnake", "uvicorn"), "main:app", "--app-dir", str(application)]
        return launched([*command, "--host", "127.0.0.1", "--port", str(port)], folder, {})

    with running(launch) as port:
        local_ids = {person.number.digits: person.synthea_id for person in synthea}
        yield RealServer(base_url=f"http://127.0.0.1:{port}", people=synthea, local_ids=local_ids)


@pytest.fixture(scope="session")
def fhirstarter(
    synthea: tuple[SyntheaPerson, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """fhirstarter, which checks what it holds as R4B, holding the four people."""
    folder = tmp_path_factory.mktemp("fhirstarter")
    for person in synthea:
        write_resources(folder / "resources", person)

    def launch(port: int) -> subprocess.Popen[str]:
        application = str(PROJECT / "tests" / "real" / "servers")
        command = [program("fhirstarter", "uvicorn"), "fhirstarter_app:app", "--app-dir", application]
        settings = {"FHIR_SEQUENCE": "R4B", "PYTHONDONTWRITEBYTECODE": "1"}
        return launched([*command, "--host", "127.0.0.1", "--port", str(port)], folder, settings)

    with running(launch) as port:
        local_ids = {person.number.digits: person.synthea_id for person in synthea}
        yield RealServer(base_url=f"http://127.0.0.1:{port}", people=synthea, local_ids=local_ids)


def program(environment: str, name: str) -> str:
    """A program of one server's own environment. Fails the test, with the remedy, where it is not set up."""
    path = ENVIRONMENTS / environment / "bin" / name
    if not path.exists():
        pytest.fail(f"The real server {environment} is not set up. Run: make setup-real")
    return str(path)


def free_port() -> int:
    """A port of loopback that nobody uses now; these servers cannot be handed an open socket."""
    with socket.socket(socket.AF_INET) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launched(command: list[str], folder: Path, settings: Mapping[str, str]) -> subprocess.Popen[str]:
    """The program begun in `folder`, with nothing of our environment but the path."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUNBUFFERED": "1", **settings}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@contextmanager
def running(launch: Callable[[int], subprocess.Popen[str]]) -> Iterator[int]:
    """A server that listens on the port that this yields, until the block ends.

    Where somebody else took the port first the server ends at once, and another port is tried.
    """
    said = ""
    for _ in range(PORTS_TRIED):
        port = free_port()
        with launch(port) as server:
            try:
                said = until_started(server)
                if server.poll() is None:
                    yield port
                    return
            finally:
                end(server)
    pytest.fail(f"The server ended before it listened:\n{said}")


def until_started(server: subprocess.Popen[str]) -> str:
    """What the server said until it listened or ended; its later words are read away, so it never blocks."""
    said: list[str] = []
    output = server.stdout
    if output is None:
        raise ValueError("launch the server with its output piped")
    for line in output:
        said.append(line)
        if any(words in line for words in STARTED):
            threading.Thread(target=read_away, args=(output,), daemon=True).start()
            return "".join(said)
    server.wait(ENDS_WITHIN_S)
    return "".join(said)


def read_away(output: IO[str]) -> None:
    """Empty a pipe until its writer ends."""
    for _ in output:
        continue


def end(server: subprocess.Popen[str]) -> None:
    """Ask it to end, and make it where it does not."""
    server.terminate()
    try:
        server.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()


def load_person(port: int, person: SyntheaPerson) -> str:
    """POST the transaction to SEKMET; returns the Patient's id there. Raises ValueError when refused."""
    answer = post(port, "/fhir", person.transaction)
    location = answer["entry"][0]["response"]["location"]
    return str(location.split("/Patient/")[1].split("/")[0])


def post(port: int, path: str, body: bytes) -> Any:
    """POST FHIR JSON; returns the answer's value. Raises ValueError for any status but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("POST", path, body, AS_IT_STANDS)
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise ValueError(f"the server answered {response.status}")
    return json.loads(answer)


def write_resources(folder: Path, person: SyntheaPerson) -> None:
    """One JSON file for each resource, in a folder for each type, as fhirsnake reads them."""
    for resource in person.resources():
        target = folder / resource["resourceType"]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{resource['id']}.json").write_text(json.dumps(resource), encoding="utf-8")
