"""Every command of the page on useful views is one that the program takes, and every view is on the page."""

from __future__ import annotations

import re
import shlex

from broker.cli.record import VIEW_NAMES, command
from tests.support.real_data import PROJECT

PAGE = PROJECT / "docs" / "how-to" / "read-useful-views.md"
_COMMAND = re.compile(r"^watersmeet record (.+)$", re.MULTILINE)


def test_the_page_shows_every_view_by_a_command_that_is_taken() -> None:
    """Each with the options that it has."""
    lines = _COMMAND.findall(PAGE.read_text(encoding="utf-8"))
    asked = [command.make_context("record", shlex.split(line)).params["view"] for line in lines]
    assert sorted(asked) == sorted(VIEW_NAMES)
