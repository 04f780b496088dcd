"""Every small fault is made, what a test can see is killed, and each argument is held to the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from broker.domain.category import Category
from broker.pipeline.decision import days, holding, sharing
from broker.pipeline.decision.rules import denies
from tests.prove.mutants.equivalents import Equivalent, equivalents
from tests.prove.mutants.mutating import Mutant, mutants_of
from tests.prove.mutants.mutations import alternatives
from tests.prove.mutants.places import places
from tests.prove.mutants.running import sorted_out
from tests.prove.mutants.swapping import swap

EXPECTED = [
    ("a < b", {"a <= b", "a > b"}),
    ("a <= b", {"a < b", "a >= b"}),
    ("a == b", {"a != b"}),
    ("a in b", {"a not in b"}),
    ("a is b", {"a is not b"}),
    ("a < b <= c", {"a <= b <= c", "a > b <= c", "a < b < c", "a < b >= c"}),
    ("a and b", {"a or b", "a", "b"}),
    ("a or b or c", {"a and b and c", "a or b", "a or c", "b or c"}),
    ("not a", {"a"}),
    ("a & b", {"a | b", "a", "b"}),
    ("a | b", {"a & b", "a", "b"}),
    ("a - b", {"a + b", "a"}),
    ("True", {"False"}),
    ("3", {"4"}),
    ("'word'", {"'word-'"}),
    ("any", {"all"}),
    ("a if b else c", {"a if True else c", "a if False else c"}),
]


@pytest.mark.parametrize(("was", "becomes"), EXPECTED)
def test_each_kind_of_expression_has_its_faults(was: str, becomes: set[str]) -> None:
    """Comparisons, conditions, sets, constants and choices."""
    node = ast.parse(was, mode="eval").body
    assert {ast.unparse(ast.fix_missing_locations(other)) for other in alternatives(node)} == becomes


@pytest.mark.parametrize("was", ["raise error", "seen |= more", "continue", "call()"])
def test_a_statement_can_be_left_out(was: str) -> None:
    """It is as if it had been forgotten."""
    [node] = ast.parse(was).body
    assert [type(other) for other in alternatives(node)] == [ast.Pass]


def test_every_place_has_mutants_and_each_is_a_program_of_its_own() -> None:
    """No two of them have the same key, so that an argument means one."""
    every = [mutant for place in places() for mutant in mutants_of(place)]
    assert {mutant.place.name for mutant in every} == {place.name for place in places()}
    assert len({mutant.key for mutant in every}) == len(every)
    right = {place.name: ast.unparse(ast.parse(place.path.read_text())) for place in places()}
    assert all(ast.unparse(one.make()) != right[one.place.name] for one in every)


HOLDING, DAYS, SHARING = (
    next(place for place in places() if place.name.endswith(f"decision/{name}.py"))
    for name in ("holding", "days", "sharing")
)


@contextmanager
def swapped(mutant: Mutant) -> Iterator[None]:
    """The mutant in place, and then the right program."""
    swap(mutant)
    yield
    swap(replace(mutant, make=lambda: ast.parse(mutant.place.path.read_text(encoding="utf-8"))))


def later_begun() -> Mutant:
    """What begins a day later."""
    return next(one for one in mutants_of(DAYS) if one.becomes == "day < self.opens")


def test_a_swapped_mutant_is_what_everybody_calls() -> None:
    """Also by a name that was imported before, and it can be put right again."""
    today = days.Today(opens=date(2026, 11, 2), closes=date(2026, 11, 2))
    assert holding.Today is days.Today
    with swapped(later_begun()):
        assert not today.begun(today.opens)
    assert today.begun(today.opens)


def test_a_property_and_a_default_are_swapped_too() -> None:
    """A class keeps who it is, and all that it does is another's."""
    flipped = next(one for one in mutants_of(SHARING) if (one.function, one.was) == ("Share", "True"))
    hold = holding.Hold(
        reason=denies("topic", "rule"), sources=None, categories=frozenset(Category), about_staff=False
    )
    assert hold.holds_all
    [turned] = [one for one in mutants_of(HOLDING) if one.becomes == "self.sources is not None"]
    with swapped(turned), swapped(flipped):
        assert not hold.holds_all
        assert not sharing.Share(reason=denies("topic", "rule")).in_scope
    assert hold.holds_all
    assert sharing.Share(reason=denies("topic", "rule")).in_scope


def test_what_was_kept_by_the_right_program_is_forgotten() -> None:
    """A cache would show the mutant's caller what was true before."""
    kept = denies("topic", "rule")
    assert denies("topic", "rule") is kept
    with swapped(later_begun()):
        assert denies("topic", "rule") is not kept


def _two_mutants() -> list[Mutant]:
    place = places()[0]
    return [
        Mutant(place, "small", 2, "a < b", other, 1, lambda: ast.parse("")) for other in ("a <= b", "a > b")
    ]


def _argued(
    mutant: Mutant, because: str = "Nobody can tell, for the two are never equal here."
) -> Equivalent:
    return Equivalent(mutant.place.name, mutant.function, mutant.was, mutant.becomes, because, mutant.nth)


def test_what_no_test_kills_and_nobody_argues_is_alive() -> None:
    """Also one that no process tried."""
    every = _two_mutants()
    found = sorted_out(every, {0: "a test"}, ())
    assert (found.killed, found.alive, found.line) == (1, [str(every[1])], "mutants 2; alive 1; equivalent 0")
    assert found.failures() == [f"alive: {every[1]}"]


def test_an_argument_that_matches_no_living_mutant_fails() -> None:
    """Because the code moved on, or because a test kills it after all."""
    every = _two_mutants()
    found = sorted_out(every, {0: "", 1: "a test"}, [_argued(one) for one in every])
    assert len(found.equivalent) == 1
    assert found.failures() == [f"argued for nothing: {_argued(every[1])}"]


def test_an_entry_without_an_argument_is_refused(tmp_path: Path) -> None:
    """A word is not enough, and neither is one entry twice."""
    entry = "- {file: a, function: b, was: c, becomes: d, because: %s}\n"
    listed = tmp_path / "equivalent.yaml"
    listed.write_text(entry % "equal")
    with pytest.raises(ValueError, match="needs its argument"):
        equivalents(listed)
    listed.write_text(2 * (entry % "two that are never equal can be compared in either way"))
    with pytest.raises(ValueError, match="twice"):
        equivalents(listed)


def test_every_argument_is_for_a_mutant_of_today() -> None:
    """What no longer reads as the code does is taken out or argued anew."""
    keys = {mutant.key for place in places() for mutant in mutants_of(place)}
    assert [str(one) for one in equivalents() if one.key not in keys] == []
