"""An R4 resource, and the places that facts of its source claimed, into what the source does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fidelity.facts import Ext, Inner, Place, facts
from tests.fidelity.places import found_at, table
from tests.fidelity.reading import Tree

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ORIGINAL_ID = "https://watersmeet.example/fhir/StructureDefinition/original-id"
SYSTEMS: dict[str, str] = table("words.yaml")["systems"]
BESIDES: dict[str, str] = table("words.yaml")["added"]
_INDEX = re.compile(r"\[\d+\]")


def added(source: Tree, r4: Tree, claimed: set[Place], concluded: set[Any]) -> Iterator[Place]:
    """The places of leaves that no fact of the source stands behind and that no translation must add.

    `concluded` are the references and values that may stand for the course of a medicine.
    """
    for fact in facts(r4):
        for steps, value in fact.leaves:
            place = (*fact.place, *steps)
            if place in claimed or _carried(place, claimed) or _allowed(source, r4, place, value):
                continue
            if place[0] not in {"derivedFrom", "groupIdentifier"} or value not in concluded:
                yield place


def path(place: Place) -> str:
    """A place as FHIR writes it: `note[0].text`, `extension(url).valueCode`."""
    said = ""
    for step in place:
        if isinstance(step, int):
            said += f"[{step}]"
        elif isinstance(step, Ext):
            said += f".{step.member}({step.url.rpartition('/')[2]})"
        else:
            said += ".contained" if isinstance(step, Inner) else f".{step}"
    return said.removeprefix(".")


def _carried(place: Place, claimed: set[Place]) -> bool:
    """Whether the place is inside an extension that carries a fact."""
    return any(isinstance(step, Ext) and place[: length + 1] in claimed for length, step in enumerate(place))


def _allowed(source: Tree, r4: Tree, place: Place, value: object) -> bool:
    """What a translation must add: that a required value is absent, the id that was, and the system of a
    word which was a bare code, as the closed table has it.
    """
    extension = next((step for step in reversed(place) if isinstance(step, Ext)), None)
    if extension and extension.url == ABSENT:
        return value in {"unknown", "as-text"}
    if extension and extension.url == ORIGINAL_ID:
        return value == source.get("id")
    node = r4
    if isinstance(place[0], Inner):
        node = next((held for _, held in found_at(r4, place[:1])), {})
        place = place[1:]
    element = f"{node.get('resourceType')}.{_INDEX.sub('', path(place))}"
    return SYSTEMS.get(element.removesuffix(".coding.system")) == value or BESIDES.get(element) in {
        "*",
        value,
    }
