"""What happened in one interleaving, in the order in which it did, and how far each request has come."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field

REQUEST: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="")

BEFORE, TRACING, ASKING, MERGING, RELEASE, ANSWERED, ENDED = (
    "before the index",
    "tracing",
    "asking",
    "merging",
    "release",
    "answered",
    "ended",
)
LATER, CACHED, RECALLED, DOCUMENT, STREAMING, IN_PARTS = (
    "a later page",
    "a cached trace",
    "a cached answer",
    "a document",
    "streaming",
    "between parts",
)
SPOTS = (BEFORE, TRACING, ASKING, MERGING, RELEASE, LATER, CACHED, RECALLED, DOCUMENT, STREAMING, IN_PARTS)


@dataclass(slots=True)
class Way:
    """How far one request has come. `submitted` are the moments at which the store was given a release, and
    `released` those of them that succeeded.
    """

    kind: str
    about: str
    phase: str = BEFORE
    traced_by_index: bool = False
    traced: bool = False
    recalled: bool = False
    intended: bool = False
    submitted: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    partners_open: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Nothing of it has gone out."""
        return self.phase not in {ANSWERED, ENDED}


@dataclass(slots=True)
class Journal:
    """`moment` counts everything that happened; `ways` are the requests by name, in order."""

    moment: int = 0
    ways: dict[str, Way] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    first_answered: bool = False

    def tick(self) -> int:
        """A moment later than every one before it."""
        self.moment += 1
        return self.moment

    @property
    def way(self) -> Way:
        """Of the request that runs now."""
        return self.ways[REQUEST.get()]

    def contacted(self, whom: str) -> None:
        """Somebody outside is about to hear of the person."""
        if not self.way.intended:
            self.faults.append(f"{whom} was asked before the intent was on record")

    def spots(self) -> set[str]:
        """Where what happens now lands, of the requests about the person whom it concerns."""
        mine = [way for way in self.ways.values() if way.about == "p"]
        spots = {way.phase for way in mine} & set(SPOTS)
        if any(way.is_open and way.traced and not way.traced_by_index for way in mine):
            spots.add(CACHED)
        if any(way.is_open and way.recalled for way in mine):
            spots.add(RECALLED)
        later = [way for way in mine if way.kind == "later"]
        if (self.first_answered and not later) or any(way.is_open for way in later):
            spots.add(LATER)
        documents = [way for way in mine if way.kind == "document"]
        if any(way.is_open for way in documents):
            spots.add(DOCUMENT)
        if any(way.phase == ANSWERED for way in documents):
            spots.add(STREAMING)
        if any(way.kind == "stream" and way.released and way.phase != ENDED for way in mine):
            spots.add(IN_PARTS)
        return spots
