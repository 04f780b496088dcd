"""Things that go by one name put together: by any code that they share, or by the same words."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Mapping
from typing import TypeVar

from broker.domain.degraded import DEGRADED_CODES
from broker.domain.item_words import Tree
from broker.pipeline.presentation.views.shapes import codings, words

Thing = TypeVar("Thing")
_THINGS_IN_A_SLICE = 500


def names_of(concept: Tree | None, said: str = "") -> set[Hashable]:
    """Every name by which another may be known as the same: its codes, and `said` whatever its case. Words
    of its own are a name only of what has no code that tells: creatinine is measured in blood and in urine.
    """
    found: set[Hashable] = {pair for pair in codings(concept) if pair[1] not in DEGRADED_CODES}
    named = said or ("" if found else words(concept))
    return found | {" ".join(named.split()).casefold()} if named else found


def put_together(
    things: Iterable[tuple[Thing, Iterable[Hashable]]],
) -> Generator[None, None, list[list[Thing]]]:
    """Those that share a name, directly or through another, in order; what has no name stands alone."""
    places: dict[Hashable, int] = {}
    parents: list[int] = []
    kept: list[Thing] = []
    for place, (thing, names) in enumerate(things):
        kept.append(thing)
        parents.append(place)
        for name in names:
            _join(parents, places.setdefault(name, place), place)
        if place % _THINGS_IN_A_SLICE == _THINGS_IN_A_SLICE - 1:
            yield
    members: dict[int, list[Thing]] = {}
    for place, thing in enumerate(kept):
        members.setdefault(_root(parents, place), []).append(thing)
        if place % _THINGS_IN_A_SLICE == _THINGS_IN_A_SLICE - 1:
            yield
    return list(members.values())


def _root(parents: list[int], place: int) -> int:
    """The first of those that `place` is together with."""
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, other: int) -> None:
    roots = _root(parents, one), _root(parents, other)
    parents[max(roots)] = min(roots)


def marks_of(entries: Iterable[Mapping[str, object]]) -> list[object]:
    """Every contradiction that something in these entries stands in, each once."""
    return list(
        dict.fromkeys(
            code
            for entry in entries
            for code in entry.get("contradictions", ())  # type: ignore[attr-defined] # our own entries: a list
        )
    )
