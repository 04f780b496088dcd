"""Who is involved in the person's care: who they are, in which role and where, who names them, since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.domain.item_words import Tree, words_of
from broker.domain.spans import latest
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.views.alike import put_together
from broker.pipeline.presentation.views.items import NO_EVENTS, ViewItem, sources_of
from broker.pipeline.presentation.views.mentions import named_in
from broker.pipeline.presentation.views.shapes import references, trees, word, words
from broker.pipeline.presentation.views.told import Told

_ITEMS_IN_A_SLICE = 50
_WHO = frozenset({"Practitioner", "PractitionerRole", "Organization", "HealthcareService", "CareTeam"})
# Meetings of the person with a service; a booked one is none yet, and a cancelled one was none.
_MEETINGS: Mapping[str, frozenset[str]] = {
    "Encounter": frozenset({"cancelled", "entered-in-error", "planned"}),
    "Appointment": frozenset({"booked", "cancelled", "entered-in-error", "noshow", "pending", "proposed"}),
}


@dataclass(slots=True)
class _Somebody:
    """One who is named, as one source tells it: by an item of their own, or by words alone."""

    kind: str
    name: str
    names: frozenset[Hashable] = field(repr=False)
    item: ViewItem | None = None
    roles: list[str] = field(default_factory=list)
    named_by: list[ViewItem] = field(default_factory=list)

    def is_named_by(self, item: ViewItem, role: str) -> None:
        """Each item and each role once."""
        if not self.named_by or self.named_by[-1] is not item:
            self.named_by.append(item)
        if role not in self.roles:
            self.roles.append(role)


def people(items: list[ViewItem], view: View, frame: Frame) -> Generator[None, None, Told]:
    """Practitioners, organisations, teams and roles in the order of their names; the latest contact of each
    is of the meetings that name them.
    """
    del view, frame
    by_name = {item.name: item for item in items}
    found: dict[tuple[str, str], _Somebody] = {
        ("", item.name): _of_item(item, by_name) for item in items if item.kind in _WHO
    }
    for place, item in enumerate(items):
        for kind, key, role in _mentions(item, by_name):
            if key not in found:
                found[key] = _Somebody(kind, key[1], frozenset({key}))
            found[key].is_named_by(item, role)
        if place % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    found |= _services(items)
    yield
    told = Told()
    for together in (yield from put_together((one, one.names) for one in found.values())):
        told.rows.append(_row(together))
        for one in together:
            told.show((*one.named_by, *((one.item,) if one.item else ())))
        yield
    told.rows.sort(key=lambda row: (row["kind"], str(row["name"]).casefold()))
    return told


def _services(items: Iterable[ViewItem]) -> dict[tuple[str, str], _Somebody]:
    """The services that the record comes from, each with its own meetings, or its latest item without any."""
    held: defaultdict[str, list[ViewItem]] = defaultdict(list)
    for item in items:
        if item.source and item.kind not in NO_EVENTS:
            held[item.source].append(item)
    services = {}
    for source, theirs in held.items():
        met = [one for one in theirs if one.kind in _MEETINGS and _took_place(one.tree)]
        named_by = met or [max(theirs, key=lambda one: one.begins_ns)]
        key = ("service", source)
        name = frozenset({key})
        services[key] = _Somebody(key[0], source, name, roles=["holds items"], named_by=named_by)
    return services


def _of_item(item: ViewItem, by_name: Mapping[str, ViewItem]) -> _Somebody:
    """A role goes by the name of whoever has it, and of where."""
    tree = item.tree
    if item.kind == "PractitionerRole":
        parts = (*references(tree.get("practitioner")), *references(tree.get("organization")))
        held = [words_of(by_name[name].tree) for name in parts if name in by_name]
        name = " at ".join(filter(None, held)) or words(tree.get("code"))
        return _Somebody(item.kind, name, frozenset({item.name}), item, [words(tree.get("code"))])
    name = word(tree.get("name")) or words_of(tree)
    return _Somebody(item.kind, name, frozenset(_identities(item)), item)


def _identities(item: ViewItem) -> Iterator[Hashable]:
    """What tells that two sources mean the same one: a business identifier. The name alone does not."""
    yield item.name
    for one in trees(item.tree.get("identifier")):
        system, value = word(one.get("system")), word(one.get("value"))
        if system and value:
            yield item.kind, system, value


def _mentions(item: ViewItem, by_name: Mapping[str, ViewItem]) -> Iterator[tuple[str, tuple[str, str], str]]:
    """(kind, key, role) of whom a clinical item names: by their own item, or by a source's words alone.

    Who and where name each other too, and are no items of the record.
    """
    if item.kind in _WHO - {"CareTeam"}:
        return
    for role, reference, display in named_in(item.tree):
        if reference in by_name:
            if by_name[reference].kind in _WHO:
                yield by_name[reference].kind, ("", reference), role
        elif display and not _is_the_person(reference):
            kind = reference.partition("/")[0] if "/" in reference else "named in words"
            yield kind, (item.partner_id or "unnamed", display), role


def _is_the_person(reference: str) -> bool:
    return reference.startswith(("Patient/", "RelatedPerson/"))


def _row(together: list[_Somebody]) -> dict[str, Any]:
    """One who is named, with every source's own words and every item that names them."""
    entries = [entry for one in together for entry in _entries(one)]
    naming = [item for one in together for item in one.named_by]
    met = (item for item in naming if item.kind in _MEETINGS and _took_place(item.tree))
    told = {
        "kind": together[0].kind,
        "name": together[0].name or "name not given",
        "roles": list(dict.fromkeys(role for one in together for role in one.roles if role)),
        "last_contact": latest(item.time for item in met),
        "last_named": latest(item.time for item in naming),
        "sources": sources_of(entries),
        "entries": entries,
    }
    return {name: value for name, value in told.items() if value}


def _took_place(tree: Tree) -> bool:
    return word(tree.get("status")) not in _MEETINGS[str(tree["resourceType"])]


def _entries(one: _Somebody) -> Iterator[dict[str, Any]]:
    """What each source says: their own item, and the items that name them."""
    by_source: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in (*((one.item,) if one.item else ()), *one.named_by):
        by_source[item.partner_id, item.source].append(item.name)
    for (partner, source), names in by_source.items():
        told: dict[str, Any] = {"partner": partner, "source": source} if source else {}
        yield told | {"items": list(dict.fromkeys(names)), "words": one.name}
