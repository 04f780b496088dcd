"""Whoever looks at one person's objections at the desk is on file."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.cli.audit import command as audit
from broker.cli.objection import command
from tests.support.desk import BY, Desk, make_desk

RECORD = ("record", *BY, "--channel", "phone", "--identity-check", "none", "--consequences-explained")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store with Ada's requests in it."""
    return make_desk(tmp_path)


@pytest.mark.parametrize("look", [("--one-person",), ("--show-numbers",), ("--history", "ob-none")])
def test_a_look_at_one_persons_objections_is_somebodys(look: tuple[str, ...], desk: Desk) -> None:
    """Nobody looks without a name and a role, and who looked is on the person's own list."""
    desk.json(command, *RECORD, typed="9990000018")
    refused = desk.run(command, "list", *look, "--json", typed="9990000018")
    assert (refused.exit_code, "is on file: --by-role, --by-name" in refused.stderr) == (2, True)
    assert looks(desk) == 0
    desk.run(command, "list", *look, "--json", *BY, typed="9990000018")
    assert looks(desk) == (0 if "ob-none" in look else 1)


def looks(desk: Desk) -> int:
    """How many looks into the register the person's own list has."""
    told = desk.json(audit, "patient", *BY, typed="9990000018")
    return sum(one["outcome"] == "register-read" for one in told)
