"""Parts of a resource to a form in which two are equal where they say the same.

Numbers keep the characters in which they were written: `1.50` is not `1.5`. A concept is what its codes
say, or its text; a reference is the name that stands beside it, because each partner's ids are its own.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from broker.domain.json_bytes import lossless_tree
from broker.pipeline.merging.concepts import said_by

_OF_QUANTITY = frozenset({"value", "comparator", "unit", "system", "code"})
_OF_PARTNER = frozenset({"id", "reference"})


def plain_form(written: bytes) -> Hashable:
    """Of one member's value as written."""
    return _plain(lossless_tree(written))


def plain_tree(node: Any) -> Hashable:
    """Of a value that is read already; None where there is none."""
    return None if node is None else _plain(node)


def _plain(node: Any) -> Hashable:
    """One frame of the stack for each level, loops for comprehensions: a partner may nest 254 of them."""
    if isinstance(node, dict):
        short = _short(node)
        if short is not None:
            return short
        members = []
        for name in sorted(node.keys() - _OF_PARTNER):
            members.append((name, _plain(node[name])))  # noqa: PERF401 - a comprehension is a frame
        return tuple(members)
    if isinstance(node, list):
        found = []
        for member in node:
            found.append(_plain(member))  # noqa: PERF401 - as above
        return tuple(found)
    if isinstance(node, str):
        return " ".join(node.casefold().split())
    if isinstance(node, msgspec.Raw):
        return ("number", bytes(node))
    return (type(node).__name__, node)


def _short(node: dict[str, Any]) -> Hashable | None:
    """A concept or a quantity; None for any other object."""
    if "coding" in node:
        said = said_by(node)
        names: frozenset[Hashable] = said.snomed or frozenset(said.names)
        return ("concept", names)
    if node.keys() <= _OF_QUANTITY and not isinstance(node.get("value", node), dict | list):
        unit = _exact(node.get("code") or node.get("unit"))
        return ("quantity", plain_tree(node["value"]), _exact(node.get("comparator")), unit)
    return None


def _exact(node: Any) -> Hashable:
    """A unit as written: a small letter is another unit."""
    return node if isinstance(node, str) else plain_tree(node)


def word_of(written: bytes) -> str:
    """The code of a status, whether FHIR gives it as a code or as a concept; empty where it says none."""
    node = msgspec.json.decode(written)
    if isinstance(node, dict):
        codings = node.get("coding")
        found = codings if isinstance(codings, list) else ()
        node = next((one["code"] for one in found if isinstance(one, dict) and one.get("code")), "")
    return node if isinstance(node, str) else ""
