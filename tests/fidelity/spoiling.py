"""The plain ways to spoil an R4 tree in place: drop, change or exchange what stands at a member's name.

A way is dotted: `note.text` finds the first `note` (or one of its list) that has `text`. Each tells whether
it changed anything, numbers and texts told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from tests.fidelity.planting import Edit, Exchange
from tests.fidelity.reading import Tree


def holders(node: Any, way: str) -> Iterator[tuple[Tree, str]]:
    """Every object that has the last member of `way`, reached by the members before it from the root."""
    first, _, rest = way.partition(".")
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, dict) and first in one:
            if rest:
                yield from holders(one[first], rest)
            else:
                yield one, first


def anywhere(node: Any, *wanted: str) -> Iterator[Tree]:
    """Every object at any depth that has all the wanted members."""
    if isinstance(node, dict):
        if all(name in node for name in wanted):
            yield node
        for value in node.values():
            yield from anywhere(value, *wanted)
    elif isinstance(node, list):
        for value in node:
            yield from anywhere(value, *wanted)


def same(one: Any, other: Any) -> bool:
    """Whether two trees are alike, a number and its text told apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def drop(way: str) -> Edit:
    """Leave a member out."""

    def edit(tree: Tree) -> bool:
        for holder, name in holders(tree, way):
            del holder[name]
            return True
        return False

    return edit


def change(way: str, to: Callable[[Any], Any]) -> Edit:
    """Write another value."""

    def edit(tree: Tree) -> bool:
        for holder, name in holders(tree, way):
            new = to(holder[name])
            if not same(new, holder[name]):
                holder[name] = new
                return True
        return False

    return edit


def drop_anywhere(name: str, *beside: str) -> Edit:
    """Leave a member out wherever it first stands beside others."""

    def edit(tree: Tree) -> bool:
        for holder in anywhere(tree, name, *beside):
            del holder[name]
            return True
        return False

    return edit


def change_anywhere(name: str, to: Callable[[Any], Any], *beside: str) -> Edit:
    """Write another value wherever the member first stands beside others and the value would change."""

    def edit(tree: Tree) -> bool:
        for holder in anywhere(tree, name, *beside):
            new = to(holder[name])
            if not same(new, holder[name]):
                holder[name] = new
                return True
        return False

    return edit


def swap(one_way: str, other_way: str) -> Edit:
    """Exchange two members of one resource."""

    def edit(tree: Tree) -> bool:
        one, other = next(holders(tree, one_way), None), next(holders(tree, other_way), None)
        return bool(one and other) and _exchanged(one, other)

    return edit


def swap_between(way: str) -> Exchange:
    """Exchange one member of two resources."""

    def exchange(tree: Tree, neighbour: Tree) -> bool:
        one, other = next(holders(tree, way), None), next(holders(neighbour, way), None)
        return bool(one and other) and _exchanged(one, other)

    return exchange


def swap_within(way: str, member: str) -> Edit:
    """Exchange a member of the first two objects in one list."""

    def edit(tree: Tree) -> bool:
        for holder, name in holders(tree, way):
            held = holder[name]
            having = [one for one in held if isinstance(one, dict) and member in one]
            for one, other in pairwise(having):
                if _exchanged((one, member), (other, member)):
                    return True
        return False

    return edit


def _exchanged(one: tuple[Tree, str] | None, other: tuple[Tree, str] | None) -> bool:
    assert one is not None
    assert other is not None
    (here, name), (there, named) = one, other
    if same(here[name], there[named]):
        return False
    here[name], there[named] = there[named], here[name]
    return True


def each_list(way: str, to: Callable[[list[Any]], list[Any]]) -> Edit:
    """Write a list otherwise: shorter, or in another order."""
    return change(way, lambda held: to(held) if isinstance(held, list) else held)
