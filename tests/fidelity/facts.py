"""A resource into its facts: each coded value, quantity, date, text, reference, flag and word, and its place.

A place is the way from the resource's root. An extension's step is its URL and which of that URL's it is,
so that extensions added beside it move nothing; a list's step is its index, so that siblings stay together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from tests.fidelity.reading import Number, Tree


class Ext(NamedTuple):
    """The step to the nth extension of one URL; `member` is extension or modifierExtension."""

    member: str
    url: str
    nth: int


class Inner(NamedTuple):
    """The step to one contained resource, by its own id."""

    identity: str


Step: TypeAlias = str | int | Ext | Inner
Place: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Leaves that stand together at one place: one leaf with the place () of its own, or several members."""

    kind: str
    place: Place
    leaves: tuple[tuple[Place, Any], ...] = field(repr=False)


DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d.*)?)?)?", re.ASCII)
# What says of which dialect a resource is, and the name that its references follow: a translation changes
# these. That the references still reach it is judged with each reference.
STRUCTURAL = {("resourceType",), ("id",)}
CODINGS = {"coding", "valueCoding", "security", "tag", "class"}
CODING = {"system", "version", "code", "display", "userSelected"}
QUANTITY = {"value", "comparator", "unit", "system", "code"}
IDENTIFIERS = {"identifier", "valueIdentifier", "masterIdentifier", "groupIdentifier", "requisition"}
# Members whose words are of FHIR's own lists.
WORDS = {
    "status", "clinicalStatus", "verificationStatus", "intent", "priority", "mode", "gender", "use", "taken",
    "criticality", "severity", "docStatus", "availability",
}  # fmt: skip


def facts(resource: Tree) -> Iterator[Fact]:
    """Every fact of one resource, contained resources included."""
    yield from _of_object(resource, (), "")


def names(place: Place) -> tuple[str, ...]:
    """The members on the way, without indices, `_x` read as `x`."""
    said = []
    for step in place:
        if isinstance(step, Ext):
            said.append(step.member)
        elif isinstance(step, str):
            said.append(step.removeprefix("_"))
    return tuple(said)


def members(tree: Tree) -> Iterator[tuple[Place, Any]]:
    """Each member's value with the steps to it; lists and extensions are unfolded."""
    for key, value in tree.items():
        if key in {"extension", "modifierExtension"} and isinstance(value, list):
            yield from _extensions(key, value)
        elif key == "contained" and isinstance(value, list):
            yield from ((_inner(position, held), held) for position, held in enumerate(value))
        elif isinstance(value, list):
            yield from (((key, position), held) for position, held in enumerate(value))
        else:
            yield (key,), value


def _inner(position: int, held: Any) -> Place:
    identity = held.get("id") if isinstance(held, dict) else None
    return (Inner(str(identity)),) if identity else ("contained", position)


def _extensions(member: str, held: list[Any]) -> Iterator[tuple[Place, Any]]:
    seen: dict[str, int] = {}
    for extension in held:
        url = str(extension.get("url")) if isinstance(extension, dict) else ""
        yield (Ext(member, url, seen.get(url, 0)),), extension
        seen[url] = seen.get(url, 0) + 1


def _of_object(tree: Tree, place: Place, key: str) -> Iterator[Fact]:
    whole = _whole(tree, key)
    if whole is not None:
        kind, together = whole
        leaves = tuple(((name,), tree[name]) for name in together)
        yield Fact(kind, place, leaves)
    for steps, value in members(tree):
        if whole is not None and steps[0] in whole[1]:
            continue
        yield from _of_value(value, (*place, *steps))


def _whole(tree: Tree, key: str) -> tuple[str, list[str]] | None:
    scalar = {name for name, value in tree.items() if isinstance(value, str | bool)}
    if isinstance(tree.get("value"), Number) and set(tree) <= QUANTITY | {"extension", "id"}:
        return "quantity", sorted(scalar & QUANTITY)
    if key in CODINGS and "code" in scalar:
        return "code", sorted(scalar & CODING)
    if key in IDENTIFIERS and scalar >= {"system", "value"}:
        return "text", ["system", "value"]
    return None


def _of_value(value: Any, place: Place) -> Iterator[Fact]:
    last = next((step for step in reversed(place) if not isinstance(step, int)), "")
    if isinstance(value, dict):
        yield from _of_object(value, place, last if isinstance(last, str) else "")
    elif isinstance(value, list):
        for position, held in enumerate(value):
            yield from _of_value(held, (*place, position))
    elif not _says_nothing(value, place, last):
        yield Fact(_kind(value, last), place, (((), value),))


def _says_nothing(value: Any, place: Place, last: Step) -> bool:
    inside = tuple(step for step in place if not isinstance(step, int | Inner))
    is_url_of_extension = last == "url" and any(isinstance(step, Ext) for step in place[-2:-1])
    return value is None or inside in STRUCTURAL or is_url_of_extension


def _kind(value: Any, last: Step) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, Number):
        return "quantity"
    if last == "reference":
        return "reference"
    if last in WORDS:
        return "word"
    return "date" if DATE.fullmatch(value) else "text"
