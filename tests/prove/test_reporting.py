"""The report ends with its figures and names every aim that was missed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.prove.mutants.running import Mutated
from tests.prove.reporting import Report, lines, write


def well() -> Report:
    """One theorem that holds, over enough points."""
    return Report(
        points=600_000, seconds=12.4, theorems=Counter({"It holds.": 0}), coverage={"role": Counter(doctor=2)}
    )


def test_the_last_line_has_the_figures() -> None:
    """As `make prove` is read by people and by what calls it."""
    assert list(lines(well()))[-1] == "prove: points 600000; mismatches 0; theorems 1 of 1; seconds 12"
    assert list(well().failures()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("points", 499_999, "499999 points"),
        ("mismatches", 1, "judged otherwise"),
        ("theorems", Counter({"It holds.": 3}), "not true: It holds."),
        (
            "coverage",
            {"role": Counter({"doctor": 1, "nurse": 0})},
            "role: 1 words stand in no point",
        ),
    ],
)
def test_an_aim_that_was_missed_is_named(name: str, value: object, said: str) -> None:
    """In words, and so that the command fails."""
    report = well()
    setattr(report, name, value)
    assert any(said in failure for failure in report.failures())
    assert any(line.startswith("failed") and said in line for line in lines(report))


def test_with_mutants_the_last_line_has_their_figures_too() -> None:
    """One that is alive fails the command, and one that is argued is told."""
    report = well()
    report.mutated = Mutated(killed=7, equivalent=["a mutant: why"])
    said = list(lines(report))
    assert said[-1].endswith("theorems 1 of 1; mutants 8; alive 0; equivalent 1; seconds 12")
    assert "equivalent a mutant: why" in said
    assert list(report.failures()) == []
    report.mutated.alive.append("another")
    assert list(report.failures()) == ["alive: another"]


def test_the_same_figures_are_written_as_json(tmp_path: Path) -> None:
    """For whoever reads them by program."""
    write(well(), tmp_path / "build" / "prove.json")
    found = json.loads((tmp_path / "build" / "prove.json").read_text())
    assert (found["points"], found["mismatches"], found["theorems_holding"], found["failures"]) == (
        600_000,
        0,
        1,
        [],
    )
