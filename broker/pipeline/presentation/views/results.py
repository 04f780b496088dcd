"""Results as series, and what was already done elsewhere lately.

No value is converted: two units are two series.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from broker.domain.category import Category
from broker.domain.spans import span_of
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.views.alike import marks_of, put_together
from broker.pipeline.presentation.views.items import ViewItem, by_group, sources_of
from broker.pipeline.presentation.views.measured import Measured, measured_in
from broker.pipeline.presentation.views.shapes import word, words
from broker.pipeline.presentation.views.told import Told

_ITEMS_IN_A_SLICE = 50
_REPORTS = frozenset({"DiagnosticReport", "ImagingStudy"})
# R4 4.0.1, ObservationStatus and DiagnosticReportStatus: what was not done, or not yet.
_NOT_DONE = frozenset({"registered", "cancelled", "entered-in-error"})
_REQUESTED = frozenset({"active", "draft", "on-hold", "unknown"})


def results(items: list[ViewItem], view: View, frame: Frame) -> Generator[None, None, Told]:
    """`rows` are series in the order of their names, each newest first. `elsewhere` is what sources other
    than the asker's own organisation did within the days that were asked about.
    """
    told = Told()
    measured: list[Measured] = []
    for place, item in enumerate(items):
        measured += measured_in(item) if item.kind == "Observation" else ()
        if place % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    named = ((one, [(name, one.unit) for name in one.names]) for one in measured)
    for together in (yield from put_together(named)):
        told.rows.append((yield from _series(together)))
    told.rows.sort(key=lambda row: (row["test"].casefold(), row["unit"]))
    valued = {one.item.at for one in measured}
    headed = [one for one in items if one.kind == "Observation" and one.at not in valued]
    reports = [one for one in items if one.kind in _REPORTS] + headed
    asked = [one for one in items if _is_requested(one)]
    told.show((*(one.item for one in measured), *reports, *asked))
    yield
    since = _Lately.of(view.asked_at, frame.query.within_days)
    done = [one for one in items if one.at in told.shown and one.partner_id not in frame.own]
    told.beside["within_days"] = frame.query.within_days
    told.lists["elsewhere"] = yield from _events(one for one in done if since.is_done(one))
    told.lists["reports"] = yield from _events(reports)
    told.lists["requested"] = yield from _events(asked)
    return told


def _is_requested(item: ViewItem) -> bool:
    requested = item.kind == "ServiceRequest" and item.category is Category.RESULTS
    return requested and word(item.tree.get("status")) in _REQUESTED


class _Lately:
    """The time from so many days ago until now, in nanoseconds as spans count them."""

    def __init__(self, begins_ns: int, ends_ns: int) -> None:
        self._begins_ns, self._ends_ns = begins_ns, ends_ns

    @classmethod
    def of(cls, now: dt.datetime, days: int) -> _Lately:
        """Whole days back from `now`, which is aware."""
        begins, ends = (span_of(at.isoformat()) for at in (now - dt.timedelta(days=days), now))
        assert begins is not None
        assert ends is not None
        return cls(begins.begins_ns, ends.ends_ns)

    def is_done(self, item: ViewItem) -> bool:
        """Done, and perhaps in this time: a date of a month or year counts while any of it lies within."""
        if item.kind not in _REPORTS | {"Observation"} or word(item.tree.get("status")) in _NOT_DONE:
            return False
        found = item.span
        return found is not None and found.ends_ns > self._begins_ns and found.begins_ns <= self._ends_ns


def _events(items: Iterable[ViewItem]) -> Generator[None, None, list[dict[str, Any]]]:
    """Newest first, a group once with all its sources."""
    events = []
    for together in (yield from by_group(sorted(items, key=lambda one: one.begins_ns, reverse=True))):
        events.append(_event(together))
        if len(events) % _ITEMS_IN_A_SLICE == 0:
            yield
    return events


def _event(together: list[ViewItem]) -> dict[str, Any]:
    lead, entries = together[0], [item.entry() for item in together]
    told = {
        "what": words(lead.tree.get("code")) or entries[0]["words"],
        "at": lead.time,
        "status": word(lead.tree.get("status")),
        "sources": sources_of(entries),
        "entries": entries,
        "contradictions": marks_of(entries),
    }
    return {name: value for name, value in told.items() if value}


def _series(together: list[Measured]) -> Generator[None, None, dict[str, Any]]:
    points = []
    for point in _points(together):
        points.append(point)
        if len(points) % _ITEMS_IN_A_SLICE == 0:
            yield
    yield
    points.sort(key=lambda point: point[0], reverse=True)
    entries = [entry for _, point in points for entry in point["entries"]]
    row: dict[str, Any] = {
        "test": together[0].test or "test without a name",
        "unit": together[0].unit,
        "category": together[0].item.category.value,
        "sources": sources_of(entries),
        "points": [point for _, point in points],
    }
    clashes = marks_of(entries)
    return row | {"contradictions": clashes} if clashes else row


def _points(together: Iterable[Measured]) -> Iterator[tuple[int, dict[str, Any]]]:
    """One point for each value; those of a group that say the same are one, with all their sources."""
    found: dict[tuple[object, ...], list[Measured]] = {}
    for one in together:
        mark = one.item.group or -one.item.at - 1
        found.setdefault((mark, one.item.time, one.test, repr(one.value)), []).append(one)
    for alike in found.values():
        lead = alike[0]
        state = {"at": lead.item.time, "status": word(lead.item.tree.get("status"))}
        point = {name: value for name, value in state.items() if value} | lead.value
        yield lead.item.begins_ns, point | {"entries": [one.item.entry() for one in alike]}
