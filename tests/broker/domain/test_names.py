from __future__ import annotations

import pytest

from broker.domain.names import plain_name, seen


@pytest.mark.parametrize(
    "typed",
    ["Zoë Ash", " zoë  ASH\t", "Zoe\u0308 Ash", "Zo\u200bë Ash", "\u202eZoë\u00a0Ash", "\uff3aoë Ash"],
)
def test_one_name_is_one_however_it_is_typed(typed: str) -> None:
    """Capitals, blanks, composed letters, wide letters and what cannot be seen make no other person."""
    assert plain_name(typed) == plain_name("Zoë Ash")


def test_two_names_are_two() -> None:
    """An accent is part of a name."""
    assert plain_name("Zoe Ash") != plain_name("Zoë Ash")


@pytest.mark.parametrize("typed", ["", " \t\n", "\u200b\u200d", "\ufeff \u2060", "\x00"])
def test_what_cannot_be_seen_is_no_name(typed: str) -> None:
    """It would name nobody, and look like a name to a computer alone."""
    assert plain_name(typed) == seen(typed) == ""


def test_what_is_seen_is_kept_as_it_was_typed() -> None:
    """Blanks within it too; only the ends are cut."""
    assert seen(" Collapsed\nin the \u200bstreet. ") == "Collapsed\nin the street."
