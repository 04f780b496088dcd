"""Values of a simulated composition in canonical JSON, each by its class in the reference model."""

from __future__ import annotations

from typing import Any

from connectors.r4 import Tree

_SHORT_NAMES = {"http://snomed.info/sct": "SNOMED-CT", "http://loinc.org": "LOINC"}


def measured(magnitude: Any, units: str) -> Tree:
    """A DV_QUANTITY."""
    return {"_type": "DV_QUANTITY", "magnitude": magnitude, "units": units}


def element(words: str, node: str, value: Tree) -> Tree:
    """An ELEMENT of a node."""
    return {"_type": "ELEMENT", "name": text(words), "archetype_node_id": node, "value": value}


def tree_of(items: list[Tree]) -> Tree:
    """An ITEM_TREE."""
    return {"_type": "ITEM_TREE", "name": text("Tree"), "archetype_node_id": "at0001", "items": items}


def text(words: str) -> Tree:
    """A DV_TEXT."""
    return {"_type": "DV_TEXT", "value": words}


def coded(words: str, system: str, code: str) -> Tree:
    """A DV_CODED_TEXT; `system` is a URI, or the name of a terminology."""
    phrase = {"terminology_id": {"value": _SHORT_NAMES.get(system, system)}, "code_string": code}
    return {"_type": "DV_CODED_TEXT", "value": words, "defining_code": phrase}


def time(value: str) -> Tree:
    """A DV_DATE_TIME."""
    return {"_type": "DV_DATE_TIME", "value": value}
