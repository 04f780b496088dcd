"""Four real processes: the figure's own machinery, for as many rounds as it takes to see that it counts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.race import rounds
from tests.race.reporting import Aims, Report, lines
from tests.race.rounds import Rounds, disclosed_after


@pytest.mark.long
async def test_every_process_refuses_once_the_command_has_returned(tmp_path: Path) -> None:
    """Two objections, with a withdrawal between: each of the four answers before and refuses after."""
    found = await rounds.played(tmp_path, 2)
    assert (found.rounds, len(found.took_ms)) == (2, 8)
    assert found.answered_after == found.disclosed_after == 0
    assert found.statuses[200]
    assert found.statuses[403]


@pytest.mark.parametrize(
    ("order", "count"),
    [
        (["disclosure", "objection a", "objection a", "disclosure"], 0),
        (["objection a", "disclosure", "disclosure", "objection a"], 2),
        (["objection a", "objection b", "objection b", "disclosure", "objection a", "disclosure"], 1),
    ],
)
def test_disclosures_while_an_objection_stands_are_counted_by_the_order_of_records(
    tmp_path: Path, order: list[str], count: int
) -> None:
    """An objection's first record binds, its second is the withdrawal."""
    path = tmp_path / "releases.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, kind TEXT, subject TEXT)")
        rows = [(one.partition(" ")[0], one.partition(" ")[2] or None) for one in order]
        database.executemany("INSERT INTO record (kind, subject) VALUES (?, ?)", rows)
        database.commit()
    assert disclosed_after(path) == count


def test_a_report_names_every_aim_that_was_missed() -> None:
    """What was not played, not landed, not found and too slow is said in words, and fails the run."""
    aims = Aims(interleavings=10, played=10, at_each_spot=1, rounds=1)
    found = Rounds(rounds=1, took_ms=[5.0, 1_200.0], answered_after=2)
    said = list(Report(1, aims, rounds=found).failures())
    assert said[0] == "0 interleavings, at least 10 are wanted"
    assert "whole record landed 0 times at merging, at least 1 are wanted" in said
    assert "the planted fault stale_copy was not found" in said
    assert said[-1] == "refused 1200 ms after the command, within 1000 is wanted"
    *_, last = lines(Report(1, aims, rounds=found))
    assert last == "race: interleavings 0; releases after acknowledgement 0"
