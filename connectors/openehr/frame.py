"""A composition without its entries: who wrote it, when and where, for each of its entries to carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connectors.openehr.codes import codings_of
from connectors.openehr.leaves import Leaf, archetype_of, leaves_of
from connectors.openehr.shapes import mapping, mappings, text
from connectors.openehr.values import identifier_of
from connectors.r4 import Tree

_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_CONFIDENTIALITY_NAMES = frozenset(
    {_CONFIDENTIALITY, "v3-Confidentiality", "Confidentiality", "2.16.840.1.113883.5.25"}
)
# Elements that templates use to say how closely a composition is kept.
_LABELS = frozenset(
    {
        "confidentiality",
        "confidentiality code",
        "confidentiality level",
        "sensitivity",
        "sensitivity level",
        "security label",
    }
)


@dataclass(frozen=True)
class Frame:
    """One composition's own facts. `ehr_id` is whose EHR it stands in."""

    ehr_id: str = field(repr=False)
    tree: Tree = field(repr=False)

    @property
    def uid(self) -> str:
        """The version's own id; empty when it is not there."""
        return text(self.tree, "uid", "value")

    @property
    def start(self) -> str:
        """When what it tells of began, as it is written."""
        return text(self.tree, "context", "start_time", "value")

    @cached_property
    def archetype(self) -> str:
        """The composition's archetype."""
        return archetype_of(self.tree)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Everything that it says itself, its name first."""
        rest = {name: value for name, value in self.tree.items() if name not in {"content", "name"}}
        own = Leaf({"value": "composition"}, (), self.archetype, value=mapping(self.tree, "name") or None)
        said = tuple(leaves_of(rest, "", self.archetype, ("composition",)))
        return (own, *said) if own.value else said


def security_of(leaves: tuple[Leaf, ...]) -> list[Tree]:
    """The labels that say how closely something is kept, as `meta.security` has them."""
    found: list[Tree] = []
    for leaf in leaves:
        label = _label(leaf)
        if label and label not in found:
            found.append(label)
    return found


def _label(leaf: Leaf) -> Tree:
    value = leaf.value if isinstance(leaf.value, dict) else {}
    terminology = text(value, "defining_code", "terminology_id", "value")
    if terminology in _CONFIDENTIALITY_NAMES:
        return {**next(codings_of(value, leaf.archetype), {}), "system": _CONFIDENTIALITY}
    if leaf.words.strip().lower() in _LABELS:
        words = text(value, "value")
        return next(codings_of(value, leaf.archetype), {"display": words} if words else {})
    return {}


def feeder_identifiers(tree: Tree) -> Iterator[Tree]:
    """What the systems that it came from call it."""
    audit = mapping(tree, "feeder_audit")
    for name in ("originating_system_item_ids", "feeder_system_item_ids"):
        for given in mappings(audit, name):
            found = identifier_of(given)
            if found.get("value"):
                yield found
