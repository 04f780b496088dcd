"""Whatever is in a file, each of its rows is accounted for once, and twice is as good as once."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.adapters.keys import KeyRing
from broker.domain.objection_life import ObjectionEvent
from broker.objections.importing import Outcome, Result, binds
from tests.support.objection_files import HEADINGS, intake_over
from tests.support.stores import demonstration_ring

_NUMBERS = st.sampled_from(["9990000018", "999 000 0026", "9990000034", "9990000019", "", "x", "٣"])
_CELLS = (
    st.sampled_from(["1", "2", "3", "4", "5", "", " 1 ", 'a"b', "a\nb", "ø"]),
    _NUMBERS,
    st.sampled_from(["", "active", "active", "withdrawn", "Withdrawn", "gone"]),
    st.sampled_from(["", "2026-05-01", "soon", "2999-01-01"]),
    st.sampled_from(["", "documents", "none", "perhaps"]),
    st.sampled_from(["", "results", "results;plans", "resluts", ";"]),
)
_ROW = st.one_of(st.tuples(*_CELLS).map(list), st.lists(st.sampled_from(["1", "9990000018", ""]), min_size=1))
_ROWS = st.lists(_ROW, max_size=40)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """One ring for every file."""
    return demonstration_ring(tmp_path_factory.mktemp("ring"))


def written(folder: Path, rows: list[list[str]]) -> Path:
    """The file, as a spreadsheet writes it."""
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return path


def in_force(events: tuple[ObjectionEvent, ...]) -> Counter[Any]:
    """What binds whom, and whether it is for review, without the names that we gave."""
    newest = {event.objection.objection_id: event for event in events}.values()
    return Counter(
        (tuple(sorted(event.numbers)), repr(event.objection.scope), event.objection.verified)
        for event in newest
        if binds(event)
    )


async def taken(ring: KeyRing, rows: list[list[str]], times: int = 1) -> tuple[Any, ...]:
    """Each run's results, and what is on the register after it."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), rows)
        async with intake_over(Path(folder) / "s.db", ring) as intake:
            runs = []
            for _ in range(times):
                results = await intake.take(path)
                runs.append((results, await intake.store.events_under(None)))
            return (*runs, await intake.count(path), list(intake.survey(path).readings()))


@settings(max_examples=50, deadline=None)
@given(rows=_ROWS)
def test_every_row_ends_once_and_a_second_run_changes_nothing(ring: KeyRing, rows: list[list[str]]) -> None:
    """The results are the file's rows; who is named is bound, or withdrew; and the count finds them so."""
    first, second, (counts, found), readings = asyncio.run(taken(ring, rows, times=2))
    results: list[Result] = first[0]
    assert [result.row for result in results] == [reading.row for reading in readings]
    assert len(results) == len(found)
    assert second[1] == first[1]
    assert {result.outcome for result in second[0]} <= {Outcome.ALREADY, Outcome.REFUSED}
    bound = set().union(*(event.numbers for event in first[1]))
    for result, reading in zip(results, readings, strict=True):
        if reading.fault or reading.withdrawn:
            assert result.outcome in {Outcome.REFUSED, Outcome.WITHDRAWN, Outcome.ALREADY}
        else:
            assert result.outcome is not Outcome.REFUSED
            assert reading.numbers <= bound
    missing = [row.row for row in found if row.standing.value == "missing"]
    assert missing == [reading.row for reading in readings if reading.fault]
    assert counts["surplus"] == 0


@settings(max_examples=30, deadline=None)
@given(orders=_ROWS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_the_rows_does_not_matter(ring: KeyRing, orders: tuple[list[list[str]], ...]) -> None:
    """The same people are bound in the same scopes, and the same objections are for review."""
    one, two = (asyncio.run(taken(ring, order))[0] for order in orders)
    assert in_force(one[1]) == in_force(two[1])
    assert Counter(result.outcome for result in one[0]) == Counter(result.outcome for result in two[0])
