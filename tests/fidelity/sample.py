"""A small record of our own in STU3, and by hand in R4: the judge must know what real records seldom hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fidelity.reading import Source, exact, source
from tests.fidelity.records import Output, Record, record

HERE = Path(__file__).parent / "sample"
# The ended allergy is contained in the ninth resource, and an item of its own in R4.
_LIST = 8


def sample() -> Source:
    """The record in STU3."""
    return source("own", "sample.json", (HERE / "stu3.json").read_bytes())


def by_hand(given: Source) -> Iterator[Output]:
    """The record in R4, each resource with the position of its source."""
    made = source("own", "sample.json", (HERE / "r4.json").read_bytes()).resources
    for position, raw in enumerate(made):
        yield Output(position - (position > _LIST), exact(raw))
    assert len(made) == len(given.resources) + 1


def sample_record() -> Record:
    """Both beside each other."""
    return record(sample(), by_hand)
