"""Governance staff hide a category with nothing but the page; the policies' README has the same way."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.real_data import PROJECT
from tests.tutorials.newcomer import newcomer
from tests.tutorials.page import Command, read_page

pytestmark = pytest.mark.long

PAGE = PROJECT / "docs" / "how-to" / "hide-a-category.md"
README = PROJECT / "policies" / "README.md"
COMMANDS_MAX = 9
_COMMAND = re.compile(r"^ +(watersmeet .+|cp .+)$", re.MULTILINE)


def commands() -> list[str]:
    """Every command of the page, in order."""
    return [step.line for step in read_page(PAGE).steps if isinstance(step, Command)]


def test_the_page_hides_the_category_and_shows_the_effect(tmp_path: Path) -> None:
    """In a fresh folder with the policies and the settings as they are shipped, and an installed broker."""
    with newcomer(tmp_path) as reader:
        for name in ("policies", "config"):
            shutil.copytree(PROJECT / name, reader.folder / name)
        reader.follow(read_page(PAGE))
        assert not reader.broken, "\n\n".join(reader.broken)
        table = (reader.folder / "who-sees-what.html").read_text(encoding="utf-8")
        assert "Papermill Heart and Lung Hospital" in table


def test_the_page_needs_fewer_than_ten_commands() -> None:
    """As governance was promised."""
    assert 0 < len(commands()) <= COMMANDS_MAX


def test_the_readme_of_the_policies_has_the_same_commands() -> None:
    """Whoever has that page alone can do it too."""
    text = README.read_text(encoding="utf-8")
    section = text[text.index("## An example from end to end") :]
    assert _COMMAND.findall(section)[: len(commands())] == commands()
