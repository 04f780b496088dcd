"""The elements that a search parameter looks at, read from a resource's bytes where somebody asks for them.

A header has none of most of these: it is decoded for every item of every record, and these for the items of
one search. What stands in several items in the same bytes is decoded once. Nothing outlives the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from broker.domain.resource import ABSENT, Resource

# The choices of a type that are dates (R4 4.0.1, datatypes).
_DATE_CHOICES = ("DateTime", "Instant", "Period", "Timing")


class Elements:
    """Reads elements of the items of one view."""

    def __init__(self) -> None:
        self._decoded: dict[bytes, Any] = {}

    def values(self, resource: Resource, elements: tuple[str, ...]) -> Iterator[Any]:
        """Each JSON value that stands at one of `elements`; of a list, each of its members."""
        plan = _plan(elements)
        members = plan.decoder.decode(resource.raw)
        for member, below in plan.ways:
            written = getattr(members, member)
            if written is not ABSENT:
                yield from _leaves(self._value(bytes(written)), below)

    def _value(self, written: bytes) -> Any:
        if written not in self._decoded:
            self._decoded[written] = msgspec.json.decode(written)
        return self._decoded[written]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read some elements: the resource's members, and the way from a member to each element."""

    decoder: msgspec.json.Decoder[Any]
    ways: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=512)
def _plan(elements: tuple[str, ...]) -> _Plan:
    """Kept for good, as it holds names of the tables alone."""
    paths = [path.split(".") for element in elements for path in _choices(element)]
    names = list(dict.fromkeys(path[0] for path in paths))
    # A member may be called `class`, which is no name that Python can give to a field.
    fields = [(f"m{place}", msgspec.Raw, ABSENT) for place in range(len(names))]
    rename = {f"m{place}": name for place, name in enumerate(names)}
    members = msgspec.defstruct("Members", fields, rename=rename, gc=False, frozen=True)
    ways = tuple((f"m{names.index(path[0])}", tuple(path[1:])) for path in paths)
    return _Plan(msgspec.json.Decoder(members), ways)


def _choices(element: str) -> tuple[str, ...]:
    """`[x]` is each of the choices that can be a date."""
    if not element.endswith("[x]"):
        return (element,)
    return tuple(f"{element[:-3]}{choice}" for choice in _DATE_CHOICES)


def _leaves(value: Any, below: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one, below)
    elif not below:
        if value is not None:
            yield value
    elif isinstance(value, dict) and below[0] in value:
        yield from _leaves(value[below[0]], below[1:])
