"""An item that is listed, into whom it names as the person that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM
from connectors.r4 import Tree
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list

# Who stands here is whom the item is about, whatever else may stand here too.
_ABOUT = ("subject", "patient", "beneficiary", "for")
# Who stands here may be the person, or somebody who did something; the first names a member around it.
_MAY_BE_ABOUT = (
    ("", "individual"),
    ("", "actor"),
    ("participant", "actor"),
    ("participant", "individual"),
    ("participant", "member"),
    ("member", "entity"),
)
_TYPED = re.compile(r"(?:.*/)?[A-Z][A-Za-z]+/[^/#]+(?:/_history/[^/]+)?")


def named_person(tree: Tree, own: str | None, context: Context) -> Tree | None:
    """The reference by which the item names its person: another person's item must not pass for that of
    `own`, the answer's Patient. None where it names nobody.
    """
    named = [_reference(one, context) for one in _holders(tree)]
    found = [one for one in named if one]
    others = [one for one in found if one != {"reference": own}]
    return next(iter(others or found), None)


def _holders(tree: Tree) -> Iterator[Tree]:
    for name in _ABOUT:
        yield from _objects(tree.get(name))
    for around, name in _MAY_BE_ABOUT:
        for holder in _objects(tree.get(around)) if around else (tree,):
            yield from (one for one in _objects(holder.get(name)) if not _is_another_type(one, tree))


def _objects(value: Any) -> Iterator[Tree]:
    return (one for one in as_list(value) if isinstance(one, dict))


def _is_another_type(holder: Tree, tree: Tree) -> bool:
    """Plainly no Patient. What does not say its type may be one."""
    text = holder.get("reference")
    if not isinstance(text, str):
        return False
    if text.startswith("#"):
        inside = [one for one in _objects(tree.get("contained")) if one.get("id") == text[1:]]
        return bool(inside) and all(one.get("resourceType") not in {None, "Patient"} for one in inside)
    return "Patient/" not in text and _TYPED.fullmatch(text) is not None


def _reference(holder: Tree, context: Context) -> Tree:
    """What R4 has of it: the name, and the person's number where it says one. Prose names nobody."""
    out: Tree = {}
    text = holder.get("reference")
    if isinstance(text, str):
        out["reference"] = context.reference(text) or text
    for one in _objects(holder.get("identifier")):
        if one.get("system") == NHS_NUMBER_SYSTEM and isinstance(one.get("value"), str):
            out["identifier"] = {"system": NHS_NUMBER_SYSTEM, "value": one["value"]}
    return out
