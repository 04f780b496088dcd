"""A record's items into the lines that a reader needs: one course of a medicine is one line.

Where a source sends a course as a statement, its plan and every prescription issued under it, the statement
stands and says how often it was issued. Medicines that others name lend them their name. Lists that only
hold a record together are left out, and lists that say something (a warning, that they are empty) stay.
What must not be told to the person keeps its line. What was folded is counted under the record; `--json`
shows every item.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from broker.cli.bundle_pages import Item, Record
from broker.cli.item_words import Tree, concept, is_not_for_the_person, when
from broker.domain.category import SUPPORTING_TYPES

_STATEMENT, _MEDICATION, _LIST = "MedicationStatement", "Medication", "List"


def folded(record: Record) -> tuple[Record, int]:
    """The record with fewer lines, and how many items no longer have one of their own."""
    by_name = {_name(item): item for item in record.items}
    issued = {_name(item): _orders(item, by_name) for item in record.items if _kind(item) == _STATEMENT}
    inside = {name for names in issued.values() for name in names}
    inside |= {name for item in record.items if _kind(item) == _STATEMENT for name in _plans(item, by_name)}
    named = {name for item in record.items if (name := _medicine_of(item)) in by_name}
    gone = inside | named | {_name(item) for item in record.items if _is_frame(item)}
    kept = [
        _told(item, by_name, issued.get(_name(item), []))
        for item in record.items
        if _name(item) not in gone or is_not_for_the_person(item.resource)
    ]
    return dataclasses.replace(record, items=tuple(kept)), len(record.items) - len(kept)


def is_support(item: Item) -> bool:
    """Who and where: no item of a record's own."""
    return _kind(item) in SUPPORTING_TYPES


def _kind(item: Item) -> str:
    return str(item.resource.get("resourceType", ""))


def _name(item: Item) -> str:
    return f"{_kind(item)}/{item.resource.get('id', '')}"


def _references(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and isinstance(one.get("reference"), str):
            yield one["reference"]


def _orders(statement: Item, by_name: dict[str, Item]) -> list[str]:
    """The prescriptions issued under this course, in the record."""
    return [name for name in _references(statement.resource.get("derivedFrom")) if _is_order(name, by_name)]


def _plans(statement: Item, by_name: dict[str, Item]) -> list[str]:
    return [name for name in _references(statement.resource.get("basedOn")) if _is_order(name, by_name)]


def _is_order(name: str, by_name: dict[str, Item]) -> bool:
    """A prescription that differs in its doses or contradicts something keeps its own line."""
    item = by_name.get(name)
    return item is not None and _kind(item) == "MedicationRequest" and not item.contradictions


def _medicine_of(item: Item) -> str:
    return next(_references(item.resource.get("medicationReference")), "")


def _is_frame(item: Item) -> bool:
    """A list without a word of its own only holds its entries together."""
    resource = item.resource
    says = resource.get("note") or resource.get("emptyReason") or resource.get("extension")
    return _kind(item) == _LIST and not says and not item.contradictions


def _told(item: Item, by_name: dict[str, Item], orders: list[str]) -> Item:
    """The item with its medicine's name, and with how often it was issued."""
    resource: Tree = item.resource
    medicine = by_name.get(_medicine_of(item))
    if medicine is not None:
        display = concept(medicine.resource.get("code"))
        reference = {**resource["medicationReference"], "display": display}
        resource = {**resource, "medicationReference": reference}
    if orders:
        notes = [*resource.get("note", []), {"text": _issued([by_name[name] for name in orders])}]
        resource = {**resource, "note": notes}
    return item if resource is item.resource else dataclasses.replace(item, resource=resource)


def _issued(orders: Iterable[Item]) -> str:
    dates = sorted(filter(None, (when(one.resource) for one in orders)))
    last = f", last on {dates[-1]}" if dates else ""
    return f"issued {'once' if len(dates) == 1 else f'{len(dates)} times'}{last}"
