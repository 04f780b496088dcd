"""The count of everything that was sent, and that it finds what is lost."""

from __future__ import annotations

import asyncio

import pytest

from tests.conservation.fates import Fate, fates
from tests.conservation.marking import marked, marks_in, numbers_in
from tests.conservation.planting import PLANTS
from tests.conservation.records import Given, records
from tests.conservation.reporting import failures, lines
from tests.conservation.splitting import Answer, Sent, split
from tests.conservation.working import Aims, Tally, play_all
from tests.support.real_data import need_real_data
from tests.support.records import decision

ONE_IN = 10
AIMS = Aims(splits=1, orders=3)


@pytest.fixture(scope="module")
def some() -> list[Given]:
    """A part of the real records, of every kind some; the largest are left to `make conservation`."""
    every = [one for one in records(need_real_data()) if len(one.resources) < 400]
    return every[::ONE_IN]


def played(given: list[Given]) -> Tally:
    """What is found in some records."""
    return asyncio.run(play_all(given, AIMS))


def test_nothing_is_lost_nothing_depends_on_the_order_and_nothing_leaves_a_trace(some: list[Given]) -> None:
    """A part of the real records, split over partners with overlaps and faults."""
    tally = played(some)
    assert (tally.unaccounted, tally.differences, tally.traces) == ([], [], [])
    assert tally.orders == len(some) * AIMS.orders
    assert tally.worlds > 0
    assert all(tally.totals[part] > 0 for part in tally.totals)


@pytest.mark.parametrize("plant", sorted(PLANTS))
def test_a_planted_fault_is_found(plant: str, some: list[Given], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever room it is planted in, under the figure that it belongs to."""
    room, name, fault = PLANTS[plant]
    monkeypatch.setattr(room, name, fault)
    # Few records have a decimal that ends in nought.
    tally = played(some if plant == "writes numbers anew" else some[::3])
    found = {
        "in order of arrival": tally.differences,
        "tells how many came": tally.traces,
    }.get(plant, tally.unaccounted)
    assert found
    assert any(failures(tally))


def test_a_split_has_every_item_somewhere_some_twice_and_is_the_same_for_the_same_seed(
    some: list[Given],
) -> None:
    """Two to six partners; the seed alone decides."""
    given = max(some, key=lambda one: len(one.resources))
    answers = split(given, 7)
    assert answers == split(given, 7)
    assert answers != split(given, 8)
    assert 2 <= len(answers) <= 6
    places = [sent.mark.rpartition(":")[2] for one in answers for page in one.pages for sent in page]
    assert {str(place) for place in range(len(given.resources))} <= set(places)
    assert len(set(places)) < len(places)


def test_a_mark_is_found_again_and_no_number_is_written_otherwise() -> None:
    """It goes before the extensions that are there, and every other member keeps its bytes."""
    raw = (
        b'{"resourceType":"Observation","extension":[ {"url":"u","valueDecimal":0.10} ],"x":[1.50,-2e3,"7"]}'
    )
    once = marked(raw, "somewhere:1")
    assert marks_in(once) == ["somewhere:1"]
    assert numbers_in(once) == numbers_in(raw)
    assert set(numbers_in(raw)) == {b"0.10", b"1.50", b"-2e3"}
    assert b'"x":[1.50,-2e3,"7"]' in once


def test_each_fate_is_judged_without_the_rooms() -> None:
    """The person's, another's, one that cannot be read, and the same bytes again."""
    own = b'{"resourceType":"Patient","id":"p1"}'
    whose = b'{"resourceType":"Flag","id":"f","subject":{"reference":"Patient/%b"}}'
    raws = (
        own,
        whose % b"p1",
        whose % b"p2",
        whose % b"p1",
        b'{"resourceType":"Flag"',
        b'{"id":"x","id":"y"}',
    )
    sent = tuple(Sent(str(place), raw) for place, raw in enumerate(raws))
    found = [one.fate for one in fates(Answer("addenbury", (sent,), cut=False, ruling=decision()))]
    assert found == [
        Fate.EITHER, Fate.EITHER, Fate.QUARANTINED, Fate.REPEATED, Fate.UNREADABLE, Fate.UNREADABLE,
    ]  # fmt: skip


def test_the_last_line_counts_what_was_found() -> None:
    """Each finding is named, and too few records are no proof."""
    tally = Tally(records=2, orders=8, unaccounted=["a"], differences=["b"], traces=["c"])
    assert list(lines(tally))[-1] == "conservation: records 2; unaccounted 1; orders tried 8; differences 1"
    assert len(list(failures(tally))) == 4
