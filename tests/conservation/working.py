"""A share of the records into what was found: what is unaccounted for, what depends on an order, what left a
trace.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from broker.pipeline.services import Services
from tests.conservation.counting import faults, presented
from tests.conservation.playing import Played, played, services
from tests.conservation.records import Given, records
from tests.conservation.splitting import Answer, split
from tests.conservation.without import only_references_are_cut, without_the_withheld


@dataclass(frozen=True, slots=True)
class Aims:
    """How often each record is split, and in how many orders each split is answered."""

    splits: int
    orders: int


@dataclass(slots=True)
class Tally:
    """What was played and what was found. Each finding says the record, the seed, and what is wrong."""

    records: int = 0
    entries: int = 0
    orders: int = 0
    worlds: int = 0
    carried_along: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    unaccounted: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    def join(self, other: Tally) -> None:
        """Another share's findings beside these."""
        for name in ("records", "entries", "orders", "worlds", "carried_along"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, number in other.totals.items():
            self.totals[name] = self.totals.get(name, 0) + number
        for name in ("unaccounted", "differences", "traces"):
            getattr(self, name).extend(getattr(other, name))


PARTS = ("received", "shown", "grouped", "repeated", "withheld", "unreadable", "quarantined")


async def play(given: Given, aims: Aims, around: Services, tally: Tally) -> None:
    """One record in every split and order."""
    tally.records += 1
    for seed in range(aims.splits):
        answers, where = split(given, seed), f"{given.name}, split {seed}"
        first = await played(answers, 0, around)
        tally.entries += sum(len(one.received) for one in answers)
        tally.orders += aims.orders
        tally.unaccounted += (f"{where}: {said}" for said in faults(answers, first))
        for outcome in first.view.outcomes:
            for part in PARTS:
                tally.totals[part] = tally.totals.get(part, 0) + getattr(outcome.tally, part)
        for order in range(1, aims.orders):
            if (await played(answers, order, around)).body != first.body:
                tally.differences.append(f"{where}: order {order}")
        await _play_without(answers, first, where, around, tally)


async def _play_without(
    answers: Sequence[Answer], first: Played, where: str, around: Services, tally: Tally
) -> None:
    """The same in a world in which what is withheld never was."""
    shown = presented(first.body)
    never = without_the_withheld(answers, shown)
    if never is None:
        return
    tally.worlds += 1
    if (await played(never, 0, around)).body == first.body:
        return
    tally.carried_along += 1
    never = without_the_withheld(answers, shown, and_what_fell=True) or answers
    body = (await played(never, 0, around)).body
    if body != first.body and not only_references_are_cut(answers, never, first.body, body):
        tally.traces.append(where)


async def play_all(given: Iterable[Given], aims: Aims) -> Tally:
    """Some records, one after the other."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="watersmeet-conservation-") as folder:
        async with services(Path(folder)) as around:
            for one in given:
                await play(one, aims, around, tally)
    return tally


def in_a_process(folder: Path, share: int, shares: int, aims: Aims) -> Tally:
    """Every record of one share. What a connector or a room says in its log stands in the findings too."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return asyncio.run(play_all(_share(folder, share, shares), aims))


def _share(folder: Path, share: int, shares: int) -> Iterator[Given]:
    return (one for place, one in enumerate(records(folder)) if place % shares == share)
