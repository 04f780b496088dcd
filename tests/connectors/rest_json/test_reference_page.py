"""The reference page of the mapping file says what the code knows."""

from __future__ import annotations

from connectors.rest_json.dates import TIME_FORMS
from connectors.rest_json.r4_types import TYPES
from connectors.rest_json.reading import IDENTITY_WORDS
from connectors.rest_json.reading_paging import KINDS
from connectors.rest_json.targets import Target
from connectors.rest_json.units import UNITS
from tests.support.real_data import PROJECT

PAGE = (PROJECT / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")


def written(name: str, target: Target) -> str:
    """A member as the page has it: in bold when R4 requires it."""
    return f"**`{name}`**" if target.required else f"`{name}`"


def test_the_page_lists_every_type_with_its_members() -> None:
    """One row for each type, its members in the table's order, and no row for another."""
    rows = [
        f"| {name} | {', '.join(written(member, target) for member, target in kind.members.items())} |"
        for name, kind in TYPES.items()
    ]
    listed = PAGE.partition("## What can be written")[2].splitlines()
    assert [line for line in listed if line.startswith("| ") and "`" in line] == rows


def test_the_page_names_every_word_of_the_closed_lists() -> None:
    """Identity words, paging kinds, forms and units."""
    for word in (*IDENTITY_WORDS, *KINDS, *TIME_FORMS, *UNITS):
        assert f"`{word}`" in PAGE, word
