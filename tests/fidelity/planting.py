"""A record and its translation into how many faults, put on purpose between translator and judge, are caught.

A fault is caught when the judge says of the spoilt translation what it did not say of the sound one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tests.fidelity.additions import added
from tests.fidelity.courses import conclusions
from tests.fidelity.reading import Tree, written
from tests.fidelity.records import Key, Ledger, Output, Record, items, judged_with, ledger, made_of

# Spoils one R4 resource in place; False when there is nothing to spoil.
Edit = Callable[[Tree], bool]
# Spoils two R4 resources of one kind together.
Exchange = Callable[[Tree, Tree], bool]
# Everything that the judge has against a record: fact places, lost items, additions and leftovers.
Complaints = frozenset[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Plant:
    """One fault: what it does, to which kinds of R4 resource (all, when none is named), and the doing."""

    name: str
    kinds: tuple[str, ...]
    edit: Edit | None = None
    exchange: Exchange | None = None
    drop: bool = False
    whole: bool = False  # it shows in other items than in those that it touches


@dataclass(slots=True)
class Planted:
    """How many were planted and caught, and the names of those that were not."""

    planted: int = 0
    caught: int = 0
    uncaught: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def count(self, name: str, *, caught: bool) -> None:
        """One fault more."""
        self.planted += 1
        self.caught += caught
        self.names.add(name)
        if not caught:
            self.uncaught.append(name)


def complaints(held: Record, names: Ledger, only: set[int]) -> Complaints:
    """What the judge has against the items of some source resources."""
    made = made_of(held)
    sources = dict(items(held.sources))
    concluded = conclusions(held, made, names)
    found: set[tuple[object, ...]] = set()
    for key, verdict in judged_with(held, made, names, only).items():
        if verdict is None:
            found.add((key, "lost"))
            continue
        found |= {(key, "missing", fact.place, fact.kind) for fact in verdict.missing}
        output = made[key]
        if output.reason is None:
            found |= {
                (key, "added", place)
                for place in added(sources[key], output.tree, verdict.claimed, concluded.get(key, set()))
            }
    return frozenset(found | surplus(held, made, only))


def surplus(held: Record, made: dict[Key, Output], only: set[int]) -> set[tuple[object, ...]]:
    """R4 resources that stand for no source item."""
    used = [id(output) for output in made.values()]
    left = []
    for output in held.outputs:
        if id(output) in used:
            used.remove(id(output))
        elif output.source in only or output.source < 0:
            left.append(output)
    return {(output.source, "surplus", position) for position, output in enumerate(left)}


def planted(held: Record, plants: Iterable[Plant], result: Planted) -> None:
    """Every plant once, at the first place in the record where it changes something."""
    names = ledger(held, made_of(held))
    before: dict[frozenset[int], Complaints] = {}
    for plant in plants:
        spoilt = next(_spoilt(held, plant), None)
        if spoilt is not None:
            outputs, touched = spoilt
            touched = touched if not plant.whole else set(range(len(held.sources)))
            sound = before.setdefault(frozenset(touched), complaints(held, names, touched))
            worse = held.with_outputs(outputs)
            now = complaints(worse, ledger(worse, made_of(worse)), touched)
            result.count(plant.name, caught=bool(now - sound))


def _spoilt(held: Record, plant: Plant) -> Iterator[tuple[list[Output], set[int]]]:
    """The record's outputs with the fault in them, and the source resources that it touches."""
    fitting = [
        position
        for position, output in enumerate(held.outputs)
        if output.reason is None and (not plant.kinds or output.tree.get("resourceType") in plant.kinds)
    ]
    outputs = list(held.outputs)
    for place, position in enumerate(fitting):
        if plant.drop:
            yield [*outputs[:position], *outputs[position + 1 :]], {outputs[position].source}
        elif plant.edit:
            one = copy.deepcopy(outputs[position].tree)
            if plant.whole and not _is_named(held, one):
                continue
            if plant.edit(one):
                yield _with(outputs, {position: one}), {outputs[position].source}
        elif plant.exchange and place + 1 < len(fitting):
            other = fitting[place + 1]
            pair = copy.deepcopy(outputs[position].tree), copy.deepcopy(outputs[other].tree)
            if plant.whole and not (_is_named(held, pair[0]) or _is_named(held, pair[1])):
                continue
            if plant.exchange(*pair):
                changed = {position: pair[0], other: pair[1]}
                yield _with(outputs, changed), {outputs[position].source, outputs[other].source}


def _with(outputs: list[Output], changed: dict[int, Tree]) -> list[Output]:
    return [
        Output(output.source, changed[place], output.reason, output.full_url) if place in changed else output
        for place, output in enumerate(outputs)
    ]


def _is_named(held: Record, one: Tree) -> bool:
    """Whether a reference of the record names this item by its id."""
    name = f'"reference":"{one.get("resourceType")}/{one.get("id")}"'
    return any(name in written(output.tree) for output in held.outputs)
