"""JSON bytes into trees whose numbers keep their characters, and one Bundle into its resources' own bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

Tree: TypeAlias = dict[str, Any]


class Number(str):
    """A number as its characters: `1.50` is not `1.5`."""

    __slots__ = ()


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"")
    fullUrl: str | None = None  # noqa: N815 - FHIR's own member name


class _Bundle(msgspec.Struct):
    resourceType: str  # noqa: N815 - FHIR's own member name
    entry: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Source:
    """One supplier's answer: its resources in their order, as the bytes that they are."""

    section: str
    name: str
    resources: tuple[bytes, ...] = field(repr=False)
    full_urls: tuple[str | None, ...] = field(repr=False)


def exact(text: bytes | str) -> Any:
    """The tree of one JSON text."""
    return json.loads(text, parse_int=Number, parse_float=Number)


def plain(tree: Any) -> Any:
    """The same tree with Python's own numbers, for judges that read no other."""
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return json.loads(tree) if isinstance(tree, Number) else tree


def written(tree: Any) -> str:
    """A tree as JSON text, numbers by their characters."""
    if isinstance(tree, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(written(value) for value in tree) + "]"
    return str(tree) if isinstance(tree, Number) else json.dumps(tree, ensure_ascii=False)


def source(section: str, name: str, raw: bytes) -> Source:
    """One file: a Bundle's resources, or the one resource that it is."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    bundle = msgspec.json.decode(raw, type=_Bundle)
    if bundle.resourceType != "Bundle":
        return Source(section, name, (raw,), (None,))
    held = [entry for entry in bundle.entry if bytes(entry.resource)]
    return Source(
        section, name, tuple(bytes(e.resource) for e in held), tuple(entry.fullUrl for entry in held)
    )
