"""What may not be seen leaves no reference behind: optional ones are cut, required ones take their holder.

A Reference goes whole, with its display and identifier. Where it stands in a repeating element that is
nothing without it (a List's entry, an Encounter's diagnosis), that element goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from broker.domain.category import SUPPORTING_TYPES, Category, categories_of_type
from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.references import local_name, references_in
from broker.domain.resource import Header, Resource

# R4 4.0.1: members that a resource cannot stand without (cardinality 1..) and that may name a clinical item.
_REQUIRED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "MedicationRequest": frozenset({"medicationReference"}),
        "MedicationStatement": frozenset({"medicationReference"}),
        "MedicationDispense": frozenset({"medicationReference"}),
        "MedicationAdministration": frozenset({"medicationReference"}),
        "Appointment": frozenset({"participant"}),
        "Provenance": frozenset({"target"}),
        "Linkage": frozenset({"item"}),
        "Composition": frozenset({"subject"}),
    }
)
# Inside a repeating element: the member that the element is nothing without.
_HEART = frozenset({"item", "condition", "location", "link", "target", "manipulated", "resource", "actor"})

Hidden = Callable[[str], bool]
_ALL_NAMED = frozenset(Category) - {Category.UNCLASSIFIED}


def follow(
    items: Iterable[Resource], hidden: frozenset[str], permitted: frozenset[Category]
) -> list[Resource]:
    """Items that may stay, without any reference to what is hidden.

    A holder that is withheld may itself be referred to, so this goes on until nothing more falls.
    """
    kept = list(items)
    if not hidden and permitted >= _ALL_NAMED and not any(item.header.contained for item in kept):
        return kept
    while True:
        stayed, fallen = [], set()
        for resource in kept:
            cut = _cut(resource, hidden, permitted)
            if cut is None:
                fallen.add(resource.local_reference)
            else:
                stayed.append(cut)
        if not fallen:
            return stayed
        kept, hidden = stayed, hidden | fallen


def _cut(resource: Resource, hidden: frozenset[str], permitted: frozenset[Category]) -> Resource | None:
    """The resource without its hidden references; None when it cannot stand without one."""
    inner = _hidden_contained(resource.header, permitted)
    if not inner and not _refers_to_hidden(resource, hidden, permitted):
        return resource
    tree = lossless_tree(resource.raw)

    def is_hidden(name: str) -> bool:
        return name in inner or (not name.startswith("#") and _is_hidden(local_name(name), hidden, permitted))

    if inner:
        tree["contained"] = [one for one in tree["contained"] if f"#{one.get('id')}" not in inner]
    required = _REQUIRED.get(resource.header.resourceType, frozenset())
    present = required & tree.keys()
    _prune(tree, is_hidden)
    if not present <= tree.keys():
        return None
    return msgspec.structs.replace(resource, raw=write_tree(tree))


def _refers_to_hidden(resource: Resource, hidden: frozenset[str], permitted: frozenset[Category]) -> bool:
    if not hidden and permitted >= _ALL_NAMED:
        return False
    return any(_is_hidden(local_name(name), hidden, permitted) for name in references_in(resource.raw))


def _is_hidden(name: str, hidden: frozenset[str], permitted: frozenset[Category]) -> bool:
    """Withheld here, or of a kind that this reader is never shown, whether or not it exists."""
    if name in hidden:
        return True
    kind = name.partition("/")[0]
    if kind == "Patient" or kind in SUPPORTING_TYPES or not kind[:1].isupper():
        return False
    return permitted.isdisjoint(categories_of_type(kind))


def _hidden_contained(header: Header, permitted: frozenset[Category]) -> frozenset[str]:
    """`#id` of each contained resource whose category this reader is not shown."""
    found = set()
    for raw in header.contained or ():
        inner = msgspec.json.decode(raw, type=Header)
        if _is_hidden(f"{inner.resourceType}/{inner.id}", frozenset(), permitted):
            found.add(f"#{inner.id}")
    return frozenset(found)


def _prune(node: dict[str, Any], is_hidden: Hidden) -> None:
    """Remove, below `node`, each Reference to something hidden and whatever is nothing without it."""
    for name in list(node):
        kept = _pruned(node[name], is_hidden)
        if kept is None:
            del node[name]
        else:
            node[name] = kept


def _pruned(value: Any, is_hidden: Hidden) -> Any:
    """`value` after pruning; None when nothing of it may stay."""
    if isinstance(value, list):
        kept = [one for one in (_pruned(member, is_hidden) for member in value) if one is not None]
        return kept or (None if value else value)
    if not isinstance(value, dict):
        return value
    if _names_hidden(value, is_hidden):
        return None
    before = value.keys() & _HEART
    had_members = bool(value)
    _prune(value, is_hidden)
    lost_its_heart = not before <= value.keys()
    return None if lost_its_heart or (had_members and not value) else value


def _names_hidden(value: dict[str, Any], is_hidden: Hidden) -> bool:
    reference = value.get("reference")
    return isinstance(reference, str) and is_hidden(reference)
