"""One record of a partner's into one R4 resource, as its item of the mapping says.

Whatever no field takes is carried in extensions with its name. An item that lacks what R4 requires is
listed with its original whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from connectors.r4 import ListedReason, Tree
from connectors.rest_json.mapping import Group, Leaf, When
from connectors.rest_json.paths import (
    Address,
    Bound,
    Path,
    every,
    leaves,
    length,
    look,
    named,
    text_of,
)
from connectors.rest_json.targets import Kind, Target
from connectors.rest_json.values import Written, carriable, written

CARRIED = "https://watersmeet.example/fhir/StructureDefinition/carried"

Taken: TypeAlias = set[Address]
_REASONS = {Kind.CODE: ListedReason.REQUIRED_CODE, Kind.CONCEPT: ListedReason.REQUIRED_CODE}


@dataclass(frozen=True, slots=True)
class Translated:
    """The members of a resource. `lacks` says why it cannot stand, when it cannot."""

    members: Tree = field(repr=False)
    lacks: ListedReason | None = None


def translate(record: Tree, members: Group, taken: Taken) -> Translated:
    """Write `members` out of a record. `taken` holds the addresses that need no carrying, and grows."""
    tree = _group(record, members, {}, taken)
    carried = [_carried(address, text) for address, text in leaves(record) if address not in taken]
    if carried:
        tree["extension"] = [*tree.get("extension", []), *carried]
    return Translated(tree, _lacking(tree, members.target))


def holds(record: Any, conditions: When, bound: Bound | None = None) -> bool:
    """True when each path holds its text, in the elements that are bound or in any other element."""
    return all(_holds(record, path, text, bound or {}) for path, text in conditions)


def _holds(record: Any, path: Path, text: str, bound: Bound) -> bool:
    if all(steps in bound for steps in path.lists):
        return text_of(look(record, path.steps, bound)[1]) == text
    return any(text_of(value) == text for _, value in every(record, path))


def _group(record: Tree, group: Group, bound: Bound, taken: Taken) -> Tree:
    tree: Tree = {}
    for name, member in group.members.items():
        if isinstance(member, Group):
            _set(tree, name, member.target, _groups(record, member, bound, taken))
        elif member.target.repeats:
            values = [one.value for one in _values(record, member, bound, taken) if one.value is not None]
            _set(tree, name, member.target, values)
        else:
            for one in _values(record, member, bound, taken):
                _set_one(tree, name, one)
    return tree


def _set(tree: Tree, name: str, target: Target, values: list[Any]) -> None:
    if values:
        tree[name] = values if target.repeats else values[0]


def _set_one(tree: Tree, name: str, one: Written) -> None:
    if one.value is not None:
        tree[name] = one.value
    if one.beside:
        tree[f"_{name}"] = {"extension": list(one.beside)}


def _groups(record: Tree, group: Group, bound: Bound, taken: Taken) -> list[Tree]:
    """One tree for each element; none for an element of which nothing but fixed words could be written."""
    bounds: list[Bound] = [bound]
    if group.over:
        bounds = [{**bound, group.over: index} for index in range(length(record, group.over, bound))]
    trees = []
    for one in bounds:
        took: Taken = set()
        tree = _group(record, group, one, took)
        if (took or _stands_alone(group)) and tree and _lacking(tree, group.target) is None:
            taken |= took
            trees.append(tree)
    return trees


def _values(record: Tree, leaf: Leaf, bound: Bound, taken: Taken) -> list[Written]:
    if leaf.fixed is not None:
        return [Written({"text": leaf.fixed} if leaf.target.kind is Kind.CONCEPT else leaf.fixed)]
    bounds: list[Bound] = [bound]
    if leaf.over:
        bounds = [{**bound, leaf.over: index} for index in range(length(record, leaf.over, bound))]
    found = []
    for one in bounds:
        for path in leaf.sources:
            address, value = look(record, path.steps, one)
            text = text_of(value)
            if text is not None and holds(record, leaf.when, one):
                result = written(leaf, text)
                if result.value is not None or not leaf.target.repeats:
                    found.append(result)
                    taken.add(address)
    return found


def _stands_alone(group: Group) -> bool:
    """True for a group that says something without the record: all of it is fixed, or its code is."""
    members = group.members.values()
    code = group.members.get("code")
    if isinstance(code, Leaf) and code.fixed is not None:
        return True
    if group.target.kind is Kind.CONCEPT:
        return any(isinstance(member, Group) and _stands_alone(member) for member in members)
    return all(
        _stands_alone(member) if isinstance(member, Group) else member.fixed is not None for member in members
    )


def _lacking(tree: Tree, target: Target) -> ListedReason | None:
    """Why R4 would refuse this, for the first required member that is not there."""
    for name, member in target.members.items():
        if member.required and name not in tree:
            return _REASONS.get(member.kind, ListedReason.REQUIRED_VALUE)
    return None


def _carried(address: Address, text: str) -> Tree:
    return {
        "url": CARRIED,
        "extension": [
            {"url": "name", "valueString": carriable(named(address)) or "-"},
            {"url": "value", "valueString": carriable(text)},
        ],
    }
