"""A value that R4 has no place for into whether it stands beside the gap, under its own name.

Two forms carry it: HL7's own extensions for the elements of STU3, by the element's name; and, on the very
element whose value R4 refuses, this project's `as-given` extension.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.fidelity.facts import Ext, Place, members, names
from tests.fidelity.reading import Number, Tree, exact

AS_GIVEN = "https://watersmeet.example/fhir/StructureDefinition/as-given"
EARLIER = "http://hl7.org/fhir/3.0/StructureDefinition/extension-"

# R4 4.0.1, Data Types: what a date or time may look like.
R4_DATE_TIME = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?)?)?",
    re.ASCII,
)
# Given a leaf of the source and one of the R4: whether they say the same.
Same = Callable[[Any, Any], bool]


def carried(node: Any, url: str) -> Iterator[tuple[Place, Any]]:
    """What each extension of `node` with this URL carries, with the step to it."""
    for steps, extension in members(node) if isinstance(node, dict) else ():
        if isinstance(steps[0], Ext) and isinstance(extension, dict) and extension.get("url") == url:
            yield steps, content(extension)
            if "valueString" in extension:
                yield steps, extension["valueString"]


def content(extension: Tree) -> Any:
    """An extension's value; of one with extensions within, their values by name."""
    for member, value in extension.items():
        if member.startswith("value"):
            return _read(value) if extension.get("url") == AS_GIVEN else value
    within = [one for one in extension.get("extension", ()) if isinstance(one, dict)]
    if [one.get("url") for one in within] == [AS_GIVEN]:
        return content(within[0])
    held: dict[str, list[Any]] = {}
    for one in within:
        held.setdefault(str(one.get("url")), []).append(content(one))
    return held


def _read(text: Any) -> Any:
    try:
        return exact(text)
    except ValueError:
        return text


def says(payload: Any, rest: Place, value: Any, same: Same) -> bool:
    """Whether what is carried for an element says `value` at `rest`, the steps from that element on."""
    if isinstance(payload, str) and not isinstance(payload, Number) and payload == _spelt(value):
        return True
    return any(same(value, node) for node in _reached(payload, rest))


def _reached(node: Any, rest: Place) -> Iterator[Any]:
    """What stands at the steps. A list of one and its one are alike: an extension repeats instead."""
    if isinstance(node, list):
        here = rest[1:] if rest and isinstance(rest[0], int) else rest
        for one in node:
            yield from _reached(one, here)
    elif not rest:
        yield node
    elif isinstance(rest[0], int):
        yield from _reached(node, rest[1:])
    elif isinstance(node, dict) and rest[0] in node:
        yield from _reached(node[rest[0]], rest[1:])


def _spelt(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, Number) else None


def equal(one: Any, other: Any) -> bool:
    """Whether two leaves are the same kind of thing and the same characters."""
    return type(one) is type(other) and bool(one == other)


def name_of(kind: str, place: Place) -> str:
    """HL7's URL for an element of STU3. What a resource has of a data type is named by that."""
    said = names(tuple(step for step in place if not isinstance(step, Ext)))
    if said[:1] == ("meta",):
        return EARLIER + ".".join(("Meta", *said[1:]))
    return EARLIER + ".".join((kind, *said))
