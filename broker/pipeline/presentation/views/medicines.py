"""Current medicines: a row for each, in which every source stands with its own dose and last issue."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.views.alike import marks_of, names_of, put_together
from broker.pipeline.presentation.views.courses import Course, courses_of
from broker.pipeline.presentation.views.items import ViewItem, sources_of
from broker.pipeline.presentation.views.lending import Medicine, medicine_of
from broker.pipeline.presentation.views.shapes import trees, word
from broker.pipeline.presentation.views.told import Told

_COURSES_IN_A_SLICE = 200


@dataclass(frozen=True, slots=True)
class _Named:
    """A course with its medicine."""

    course: Course
    medicine: Medicine

    @property
    def items(self) -> tuple[ViewItem, ...]:
        """Every item that stands in its entry, the one that lends the name among them."""
        lender = self.medicine.lender
        return self.course.items if lender is None else (*self.course.items, lender)


def medicines(items: list[ViewItem], view: View, frame: Frame) -> Generator[None, None, Told]:
    """In the order of their names. What is not current is counted, and stands in the timeline."""
    del view, frame
    by_name = {item.name: item for item in items}
    courses = yield from courses_of(items)
    current = []
    for place, course in enumerate(courses):
        if course.is_current:
            current.append(_Named(course, medicine_of(course.head.tree, by_name)))
        if place % _COURSES_IN_A_SLICE == 0:
            yield
    told = Told(beside={"not_current": len(courses) - len(current)})
    named = ((one, names_of(one.medicine.concept, one.medicine.named)) for one in current)
    for together in (yield from put_together(named)):
        told.rows.append(_row(together))
        told.show(item for one in together for item in one.items)
        yield
    told.rows.sort(key=lambda row: str(row["medicine"]).casefold())
    return told


def _row(together: list[_Named]) -> dict[str, Any]:
    entries = [_entry(one) for one in together]
    row = {"medicine": together[0].medicine.words, "sources": sources_of(entries), "entries": entries}
    clashes = marks_of(entries)
    return row | {"contradictions": clashes} if clashes else row


def _entry(one: _Named) -> dict[str, Any]:
    """What one source says: in words whole, and the parts by which sources are compared."""
    course = one.course
    entry = course.head.entry(one.medicine.spoken(course.head.tree))
    entry["items"] = [item.name for item in one.items]
    told = {
        "kind": course.head.kind,
        "status": word(course.head.tree.get("status")),
        "doses": _doses(course),
        "since": course.head.time,
        "last_issued": course.last_issued,
        "issues": len(course.issues),
        "last_given": course.last_given,
    }
    return entry | {name: value for name, value in told.items() if value}


def _doses(course: Course) -> list[str]:
    """Every wording of the dose, the head's first; none where a modifier that is not understood is there."""
    doses = [
        dose
        for item in course.items
        for member in ("dosage", "dosageInstruction")
        for dose in trees(item.tree.get(member))
    ]
    if any(one.get("modifierExtension") for one in (*(item.tree for item in course.items), *doses)):
        return []
    return list(dict.fromkeys(filter(None, (word(dose.get("text")) for dose in doses))))
