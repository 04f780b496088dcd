"""The canary command against the whole demonstration: refused while the objection binds, and only then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.users import USERS, token_for
from tests.support.commands import watersmeet

CANARY, OTHER = "9990000158", "9990000018"
RECORDED = (
    *("--channel", "phone", "--identity-check", "questions", "--identifier", "birth-date"),
    "--consequences-explained",
    *("--by-role", "privacy officer", "--by-name", "Imaginary Ash"),
)


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    """The demonstration, serving."""
    async with demonstration_network() as made:
        yield made


async def canaries(network: Network, token: Path, *typed: str, url: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one round."""
    options = ("--url", url or network.fhir_url, "--token-file", str(token))
    done = await asyncio.to_thread(
        watersmeet, "objection", "canary", *options, "--json", stdin="\n".join(typed)
    )
    return done.returncode, done.stdout, done.stderr


async def object_for(network: Network, number: str) -> None:
    """An objection to everything, by the desk."""
    place = ("--config", str(network.config_dir))
    done = await asyncio.to_thread(watersmeet, "objection", "record", *place, *RECORDED, stdin=number)
    assert done.returncode == 0, done.stderr


def token_file(folder: Path, network: Network, role: str) -> Path:
    """A file with the token of one of the demonstration's users."""
    path = folder / f"{role}.jwt"
    path.write_text(token_for(USERS[role], network.issuer))
    return path


async def test_a_canary_is_refused_while_its_objection_is_on_file(network: Network, tmp_path: Path) -> None:
    """Nobody knows the canary, and still it is refused: the objection comes first."""
    doctor = token_file(tmp_path, network, "doctor")
    code, out, _ = await canaries(network, doctor, CANARY)
    assert (code, json.loads(out)["refused"]) == (1, 0)
    await object_for(network, CANARY)
    code, out, _ = await canaries(network, doctor, CANARY)
    assert (code, json.loads(out)) == (
        0,
        {"asked": 1, "refused": 1, "answered": 0, "not_proved": 0, "unreachable": 0, "good": True},
    )


async def test_a_canary_that_is_answered_is_an_alarm(network: Network, tmp_path: Path) -> None:
    """One of two never objected."""
    await object_for(network, CANARY)
    code, out, _ = await canaries(network, token_file(tmp_path, network, "doctor"), CANARY, OTHER)
    found = json.loads(out)
    assert (code, found["refused"], found["answered"], found["good"]) == (1, 1, 1, False)


async def test_a_caller_who_may_not_hear_of_objections_proves_nothing(
    network: Network, tmp_path: Path
) -> None:
    """The receptionist hears the neutral words."""
    await object_for(network, CANARY)
    code, out, _ = await canaries(network, token_file(tmp_path, network, "receptionist"), CANARY)
    assert (code, json.loads(out)["not_proved"]) == (1, 1)


async def test_a_broker_that_is_not_there_proves_nothing(network: Network, tmp_path: Path) -> None:
    """And a number that cannot be one is named without being repeated."""
    doctor = token_file(tmp_path, network, "doctor")
    code, out, _ = await canaries(network, doctor, CANARY, url="http://127.0.0.1:9/fhir")
    assert (code, json.loads(out)["unreachable"]) == (1, 1)
    code, out, err = await canaries(network, doctor, "9990000019")
    assert (code, out) == (2, "")
    assert "9990000019" not in err
