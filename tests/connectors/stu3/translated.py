"""STU3 resources, written as JSON trees, to what the translator makes of them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import fhirkit

from broker.ports.connector import Pause
from connectors.stu3 import Translation, translate

AS_GIVEN = "https://watersmeet.example/fhir/StructureDefinition/as-given"
ORIGINAL_ID = "https://watersmeet.example/fhir/StructureDefinition/original-id"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
EARLIER = "http://hl7.org/fhir/3.0/StructureDefinition/extension-"
PERSON = {"reference": "Patient/p"}


def run(resources: Sequence[bytes]) -> Translation:
    """The translation, run to its end."""
    translation, _ = run_counting(resources)
    return translation


def run_counting(resources: Sequence[bytes]) -> tuple[Translation, int]:
    """The translation, and how often it paused."""
    running, pauses = translate(resources), 0
    while True:
        try:
            assert next(running) == Pause()
            pauses += 1
        except StopIteration as ended:
            return ended.value, pauses


def written(*resources: dict[str, Any]) -> list[bytes]:
    """The trees as a partner would send them."""
    return [json.dumps(resource).encode() for resource in resources]


def translated(*resources: dict[str, Any]) -> list[dict[str, Any]]:
    """The R4 of each resource, in order."""
    return [json.loads(entry.raw) for entry in run(written(*resources)).entries]


def one(kind: str, **members: Any) -> dict[str, Any]:
    """The R4 of one resource with these members."""
    (made,) = translated({"resourceType": kind, "id": "1", **members})
    return made


def extensions(element: dict[str, Any], url: str) -> list[dict[str, Any]]:
    """The extensions of one URL on an element."""
    return [each for each in element.get("extension", []) if each["url"] == url]


def carried(element: dict[str, Any], name: str) -> dict[str, Any]:
    """The one extension that carries an element of STU3."""
    (found,) = extensions(element, EARLIER + name)
    return {member: value for member, value in found.items() if member != "url"}


UNKNOWN = {"url": ABSENT, "valueCode": "unknown"}


def given(text: str, *, absent: bool = False) -> dict[str, Any]:
    """What stands beside a gap: the value as it was given, and where R4 requires one, that it is absent."""
    held: list[dict[str, Any]] = [{"url": AS_GIVEN, "valueString": text}]
    if absent:
        held.append({"url": ABSENT, "valueCode": "as-text"})
    return {"extension": held}


def strings(tree: Any) -> Iterator[str]:
    """Every text in a tree; numbers and booleans as JSON writes them."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from strings(value)
    elif tree is not None:
        yield tree if isinstance(tree, str) else json.dumps(tree)


def words(raw: bytes) -> set[str]:
    """Every text in a resource, and in the JSON that one of its texts carries as given."""
    return set(_unfolded(json.loads(raw, parse_float=str)))


def _unfolded(tree: Any) -> Iterator[str]:
    for text in strings(tree):
        yield text
        if text[:1] in {"{", "[", '"'}:
            yield from _inside(text)


def _inside(text: str) -> Iterator[str]:
    try:
        inside = json.loads(text, parse_float=str)
    except ValueError:  # it begins like JSON and is words
        return
    yield from [inside] if isinstance(inside, str) else _unfolded(inside)


def faults(raw: bytes) -> list[str]:
    """What two independent judges of R4 say against a resource."""
    kind = json.loads(raw)["resourceType"]
    model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    said = [str(issue) for issue in fhirkit.validate(raw)]
    try:
        model.model_validate_json(raw)
    except ValueError as error:
        said.append(str(error))
    return said
