"""Allergies that stand inside a list of ended ones to items of their own, never active."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from broker.domain.json_bytes import write_tree
from connectors.r4 import ListedReason, Tree, stable_id
from connectors.stu3.carrying import ROOT, append_extension
from connectors.stu3.context import Context
from connectors.stu3.names import Names
from connectors.stu3.one_or_many import as_list
from connectors.stu3.reading import Source
from connectors.stu3.resources import convert_meta, translate_contained, translate_resource

_ENDED_LIST = "1103671000000101"
_ENDED = frozenset({"inactive", "resolved"})
_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_LOCAL = re.compile(rb'"(#[^"\\]+)"')


@dataclass(frozen=True, slots=True)
class EndedAllergies:
    """The allergies of one list, and the list without them. `local` says how `#id` reads from now on."""

    rest: Tree = field(repr=False)
    allergies: tuple[tuple[str, Tree], ...] = field(repr=False)
    local: dict[str, str] = field(repr=False)


def take_ended(source: Source, names: Names) -> EndedAllergies | None:
    """Take the allergies out of a list of ended ones; None for any other resource."""
    tree = source.tree
    if tree is None or source.kind != "List" or not _is_ended_list(tree):
        return None
    contained = [each for each in as_list(tree.get("contained")) if isinstance(each, dict)]
    allergies: list[tuple[str, Tree]] = []
    local: dict[str, str] = {}
    for place, each in enumerate(contained):
        if each.get("resourceType") != "AllergyIntolerance":
            continue
        name = f"#{each.get('id')}"
        parts = [name] if name not in local else [name, str(place)]
        new_id = stable_id("ended", source.new_id, *parts)
        allergies.append((new_id, each))
        if local.setdefault(name, f"AllergyIntolerance/{new_id}") == f"AllergyIntolerance/{new_id}":
            names.move(f"List/{tree.get('id')}{name}", local[name])
    taken = [each for _, each in allergies]
    rest = dict(tree)
    rest["contained"] = [each for each in contained if each not in taken]
    return EndedAllergies(rest, tuple(allergies), local)


def ended_items(ended: EndedAllergies, context: Context) -> Iterable[Tree]:
    """Each allergy as an item of its own."""
    for new_id, allergy in ended.allergies:
        out = translate_resource(allergy, new_id, context)
        if not isinstance(out, ListedReason):
            _never_active(allergy, out)
            _keep_label(ended.rest, out, context)
            _take_along(allergy, out, ended, context)
            yield out


def _never_active(allergy: Tree, out: Tree) -> None:
    """It stands among the ended ones: what it says otherwise is kept beside, and does not make it active."""
    status = allergy.get("clinicalStatus")
    if isinstance(status, str) and status in _ENDED:
        return
    if isinstance(status, str) and status:
        append_extension(out, {"url": f"{ROOT}AllergyIntolerance.clinicalStatus", "valueCode": status})
    out["clinicalStatus"] = {"coding": [{"system": _CLINICAL, "code": "inactive"}]}


def _keep_label(holder: Tree, out: Tree, context: Context) -> None:
    """What was inside the list was under the list's security labels, and stays under them."""
    meta = holder.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    if labels:
        made = convert_meta({"security": labels}, context)
        own = out.setdefault("meta", {})
        own["security"] = [*own.get("security", []), *made.get("security", [])]


def _take_along(allergy: Tree, out: Tree, ended: EndedAllergies, context: Context) -> None:
    """What the allergy names inside its list goes with it."""
    named = {text.decode() for text in _LOCAL.findall(write_tree(allergy))}
    along = [each for each in ended.rest["contained"] if f"#{each.get('id')}" in named]
    if along:
        out["contained"] = [
            *out.get("contained", []),
            *(translate_contained(each, context) for each in along),
        ]


def _is_ended_list(tree: Tree) -> bool:
    code = tree.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    return isinstance(codings, list) and any(
        isinstance(coding, dict) and coding.get("code") == _ENDED_LIST for coding in codings
    )
