"""A restricted person's Patient without anything that could place them: built up, never cut down."""

from __future__ import annotations

from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import lossless_tree, write_tree
from connectors.pds.shapes import mapping, mappings

_PERSON = ("resourceType", "id", "gender", "birthDate", "deceasedDateTime")
_LABEL = ("system", "code", "display")
_NAME = ("use", "family", "given", "prefix", "suffix")
_NUMBER = ("system", "value")


def without_whereabouts(body: bytes) -> bytes:
    """Only who the person is. Raises TransportFault when the Patient is not as PDS writes one."""
    patient: dict[str, Any] = lossless_tree(body)
    labels = mappings(mapping(patient, "meta"), "security")
    numbers = [one for one in mappings(patient, "identifier") if one.get("system") == NHS_NUMBER_SYSTEM]
    kept = {
        **_only(patient, _PERSON),
        "meta": {"security": [_only(label, _LABEL) for label in labels]},
        "identifier": [_only(number, _NUMBER) for number in numbers],
        "name": [_only(name, _NAME) for name in mappings(patient, "name")],
    }
    return write_tree({name: value for name, value in kept.items() if value})


def _only(holder: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Of these members, the plain ones: an object inside could hold anything."""
    return {name: holder[name] for name in names if name in holder and _is_plain(holder[name])}


def _is_plain(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return all(isinstance(one, str) for one in texts)
