"""The place of an STU3 value into the places where R4 may hold it: the closed table `roles.yaml`, read.

An element that the table does not name stands in R4 where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.fidelity.facts import Ext, Inner, Place, Step, names
from tests.fidelity.reading import Tree

HERE = Path(__file__).parent
ANY = -1
_CARRIED = -2
_GONE = "gone"
_STEP = re.compile(r"([A-Za-z0-9]+)(\[(?:\*|\d*)\])?")


@dataclass(frozen=True, slots=True)
class Images:
    """Where R4 may hold a value, and whether R4 has no place for it, so that it stands as given."""

    places: tuple[Place, ...]
    gone: bool


def table(name: str) -> Any:
    """One of this folder's tables."""
    return YAML(typ="safe").load(HERE / name)


@cache
def roles() -> dict[str, dict[tuple[str, ...], tuple[str, ...]]]:
    """The table, by type and members."""
    return {
        kind: {tuple(member.split(".")): tuple(places.split(" | ")) for member, places in rules.items()}
        for kind, rules in table("roles.yaml").items()
    }


def images(kind: str, place: Place) -> Images:
    """Where R4 may hold what stood at `place` in a resource of `kind`."""
    said = names(place)
    rules = roles().get(kind, {}) | roles()["Resource"]
    for length in range(len(said), 0, -1):
        if said[:length] in rules:
            return _ruled(rules[said[:length]], place, length)
    return Images((place,), gone=False)


def _ruled(patterns: tuple[str, ...], place: Place, length: int) -> Images:
    end = _end_of(place, length)
    ruled, rest = place[:end], place[end:]
    hidden = next((step for step in reversed(ruled) if isinstance(step, str)), "").startswith("_")
    indices = [step for step in ruled if isinstance(step, int)]
    places = tuple(
        (*_filled(pattern, indices, hidden=hidden), *rest) for pattern in patterns if pattern != _GONE
    )
    return Images(places, gone=_GONE in patterns)


def _end_of(place: Place, length: int) -> int:
    seen = 0
    for position, step in enumerate(place):
        if isinstance(step, str | Ext):
            if seen == length:
                return position
            seen += 1
    return len(place)


@cache
def _pattern(text: str) -> Place:
    steps: list[Step] = []
    for name, index in _STEP.findall(text):
        steps.append(name)
        if index:
            steps.append({"[]": _CARRIED, "[*]": ANY}.get(index) or int(index[1:-1] or 0))
    return tuple(steps)


def _filled(text: str, indices: list[int], *, hidden: bool) -> Place:
    left = iter(indices)
    filled = [next(left, 0) if step == _CARRIED else step for step in _pattern(text)]
    if hidden:
        last = max(position for position, step in enumerate(filled) if isinstance(step, str))
        filled[last] = f"_{filled[last]}"
    return tuple(filled)


def found_at(node: Any, place: Place, way: Place = ()) -> Iterator[tuple[Place, Any]]:
    """What stands at `place` below `node`, each with its own way; nothing where nothing stands.

    Suppliers send a list of one where one is meant, and one where a list is: both say the same.
    """
    if isinstance(node, list) and len(node) == 1 and not (place and isinstance(place[0], int)):
        yield from found_at(node[0], place, (*way, 0))
    if not place:
        yield way, node
        return
    if place[0] in (0, ANY) and isinstance(place[0], int) and not isinstance(node, list):
        yield from found_at(node, place[1:], way)
        return
    for taken, below in _taken(node, place[0]):
        yield from found_at(below, place[1:], (*way, taken))


def _taken(node: Any, step: Step) -> Iterator[tuple[Step, Any]]:
    if isinstance(step, int):
        if isinstance(node, list):
            wanted = range(len(node)) if step == ANY else range(step, min(step + 1, len(node)))
            yield from ((position, node[position]) for position in wanted)
    elif isinstance(node, dict):
        if isinstance(step, Ext):
            held = [one for one in _listed(node, step.member) if one.get("url") == step.url]
            yield from ((step, one) for one in held[step.nth : step.nth + 1])
        elif isinstance(step, Inner):
            yield from ((step, one) for one in _listed(node, "contained") if one.get("id") == step.identity)
        elif step in node:
            yield step, node[step]


def _listed(node: Tree, member: str) -> list[Tree]:
    held = node.get(member)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
