"""A dotted path of a mapping, such as `phones[].number`, to the value that it names in a record.

Names and `[]` are the whole language: no index, no wildcard, no condition. An address is a path with every
list's place filled in; what a mapping took of a record is remembered by its addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from broker.domain.json_bytes import write_tree

Address: TypeAlias = tuple[str | int, ...]
# Which element of each list is meant: the list's own names, to its place.
Bound: TypeAlias = Mapping[tuple[str, ...], int]

MISSING: Final = object()
NAME_PATTERN = re.compile(r"([A-Za-z0-9_$@-]{1,128})(\[\])?", re.ASCII)
STEPS_MAX = 12


@dataclass(frozen=True, slots=True)
class Path:
    """The names of a path, each with its lists marked: `a[].b` is `("a", "[]", "b")`."""

    steps: tuple[str, ...]

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        """The path of each list on the way, outermost first."""
        places = [place for place, step in enumerate(self.steps) if step == "[]"]
        return tuple(self.steps[:place] for place in places)


def parse_path(text: str) -> Path:
    """Raises ValueError, which says what a path looks like."""
    steps: list[str] = []
    for part in text.split("."):
        found = NAME_PATTERN.fullmatch(part)
        if found is None:
            raise ValueError("Write names with dots between them, and `[]` after a list: `phones[].number`.")
        steps += [found[1], "[]"] if found[2] else [found[1]]
    if len(steps) > STEPS_MAX:
        raise ValueError(f"A path has at most {STEPS_MAX} steps.")
    return Path(tuple(steps))


def look(tree: Any, steps: tuple[str, ...], bound: Bound) -> tuple[Address, Any]:
    """The address and value of `steps` with its lists as bound. The value is MISSING when it is not there."""
    address: list[str | int] = []
    for place, step in enumerate(steps):
        if step == "[]":
            index = bound[steps[:place]]
            tree = tree[index] if isinstance(tree, list) and index < len(tree) else MISSING
            address.append(index)
        else:
            tree = tree.get(step, MISSING) if isinstance(tree, dict) else MISSING
            address.append(step)
        if tree is MISSING:
            break
    return tuple(address), tree


def length(tree: Any, steps: tuple[str, ...], bound: Bound) -> int:
    """How many elements the list at `steps` has; none when it is no list."""
    found = look(tree, steps, bound)[1]
    return len(found) if isinstance(found, list) else 0


def every(tree: Any, path: Path) -> Iterator[tuple[Bound, Any]]:
    """Every value that a path names, through all of its lists, with the lists' places."""
    yield from _every(tree, path, 0, {})


def _every(tree: Any, path: Path, level: int, bound: Bound) -> Iterator[tuple[Bound, Any]]:
    if level == len(path.lists):
        value = look(tree, path.steps, bound)[1]
        if value is not MISSING:
            yield bound, value
        return
    steps = path.lists[level]
    for index in range(length(tree, steps, bound)):
        yield from _every(tree, path, level + 1, {**bound, steps: index})


def text_of(value: Any) -> str | None:
    """A value as its own characters; None for a list, an object, and what is not there or says nothing
    (null, empty).
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, msgspec.Raw)):
        return write_tree(value).decode()
    return None


def leaves(tree: Any, address: Address = ()) -> Iterator[tuple[Address, str]]:
    """Every value of a record that says something, with its address."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield from leaves(inner, (*address, name))
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            yield from leaves(inner, (*address, index))
    else:
        text = text_of(tree)
        if text is not None:
            yield address, text


def named(address: Address) -> str:
    """An address as a reader would write it, its elements counted from one: `phones[2].number`."""
    written = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in address)
    return written.removeprefix(".")
