"""What grouping and contradictions add to the cost of a view that is screened, merged and presented.

The bodies are the bench's own, read and proved beforehand; the two ways go by turns in one process, and of
many turns the cheapest counts, because whatever else the machine does only adds. Run as
`python -m tests.benchmarks.merging`; prints the figures as JSON, in microseconds of processor time for each
resource but for the ratio.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from broker.app import keep_collector_out
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.resource import Resource
from broker.pipeline import merging
from broker.pipeline.merging import Ground, merge
from broker.pipeline.presentation import present_record
from broker.pipeline.screening import screen
from broker.pipeline.screening.differing import Known
from tests.benchmarks.stub import PARTNERS, everything, patient
from tests.support.records import ALL, NOW, decision, finished, judgement, person, read, registration
from tests.support.views import frame

_TURNS = 60
_KNOWN = Known.of(orjson.dumps(patient()))
Answers = dict[str, tuple[Resource, ...]]


class _GroupsNothing:
    """A merge without grouping: the floor that ours is compared with."""

    def __init__(self, *_: object) -> None:
        """There is nothing to know."""

    def groups(self) -> Generator[None, None, tuple[()]]:
        """None."""
        yield
        return ()


def _contradicts_nothing(*_: object) -> Generator[None, None, tuple[()]]:
    yield
    return ()


@contextmanager
def grouping_nothing() -> Iterator[None]:
    """While this is open, a merge groups nothing and finds no contradiction."""
    ours = merging.Grouping, merging.contradictions
    stage: Any = merging
    stage.Grouping, stage.contradictions = _GroupsNothing, _contradicts_nothing
    try:
        yield
    finally:
        stage.Grouping, stage.contradictions = ours


def ground_of(partners: Sequence[str]) -> Ground:
    """Everything is permitted, and every partner answered in full."""
    return Ground(
        patient=person(practice_ods="RX901"),
        judgement=judgement(*(decision(name) for name in partners)),
        registrations=[registration(name) for name in partners],
        wanted=ALL,
        sure=ALL,
        asked_at=NOW,
    )


def answered_by(partners: Iterable[str]) -> dict[str, PartnerOutcome]:
    """Every one of them, in full."""
    return {
        name: PartnerOutcome(partner_id=name, label=OutcomeLabel.COMPLETE, tally=Tally()) for name in partners
    }


def screened_and_shown(given: Mapping[str, tuple[Resource, ...]], ground: Ground, known: Known) -> bytes:
    """The body of one person's record, as it would leave."""
    rulings = {one.partner_id: one for one in ground.judgement.decisions}
    screened = [
        finished(screen(name, resources, rulings[name], frozenset(), known))
        for name, resources in given.items()
    ]
    items = [one for part in screened for one in part.released]
    view = finished(merge(items, answered_by(given), ground))
    return b"".join(finished(present_record(view, frame())).body)


def answers() -> Answers:
    """The bench's bodies, read and proved."""
    found = {}
    for name in PARTNERS:
        bundle = orjson.loads(everything(name))
        found[name] = read([entry["resource"] for entry in bundle["entry"]], partner_id=name).resources
    return found


def taken_us(work: Callable[[], object], resources: int) -> float:
    """Processor time of one turn, for each resource."""
    began_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - began_ns) / 1000 / resources


def figures() -> dict[str, float]:
    """By the names that the report gives them."""
    given = answers()
    count = sum(map(len, given.values()))
    ground = ground_of(PARTNERS)
    ours, nothing = [], []
    for _ in range(_TURNS):
        with grouping_nothing():
            nothing.append(taken_us(lambda: screened_and_shown(given, ground, _KNOWN), count))
        ours.append(taken_us(lambda: screened_and_shown(given, ground, _KNOWN), count))
    return {
        "merge_us_grouping_nothing": min(nothing),
        "merge_us": min(ours),
        "merge_over_before": min(ours) / min(nothing),
    }


if __name__ == "__main__":
    keep_collector_out()
    gc.collect()
    sys.stdout.write(json.dumps(figures()) + "\n")
