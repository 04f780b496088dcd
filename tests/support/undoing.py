"""What the broker writes into a partner's resource, taken out again: what is left is the partner's own.

Numbers are kept as their characters, so that two resources are equal only when every number is spelled
the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.support.real_network import INDEX_SOURCE, Name

_OUR_SOURCES = frozenset({INDEX_SOURCE, "urn:watersmeet:broker"})
_FOUND_AT = re.compile(r'"identifiedDateTime":"[^"]*",')
_OURS = ("urn:watersmeet:", "https://watersmeet.example/")
ELSEWHERE = "not in this answer"


def tree_of(text: str) -> dict[str, Any]:
    """JSON as plain values, each number as `("number", its characters)`."""
    tree: dict[str, Any] = json.loads(text, parse_int=_spelled, parse_float=_spelled)
    return tree


def _spelled(characters: str) -> tuple[str, str]:
    return "number", characters


def items_of(trees: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A Bundle's resources without what is the broker's own: outcome, issues and the index's Patient."""
    return [
        tree
        for tree in trees
        if tree["resourceType"] != "OperationOutcome"
        and tree.get("meta", {}).get("source") not in _OUR_SOURCES
    ]


def without_found_at(text: str) -> str:
    """A resource's text less the moment at which the broker found that items contradict each other."""
    return _FOUND_AT.sub("", text)


def undone(tree: dict[str, Any], name: Name, own_names: Mapping[str, str]) -> dict[str, Any]:
    """A shown resource under its partner's id, references and `meta`.

    `own_names` maps each reference that the answer resolves to `Type/id` at the partner.
    """
    assert tree["resourceType"] == name[0]
    meta = dict(tree["meta"])
    if meta.get("source", "").startswith(_OURS):
        del meta["source"]
    meta["tag"] = [tag for tag in meta.get("tag", []) if not tag["system"].startswith(_OURS)]
    if not meta["tag"]:
        del meta["tag"]
    plain = {**tree, "id": name[1], "meta": meta}
    if not meta:
        del plain["meta"]
    own: dict[str, Any] = with_references(plain, lambda written: own_names.get(written, ELSEWHERE))
    return own


def with_references(node: Any, renamed: Callable[[str], str]) -> Any:
    """A copy in which every reference but a contained one is renamed."""
    if isinstance(node, list):
        return [with_references(member, renamed) for member in node]
    if not isinstance(node, dict):
        return node
    return {
        key: renamed(value)
        if key == "reference" and isinstance(value, str) and not value.startswith("#")
        else with_references(value, renamed)
        for key, value in node.items()
    }


def references_of(node: Any) -> Iterator[str]:
    """Every reference but a contained one."""
    found: list[str] = []

    def seen(written: str) -> str:
        found.append(written)
        return written

    with_references(node, seen)
    yield from found
