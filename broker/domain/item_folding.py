"""Items of a view into the lines that a reader needs: one course of a medicine is one line.

Where a source sends a course as a statement, its plan and every prescription issued under it, the statement
stands and says how often it was issued. Medicines that others name lend them their name. Lists that only
hold a record together are left out, and lists that say something (a warning, that they are empty) stay.
What must not be told to the person keeps its line. What was folded is counted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.item_words import Tree, concept, is_not_for_the_person, when
from broker.domain.told_item import Item

_STATEMENT, _LIST = "MedicationStatement", "List"
_ITEMS_IN_A_SLICE = 50


def folded(items: Sequence[Item]) -> tuple[tuple[Item, ...], int]:
    """Fewer items, and how many no longer have a line of their own."""
    work = folding(items)
    while True:
        try:
            next(work)
        except StopIteration as end:
            kept: tuple[Item, ...] = end.value
            return kept, len(items) - len(kept)


def folding(items: Sequence[Item]) -> Generator[None, None, tuple[Item, ...]]:
    """The items that are left, in slices."""
    by_name = {item.name: item for item in items}
    issued: dict[str, list[str]] = {}
    gone: set[str] = set()
    for place, item in enumerate(items):
        if item.kind == _STATEMENT:
            issued[item.name] = _orders(item, by_name)
            gone.update(issued[item.name], _plans(item, by_name))
        if (medicine := _medicine_of(item)) in by_name:
            gone.add(medicine)
        if _is_frame(item):
            gone.add(item.name)
        if place % _ITEMS_IN_A_SLICE == 0:
            yield
    kept = []
    for place, item in enumerate(items):
        if item.name not in gone or is_not_for_the_person(item.resource):
            kept.append(_told(item, by_name, issued.get(item.name, [])))
        if place % _ITEMS_IN_A_SLICE == 0:
            yield
    return tuple(kept)


def is_support(item: Item) -> bool:
    """Who and where: no item of a record's own."""
    return item.kind in SUPPORTING_TYPES


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
    return item is not None and item.kind == "MedicationRequest" and not item.contradictions


def _medicine_of(item: Item) -> str:
    return next(_references(item.resource.get("medicationReference")), "")


def _is_frame(item: Item) -> bool:
    """A list without a word of its own only holds its entries together."""
    resource = item.resource
    says = resource.get("note") or resource.get("emptyReason") or resource.get("extension")
    return item.kind == _LIST and not says and not item.contradictions


def _told(item: Item, by_name: dict[str, Item], orders: list[str]) -> Item:
    """The item with its medicine's name, and with how often it was issued."""
    resource: Tree = item.resource
    medicine = by_name.get(_medicine_of(item))
    if medicine is not None:
        display = concept(medicine.resource.get("code"))
        reference = {**resource["medicationReference"], "display": display}
        resource = {**resource, "medicationReference": reference}
    noted = resource.get("note", [])
    if orders and isinstance(noted, list):
        notes = [*noted, {"text": _issued([by_name[name] for name in orders])}]
        resource = {**resource, "note": notes}
    return item if resource is item.resource else dataclasses.replace(item, resource=resource)


def _issued(orders: Iterable[Item]) -> str:
    dates = sorted(filter(None, (when(one.resource) for one in orders)))
    last = f", last on {dates[-1]}" if dates else ""
    return f"issued {'once' if len(dates) == 1 else f'{len(dates)} times'}{last}"
