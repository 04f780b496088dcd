"""What is on record is judged again by `policy explain --record`, and gives the same reasons."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.users import USERS, token_for
from broker.domain.identity import NhsNumber
from tests.support.commands import at_the_desk
from tests.support.real_data import PROJECT

MARGARET = "9990000018"
GUARDIAN = ("--by-role", "Caldicott Guardian", "--by-name", "Imaginary Ash")
CHECKED = ("--channel", "phone", "--identity-check", "questions", "--identifier", "birth-date")


class Desk:
    """A running network, its trail, and the desk's commands."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def ask(self, role: str = "doctor") -> int:
        """The status of Margaret's record."""
        token = token_for(USERS[role], self.network.issuer)
        return (await ask_for_record(self.network.fhir_url, token, NhsNumber.parse(MARGARET))).status

    async def records(self) -> list[dict[str, Any]]:
        """What the trail says of her, oldest first."""
        code, out, err = await at_the_desk(
            self.network.config_dir, "audit", "patient", *GUARDIAN, "--json", typed=MARGARET
        )
        assert code == 0, err
        listed: list[dict[str, Any]] = json.loads(out)
        return listed

    async def explained(self, record: int, *more: str) -> tuple[int, dict[str, Any]]:
        """One record, judged again."""
        code, out, err = await at_the_desk(
            self.network.config_dir, "policy", "explain", "--record", str(record), *GUARDIAN, "--json", *more
        )
        assert out, err
        return code, json.loads(out)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """The demonstration, serving; Margaret's record was opened once."""
    async with demonstration_network() as network:
        made = Desk(network)
        assert await made.ask() == 200
        yield made


def numbers_of(records: list[dict[str, Any]], outcome: str) -> list[int]:
    """The records of one outcome."""
    return [one["record"] for one in records if one["outcome"] == outcome]


async def test_a_release_and_a_refusal_are_judged_again_with_the_reasons_on_record(desk: Desk) -> None:
    """Also when the objection that refused is withdrawn since: the register is read as it was."""
    recorded = ("objection", "record", *CHECKED, "--consequences-explained", *GUARDIAN, "--json")
    code, out, err = await at_the_desk(desk.network.config_dir, *recorded, typed=MARGARET)
    assert code == 0, err
    assert await desk.ask() == 403
    withdrawn = ("objection", "withdraw", json.loads(out)["objection"], *GUARDIAN, *CHECKED)
    assert (await at_the_desk(desk.network.config_dir, *withdrawn))[0] == 0
    records = await desk.records()
    released, refused = numbers_of(records, "released")[-1], numbers_of(records, "refused")[-1]
    code, again = await desk.explained(released)
    assert (code, again["effect"], again["record"]["same"]) == (0, "permit", True)
    code, again = await desk.explained(refused, "--category", "results", "--partner", "addenbury")
    assert (code, again["effect"], again["record"]["same"]) == (0, "deny", True)
    assert again["because"][0]["topic"] == "objections"
    assert "objections/received" in again["held_back_by"]["addenbury"][0]


async def test_a_look_into_a_record_is_itself_on_record(desk: Desk) -> None:
    """Under the person's number, by whom and in which role."""
    released = numbers_of(await desk.records(), "released")[-1]
    before = len(numbers_of(await desk.records(), "audit-read"))
    await desk.explained(released)
    assert len(numbers_of(await desk.records(), "audit-read")) == before + 2


async def test_other_policies_than_those_of_then_are_refused(desk: Desk, tmp_path: Path) -> None:
    """The revision on record and the folder's are both named, and where to look."""
    released = numbers_of(await desk.records(), "released")[-1]
    changed = Path(shutil.copytree(PROJECT / "policies", tmp_path / "changed"))
    path = changed / "roles" / "policy.yaml"
    path.write_text(path.read_text().replace("version: 1.0.0", "version: 1.0.1"))
    arguments = ("policy", "explain", "--record", str(released), *GUARDIAN, "--policies", str(changed))
    code, _, err = await at_the_desk(desk.network.config_dir, *arguments)
    assert code == 1
    assert "was decided by revision" in err
    assert "--from" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--record", "4711", *GUARDIAN), 1, "The trail has no record 4711."),
        (("--record", "1"), 2, "give --by-role and --by-name"),
        (("--record", "1", *GUARDIAN, "--role", "doctor"), 2, "leave out --role"),
    ],
)
async def test_a_record_that_cannot_be_explained_says_why(
    desk: Desk, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """None of that number, nobody who looks, or facts from two places."""
    found, _, err = await at_the_desk(desk.network.config_dir, "policy", "explain", *arguments)
    assert found == code
    assert says in err
