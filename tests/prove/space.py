"""The space of decisions: named products of the words of each dimension, made one request at a time.

A point is one request at one partner, with every category and every sensitivity class judged in it. The full
product of everything that varies has no end; dimensions that meet in a rule are multiplied with each other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.prove.dimensions import overrides
from tests.prove.dimensions.objections import CARVED, OBJECTIONS, PAIRS, STATES_OBJECTED
from tests.prove.dimensions.people import ORGANISATIONS, PURPOSES, RELATIONSHIPS, ROLES, SCOPES, Values
from tests.prove.dimensions.persons import DEATHS, MOMENTS, PRACTICES, RESTRICTIONS
from tests.prove.dimensions.registered import SETS, words_of_set
from tests.prove.engines import ENGINES, meets_its_error
from tests.prove.words import Asked

SESSIONS: Values = {"with-a-session": {"session": "session-1"}, "no-session": {"session": ""}}
DIMENSIONS: dict[str, Values] = {
    "role": ROLES,
    "purpose": PURPOSES,
    "relationship": RELATIONSHIPS,
    "organisation": ORGANISATIONS,
    "scopes": SCOPES,
    "moment": MOMENTS,
    "restriction": RESTRICTIONS,
    "practice": PRACTICES,
    "death": DEATHS,
    "session": SESSIONS,
    "objection": OBJECTIONS | CARVED | STATES_OBJECTED | PAIRS,
    "override": {
        name: {} for name in dict.fromkeys((*overrides.VALID, *overrides.DEFECTIVE, *overrides.EVERY))
    },
    "engine": {name: {} for name in ENGINES},
}
USUAL = {name: next(iter(values)) for name, values in DIMENSIONS.items()} | {
    "relationship": "booking",
    "override": "no-grant",
}


@dataclass(frozen=True)
class Block:
    """One product: what is not in `varied` is as usual. Judged at one set of partners, by one revision."""

    name: str
    revision: str
    partners: str
    varied: dict[str, tuple[str, ...]]
    sizes: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", tuple(len(values) for values in self.varied.values()))

    @property
    def requests(self) -> int:
        """How many requests are made."""
        return math.prod(self.sizes)

    @property
    def points(self) -> int:
        """How many decisions are compared."""
        return self.requests * len(SETS[self.partners])

    def values_at(self, at: int) -> dict[str, str]:
        """The word of every dimension in one request, by its number from nought."""
        found = dict(USUAL)
        for (name, values), size in zip(reversed(self.varied.items()), reversed(self.sizes), strict=True):
            at, place = divmod(at, size)
            found[name] = values[place]
        return found

    def step_of(self, dimension: str) -> int:
        """How far apart two requests are that differ by one place in this dimension."""
        at = list(self.varied).index(dimension)
        return math.prod(self.sizes[at + 1 :])


def asked(values: dict[str, str], partners: str) -> Asked:
    """The request in words."""
    words = {"partners": SETS[partners], "numbers": overrides.PERSON}
    for name, value in values.items():
        words |= DIMENSIONS[name][value]
    grant = overrides.granted(
        values["override"], words["organisation"], words["purpose"], words["session"], words["now"]
    )
    if words["restriction"] is None:
        words["numbers"] = frozenset({overrides.ASHA})
    request = Asked(**words, grant=grant)
    return replace(request, engine="error") if meets_its_error(values["engine"], request) else request


def counts(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Counter[str]]]:
    """How many points each value of each dimension stands in, so that what is not covered is seen."""
    for dimension, words in DIMENSIONS.items():
        found: Counter[str] = Counter(dict.fromkeys(words, 0))
        for block in blocks:
            values = block.varied.get(dimension, (USUAL[dimension],))
            found.update(dict.fromkeys(values, block.points // len(values)))
        yield dimension, found
    partners: Counter[str] = Counter()
    for block in blocks:
        partners.update(dict.fromkeys(words_of_set(block.partners), block.requests))
    yield "partner", partners
