"""The commands of a desk, as somebody types them, on the configuration of a network that serves meanwhile."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.processes import sockets_of
from broker.demonstration.client import ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.people import stories, story_named
from broker.demonstration.users import USERS, token_for
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from broker.http.running import running
from broker.settings import load_settings
from tests.support.desk import SECOND
from tests.support.objection_files import csv_file, numbers

NUMBER = "9990000018"
BY = ("--by-role", "call handler", "--by-name", "R. Rowan")
SOURCE = ("--source", "practice-system")
GUARDIAN = ("--by-role", "Caldicott Guardian", "--by-name", "A. Ash")
CHECKED = ("--channel", "phone", "--identity-check", "questions", "--identifier", "birth-date")
INTAKE = (*CHECKED, "--consequences-explained")


class Desk:
    """Types commands against a running network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def run(self, *arguments: str, typed: str = "", code: int = 0) -> str:
        """Standard output of one command, which must end with `code`; on a failure, standard error."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "broker", *arguments, "--config", str(self.network.config_dir)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(typed.encode())
        assert process.returncode == code, err.decode()
        assert b"Traceback" not in err
        return (err if code else out).decode()

    async def json(self, *arguments: str, typed: str = "") -> Any:
        """As a script reads it."""
        return json.loads(await self.run(*arguments, "--json", typed=typed))

    async def ask(self, fhir_url: str = "") -> int:
        """The status of the person's record, asked for as a doctor."""
        token = token_for(USERS["doctor"], self.network.issuer)
        url = fhir_url or self.network.fhir_url
        return (await ask_for_record(url, token, NhsNumber.parse(NUMBER))).status


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """The whole demonstration, serving."""
    async with demonstration_network() as network:
        yield Desk(network)


async def test_the_life_of_an_objection_is_felt_at_once(desk: Desk) -> None:
    """Received, in force in the running broker; withdrawn, open again; the trail tells of both asks."""
    assert await desk.run("audit", "patient", *GUARDIAN, typed=NUMBER) == (
        "No request about this person is on file.\n"
    )
    assert await desk.ask() == 200
    received = await desk.json("objection", "record", *INTAKE, *BY, typed=NUMBER)
    assert await desk.ask() == 403
    objection = received["objection"]
    refusal = await desk.run("objection", "review", objection, "--outcome", "not-upheld", *GUARDIAN, code=1)
    assert "ground" in refusal
    await desk.run("objection", "review", objection, "--start", *BY)
    opening = ("--outcome", "not-upheld", "--ground", "care-not-possible", "--role", "doctor")
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=180)
    opening = (*opening, "--category", "results", "--partner", "addenbury", "--review-on", str(until))
    handler = await desk.run("objection", "review", objection, *opening, *BY, code=1)
    assert "decides: caldicott-guardian, information-governance-lead" in handler
    untold = ("--not-told-because", "it would harm", *GUARDIAN)
    assert "told first" in await desk.run("objection", "review", objection, *opening, *untold, code=1)
    assert await desk.ask() == 403
    told = ("--told-on", str(dt.datetime.now(dt.UTC).date()), *GUARDIAN)
    await desk.run("objection", "review", objection, *opening, *told)
    assert await desk.ask() == 200
    await desk.run("objection", "withdraw", objection, *BY, *CHECKED)
    assert await desk.ask() == 200
    (listed,) = await desk.json("objection", "list", "--one-person", *BY, typed=NUMBER)
    assert (listed["objection"], listed["state"]) == (objection, "withdrawn")
    early = await desk.run("objection", "list", "--disclosed-before-acknowledgement", objection)
    assert early == "Nothing was released before it was acknowledged.\n"
    seen = await desk.json("audit", "patient", *GUARDIAN, typed=NUMBER)
    assert [one["outcome"] for one in seen].count("released") >= 2
    assert "refused" in {one["outcome"] for one in seen}


async def test_an_objection_under_an_old_number_follows_the_person_once_it_is_traced(desk: Desk) -> None:
    """The index is asked for the old number by the desk, and whoever asks by the new one is refused."""
    story = story_named("superseded")
    token = token_for(USERS["doctor"], desk.network.issuer)
    current = NhsNumber.parse(story.demographics.number)
    await desk.run("objection", "record", *INTAKE, *BY, typed=story.old_numbers[0])
    traced = await desk.json("objection", "trace", *BY)
    assert traced["superseded"] == 1
    assert traced["unanswered"] == 0
    assert (await ask_for_record(desk.network.fhir_url, token, current)).status == 403
    await desk.json("audit", "verify")


async def test_an_imported_objection_is_refused_by_as_soon_as_its_import_ends(
    desk: Desk, tmp_path: Path
) -> None:
    """Whole where a partner is misspelt; open again once the source says that it is withdrawn."""
    assert await desk.ask() == 200
    active = tmp_path / "active.csv"
    active.write_text(f"row_id,nhs_number,partners\n17,{NUMBER},harbour-clinci\n")
    said = await desk.run("objection", "import", str(active), *SOURCE, *BY)
    assert "row 2: provisional. Its `partners` has a word that is not known here" in said
    assert await desk.ask() == 403
    assert "in-force" in await desk.run("objection", "reconcile", str(active), *SOURCE)
    withdrawn = tmp_path / "withdrawn.csv"
    withdrawn.write_text(f"row_id,nhs_number,status\n17,{NUMBER},withdrawn\n")
    assert "Missing rows: 1" in await desk.run("objection", "reconcile", str(withdrawn), *SOURCE, code=1)
    await desk.run("objection", "import", str(withdrawn), *SOURCE, *BY)
    assert await desk.ask() == 200
    await desk.json("audit", "verify")


async def test_an_exception_in_an_imported_consent_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """A denial that permits breaking the glass binds whole: what stays open, named people decide."""
    consent = {
        "resourceType": "Consent",
        "id": "denial",
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "patient": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": NUMBER}},
        "provision": {"type": "deny", "provision": [{"type": "permit", "purpose": [{"code": "BTG"}]}]},
    }
    file = tmp_path / "consents.ndjson"
    file.write_text(json.dumps(consent))
    said = await desk.run("objection", "import", str(file), *SOURCE, *BY, "--identity-check", "documents")
    assert "row 1: provisional. It makes exceptions" in said
    assert await desk.ask() == 403


async def test_requests_are_answered_while_a_large_file_is_imported(desk: Desk, tmp_path: Path) -> None:
    """The import leaves the store to releases between its batches."""
    file = csv_file(tmp_path, [(str(place), number) for place, number in enumerate(numbers(2_500)[1_000:])])
    importing = asyncio.create_task(desk.run("objection", "import", str(file), *SOURCE, *BY, *SECOND))
    statuses = []
    while not importing.done():
        statuses.append(await desk.ask())
    assert "1500" in await importing
    assert set(statuses) == {200}
    assert len(statuses) > 1


async def test_an_anchor_kept_elsewhere_is_held_against_the_trail(desk: Desk, tmp_path: Path) -> None:
    """What was on file is still there and what came since follows; a verdict of another store is told."""
    verdict = await desk.json("audit", "verify")
    anchors = tmp_path / "heads.json"
    anchors.write_text(json.dumps(verdict))
    assert await desk.ask() == 200
    said = await desk.run("audit", "verify", "--anchors", str(anchors))
    assert "2 chains: each follows" in said
    assert "came after the newest anchor" in said


async def test_the_policies_of_the_network_are_checked_tested_and_explained(desk: Desk) -> None:
    """On the configuration that serves."""
    assert "The policies hold" in await desk.run("policy", "check")
    tested = await desk.json("policy", "test")
    assert tested["failed"] == 0
    explained = await desk.run("policy", "explain", "--role", "receptionist", "--partner", "harbour-clinic")
    assert "deny    harbour-clinic" in explained
    nearest = await desk.run("policy", "explain", "--partner", "harbour", code=2)
    assert "Did you mean `harbour-clinic`?" in nearest


async def test_a_key_is_rotated_in_the_order_that_the_command_says(desk: Desk) -> None:
    """Rotate, restart, reseal: the record, the trail and its proof are as before."""
    assert await desk.ask() == 200
    said = await desk.run("keys", "rotate", "seal")
    assert "Restart every process of the broker, then run `keys reseal`" in said
    settings = load_settings(desk.network.config_dir)
    async with running(settings) as door:
        assert await desk.ask(door.url) == 200
        resealed = await desk.json("keys", "reseal")
        assert resealed["resealed"] > 0
        assert await desk.ask(door.url) == 200
    assert "each follows from the one before" in await desk.run("audit", "verify")
    seen = await desk.json("audit", "patient", *GUARDIAN, typed=NUMBER)
    assert [one["outcome"] for one in seen].count("released") >= 3


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "said"),
    [
        (("audit", "patient", *GUARDIAN), "9990000019", 2, "The NHS number is not valid"),
        (("audit", "patient", *GUARDIAN), "", 2, "on standard input"),
        (("objection", "withdraw", "ob-none", *BY, *CHECKED), "", 1, "no objection of that id"),
        (("keys", "rotate", "partner"), "", 2, "'partner' is not one of"),
    ],
)
async def test_a_slip_is_a_sentence_and_a_code(
    desk: Desk, arguments: tuple[str, ...], typed: str, code: int, said: str
) -> None:
    """Usage is 2, a refusal is 1, and no number is said back."""
    heard = await desk.run(*arguments, typed=typed, code=code)
    assert said in heard
    assert "9990000019" not in heard


async def test_a_letter_confirms_an_objection_at_the_address_of_the_index(desk: Desk, tmp_path: Path) -> None:
    """Into a new file of the desk's; that it was written, and by whom, is on the register."""
    received = await desk.json("objection", "record", *INTAKE, *BY, typed=NUMBER)
    name = received["objection"]
    path = tmp_path / "letter.txt"
    await desk.run("objection", "confirmation", name, *BY, "--out", str(path))
    who = next(story for story in stories() if story.demographics.number == NUMBER).demographics
    assert who.postcode in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "a file already" in await desk.run(
        "objection", "confirmation", name, *BY, "--out", str(path), code=1
    )
    nowhere = str(tmp_path / "nowhere" / "letter.txt")
    said = await desk.run("objection", "confirmation", name, *BY, "--out", nowhere, code=1)
    assert "no file can be written there" in said
    history = await desk.json("objection", "list", "--history", name, *BY)
    assert [step["confirmed"] for step in history] == [None, {"by_letter": True, "by": history[1]["by"]}]


async def test_a_restricted_person_gets_no_letter_and_is_reached_by_the_safe_contact(desk: Desk) -> None:
    """The refusal names no place; that they were reached is noted."""
    story = story_named("restricted")
    typed = f"{story.demographics.number}\nsafe-contact: ring on Mondays\n"
    received = await desk.json("objection", "record", *INTAKE, *BY, "--unsafe-to-write", typed=typed)
    name = received["objection"]
    assert "Write no letter" in await desk.run("objection", "confirmation", name, *BY, code=1)
    shown = await desk.run("objection", "confirmation", name, *BY, "--safe-contact")
    assert shown == "ring on Mondays\n"
    looks = await desk.json("audit", "patient", *GUARDIAN, typed=story.demographics.number)
    assert [one["outcome"] for one in looks if one["interaction"] == "objection-safe-contact"] == [
        "register-read"
    ]
    await desk.run("objection", "confirmation", name, *BY, "--reached")
    history = await desk.json("objection", "list", "--history", name, *BY)
    assert history[-1]["confirmed"]["by_letter"] is False


async def test_a_count_asks_every_process_that_runs_on_the_store(desk: Desk, tmp_path: Path) -> None:
    """Two brokers and neither told where the other is; one that should run and does not is a failure."""
    file = csv_file(tmp_path, [("17", NUMBER)])
    await desk.run("objection", "import", str(file), *SOURCE, *BY)
    count = ("objection", "reconcile", str(file), *SOURCE)
    settings = load_settings(desk.network.config_dir)
    async with running(settings):
        await desk.run(*count, "--processes", "2")
        said = await desk.run(*count, "--processes", "3", code=1)
        assert said.count(": 1 in force, up to record") == 2
    assert "there should be 2" in await desk.run(*count, "--processes", "2", code=1)
    assert sorted(path.suffix for path in sockets_of(settings.store_path).iterdir()) == [".sock"]
