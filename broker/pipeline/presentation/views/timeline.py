"""Everything by its own date and precision, newest first; what has no date stands at the end and says so."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.views.alike import marks_of
from broker.pipeline.presentation.views.items import NO_EVENTS, ViewItem, by_group, sources_of
from broker.pipeline.presentation.views.lending import medicine_of
from broker.pipeline.presentation.views.told import Told

UNDATED = "no date given"
_ITEMS_IN_A_SLICE = 50


def timeline(items: list[ViewItem], view: View, frame: Frame) -> Generator[None, None, Told]:
    """A row for each item, or for those of a group that have the same date."""
    del view, frame
    by_name = {item.name: item for item in items}
    events = [item for item in items if item.kind not in NO_EVENTS]
    told = Told()
    told.show(events)
    rows: list[tuple[int, dict[str, Any]]] = []
    for together in (yield from by_group(events)):
        entries = [_entry(item, by_name, told) for item in together]
        rows.append((together[0].begins_ns, _row(together[0], entries)))
        if len(rows) % _ITEMS_IN_A_SLICE == 0:
            yield
    rows.sort(key=lambda one: one[0], reverse=True)
    told.rows = [row for _, row in rows]
    return told


def _entry(item: ViewItem, by_name: Mapping[str, ViewItem], told: Told) -> dict[str, Any]:
    """A medicine goes by the name that another item lends it, which is shown by that."""
    medicine = medicine_of(item.tree, by_name)
    entry = item.entry(medicine.spoken(item.tree))
    if medicine.lender is not None:
        told.show((medicine.lender,))
        entry["items"].append(medicine.lender.name)
    return entry


def _row(lead: ViewItem, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """`at` is as it was written; a date that no calendar has is kept, and its row stands with the undated."""
    row: dict[str, Any] = {
        "at": lead.time or UNDATED,
        "dated": lead.span is not None,
        "category": lead.category.value,
        "kind": lead.kind,
        "words": entries[0]["words"],
        "sources": sources_of(entries),
        "entries": entries,
    }
    clashes = marks_of(entries)
    return row | {"contradictions": clashes} if clashes else row
