"""A record into faults of the translator itself: blind to one element, misreading it, or exchanging two.

The translator is handed a resource in which one fact is left out, altered, or exchanged with the fact that
follows it, and its R4 is judged against the true resource: what a translator does that never reads the
element, or reads it wrongly. Every kind of element of every record is done so once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.fidelity.facts import Ext, Inner, Place, facts
from tests.fidelity.places import found_at
from tests.fidelity.planting import Planted, complaints
from tests.fidelity.reading import Number, Source, Tree, exact, written
from tests.fidelity.records import Record, Translate, ledger, made_of, record

# Said by every other status in R4: a translator that drops them when they are false has lost nothing.
FALSE_IN_R4 = {"Immunization.notGiven", "Procedure.notDone"}


class Leaf(NamedTuple):
    """One leaf of one fact: its element's name, its kind and its place."""

    name: str
    kind: str
    place: Place
    value: Any

    @property
    def is_said_anyway(self) -> bool:
        """Whether R4 says the same without it."""
        return self.value is False and self.name in FALSE_IN_R4


def leaves(resource: Tree) -> Iterator[Leaf]:
    """Every leaf of a resource's facts."""
    for fact in facts(resource):
        for steps, value in fact.leaves:
            place = (*fact.place, *steps)
            said = [
                step.url if isinstance(step, Ext) else step
                for step in place
                if not isinstance(step, Inner | int)
            ]
            yield Leaf(".".join((str(resource.get("resourceType")), *said)), fact.kind, place, value)


def blinded(held: Record, translate: Translate, result: Planted) -> None:
    """Every kind of element in the record left out, altered, and exchanged with its neighbour, once each."""
    done: set[str] = set()
    listed = {output.source for output in held.outputs if output.reason is not None}
    for position, resource in enumerate(held.sources):
        if position in listed:
            continue
        sound: frozenset[tuple[object, ...]] | None = None
        for name, spoilt in _spoilt(resource, done):
            if sound is None:
                sound = _complaints(resource, resource, translate)
            result.count(name, caught=bool(_complaints(resource, spoilt, translate) - sound))


def _complaints(resource: Tree, seen: Tree, translate: Translate) -> frozenset[tuple[object, ...]]:
    """What the judge has against the R4 of `seen` when it should be that of `resource`."""
    given = Source("", "", (written(seen).encode(),), (None,))
    alone = Record("", "", (resource,), (None,), record(given, translate).outputs)
    return complaints(alone, ledger(alone, made_of(alone)), {0})


def _spoilt(resource: Tree, done: set[str]) -> Iterator[tuple[str, Tree]]:
    before: Leaf | None = None
    for leaf in leaves(resource):
        for name, edit in (("left out", _leave_out), ("altered", _alter)):
            fault = f"{leaf.name} {name}"
            if fault not in done and not (edit is _leave_out and leaf.is_said_anyway):
                done.add(fault)
                yield fault, edit(exact(written(resource)), leaf)
        if before is not None and before.kind == leaf.kind:
            fault = f"{before.name} exchanged with {leaf.name}"
            changed = None if fault in done else _exchange(exact(written(resource)), before, leaf)
            if changed is not None:
                done.add(fault)
                yield fault, changed
        before = leaf


def _holder(tree: Tree, place: Place) -> Any:
    return next(node for way, node in found_at(tree, place[:-1]) if way == place[:-1])


def _leave_out(tree: Tree, leaf: Leaf) -> Tree:
    del _holder(tree, leaf.place)[leaf.place[-1]]
    return tree


def _alter(tree: Tree, leaf: Leaf) -> Tree:
    holder, last = _holder(tree, leaf.place), leaf.place[-1]
    holder[last] = _other(holder[last], leaf.kind)
    return tree


def _other(value: Any, kind: str) -> Any:
    """Another value of the same kind, as near to it as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Number):
        return Number(f"{value}0" if "." in value else f"{value}.0")
    if kind == "date":
        return f"{'2' if value[3] != '2' else '3'}".join((value[:3], value[4:]))
    return f"{value}x"


def _exchange(tree: Tree, one: Leaf, other: Leaf) -> Tree | None:
    here, there = _holder(tree, one.place), _holder(tree, other.place)
    first, second = here[one.place[-1]], there[other.place[-1]]
    if type(first) is not type(second) or first == second:
        return None
    here[one.place[-1]], there[other.place[-1]] = second, first
    return tree
