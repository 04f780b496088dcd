"""One resource as a tree, without the References that may not stand and what is nothing without them.

A Reference goes whole: its text, type, identifier and display. Narrative inside (of a section, of a
contained resource) goes too; the outermost is left to whoever writes the resource out.
"""

from __future__ import annotations

import re
from typing import Any

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict, write_tree
from broker.domain.references import plain_name
from broker.pipeline.screening.containing import Inside
from broker.pipeline.screening.member_names import (
    HEARTS,
    PERHAPS_CLINICAL,
    REQUIRED,
    is_clinical_reference,
    is_reference_shaped,
)
from broker.pipeline.screening.reach import Reach

_WHO_AND_WHERE = SUPPORTING_TYPES | {"Patient"}
_GONE: Any = object()
_VALUE_OF_EXTENSION = frozenset({"valueString"})
# What could name or hold an item in a text that cannot be read as JSON.
_MAY_NAME = re.compile(r'"\s*(?:[A-Za-z]*[rR]eference|contained|display|div)|\\u00')


class Pruning:
    """The pruning of one tree. `changed` says whether anything went."""

    def __init__(self, reach: Reach) -> None:
        """`reach` says what a reference may name outside the resource."""
        self.changed = False
        self._reach = reach
        self._inside = {"#"}
        self._person_inside: set[str] = set()

    def prune(self, tree: dict[str, Any], inside: Inside) -> bool:
        """Prune in place; False when the resource cannot stand without what went."""
        if tree.get("contained") is not None:
            self._prune_contained(tree, inside)
        return self._prune_resource(tree, outermost=True)

    def _prune_contained(self, tree: dict[str, Any], inside: Inside) -> None:
        """A contained resource that cannot stand goes, and whatever inside refers to it is pruned again."""
        whole = tree["contained"]
        gone = {_name_inside(one) for place, one in enumerate(whole) if place in inside.removed}
        self._person_inside = {_name_inside(whole[place]) for place in inside.person}
        kept = [one for place, one in enumerate(whole) if place not in inside.removed]
        while True:
            self._inside = ({_name_inside(one) for one in kept} - gone) | {"#"}
            stayed = [one for one in kept if self._prune_resource(one, outermost=False)]
            if len(stayed) == len(kept):
                break
            gone |= {_name_inside(one) for one in kept if all(one is not other for other in stayed)}
            kept = stayed
        self.changed = self.changed or len(kept) < len(whole)
        tree["contained"] = kept
        if whole and not kept:
            del tree["contained"]

    def _prune_resource(self, tree: dict[str, Any], *, outermost: bool) -> bool:
        required = REQUIRED.get(tree.get("resourceType", ""), frozenset()) & tree.keys()
        left_alone = frozenset({"contained", "text"}) if outermost else frozenset({"contained"})
        self._prune_members(tree, left_alone)
        return required <= tree.keys()

    def _prune_members(self, node: dict[str, Any], left_alone: frozenset[str] = frozenset()) -> None:
        for name in [name for name in node if name not in left_alone]:
            kept = self._pruned(name, node[name])
            if kept is _GONE:
                self.changed = True
                del node[name]
            else:
                node[name] = kept

    def _pruned(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            kept = [one for one in (self._pruned(name, member) for member in value) if one is not _GONE]
            self.changed = self.changed or len(kept) < len(value)
            return _GONE if value and not kept else kept
        if not isinstance(value, dict):
            return _GONE if self._is_lost_text(name, value) else self._pruned_text(value)
        if name == "text" and "div" in value:
            return _GONE
        return self._pruned_object(name, value)

    def _is_lost_text(self, name: str, value: Any) -> bool:
        """Something other than an object where only a Reference can stand."""
        return value is not None and name != "reference" and is_clinical_reference(name)

    def _pruned_text(self, value: Any) -> Any:
        """JSON that is carried as text, such as an original, names items as any other JSON does."""
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
            return value
        inner = Pruning(self._reach)
        try:
            parse_strict(value.encode())
            kept = inner._pruned("", lossless_tree(value.encode()))
        except (UnreadableJson, UnicodeEncodeError):
            return _GONE if _MAY_NAME.search(value) else value
        if kept is _GONE or _holds_resources(kept):
            return _GONE
        if not inner.changed:
            return value
        self.changed = True
        return write_tree(kept).decode()

    def _pruned_object(self, name: str, value: dict[str, Any]) -> Any:
        named = value.get("reference")
        if isinstance(named, str):
            if not self._may_stand(value):
                return _GONE
            self._prune_words_of_person(value)
        elif "reference" in value and not _is_reference(named):
            return _GONE  # neither a reference's text nor a member that holds a Reference
        elif _names_without_reference(name, value) and not self._is_open_medicine(name, value):
            return _GONE
        hearts = value.keys() & (HEARTS | _VALUE_OF_EXTENSION if "url" in value else HEARTS)
        had_members = bool(value)
        self._prune_members(value)
        return _GONE if not hearts <= value.keys() or (had_members and not value) else value

    def _is_open_medicine(self, name: str, value: dict[str, Any]) -> bool:
        """R4 4.0.1: a medicationReference is to a Medication and nothing else."""
        said = value.get("type", "Medication")
        return name == "medicationReference" and said == "Medication" and self._reach.opens_unnamed_medicine

    def _may_stand(self, value: dict[str, Any]) -> bool:
        reference: str = value["reference"]
        if reference in self._person_inside and self._reach.own_name:
            value["reference"] = self._reach.own_name
            self.changed = True
            return True
        if reference.startswith("#"):
            return reference in self._inside
        return self._reach.opens(reference) and _agrees(value.get("type"), reference)

    def _prune_words_of_person(self, value: dict[str, Any]) -> None:
        """How a partner calls the person beside a reference is what its Patient says, once more."""
        if not self._reach.hides_words_of_person or "display" not in value:
            return
        if self._reach.means_person(value["reference"]):
            del value["display"]
            self.changed = True


def _name_inside(contained: dict[str, Any]) -> str:
    return f"#{contained.get('id', '')}"


def _agrees(kind: Any, reference: str) -> bool:
    """The kind beside a reference, where there is one, says the same as the reference."""
    if kind is None:
        return True
    named = (plain_name(reference) or "").partition("/")[0]
    return isinstance(kind, str) and (not named or kind.rpartition("/")[2] == named)


def _names_without_reference(name: str, value: dict[str, Any]) -> bool:
    """A logical reference, or a display alone, to something that may be clinical."""
    if name != "reference" and is_clinical_reference(name):
        return True
    if not is_reference_shaped(set(value)):
        return False
    kind = value.get("type")
    typed = isinstance(kind, str) and kind.rpartition("/")[2] not in _WHO_AND_WHERE
    return typed or name in PERHAPS_CLINICAL or name == "reference"


def _holds_resources(value: Any) -> bool:
    """Nobody judged what is contained in it."""
    if isinstance(value, list):
        return any(map(_holds_resources, value))
    return isinstance(value, dict) and ("contained" in value or any(map(_holds_resources, value.values())))


def _is_reference(value: Any) -> bool:
    """An object that names something: CarePlan.activity and others hold one under the name `reference`."""
    return isinstance(value, dict) and bool(value.keys() & {"reference", "identifier", "display", "type"})
