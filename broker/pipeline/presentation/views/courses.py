"""Medicines' items into courses: a statement, the plan that it rests on, and what was issued or given.

A source that sends a course whole sends all of these (GP Connect, Access Record Structured 1.6.2); another
sends a request alone, and a third only what was given. A request that contradicts something stays by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from broker.domain.item_words import Tree
from broker.domain.spans import latest
from broker.pipeline.presentation.views.items import ViewItem
from broker.pipeline.presentation.views.shapes import references, trees, word

STATEMENT, REQUEST = "MedicationStatement", "MedicationRequest"
_ITEMS_IN_A_SLICE = 200
GIVEN = frozenset({"MedicationDispense", "MedicationAdministration"})
KINDS = frozenset({STATEMENT, REQUEST, *GIVEN})
# R4 4.0.1: what is no longer taken, and what was never given. Any other status may be current.
_ENDED = frozenset({"completed", "stopped", "cancelled", "ended", "entered-in-error", "not-taken"})
_NOT_GIVEN = frozenset({"entered-in-error", "not-done", "cancelled", "declined"})
_PLANS = frozenset({"proposal", "plan", "original-order"})
# Which members of each kind name the request that it belongs to.
_BELONGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        REQUEST: ("basedOn",),
        "MedicationDispense": ("authorizingPrescription",),
        "MedicationAdministration": ("request",),
    }
)
# GP Connect's extension on a statement: when it was last issued. Its host has changed before.
_LAST_ISSUE = "MedicationStatementLastIssueDate"


@dataclass(frozen=True, slots=True)
class Course:
    """What one source says of one medicine: the item that speaks for it, and those that belong to it."""

    head: ViewItem
    parts: tuple[ViewItem, ...] = ()

    @property
    def items(self) -> tuple[ViewItem, ...]:
        """All of them, the head first."""
        return (self.head, *self.parts)

    @property
    def is_current(self) -> bool:
        """Not known to have ended; what was given stands, because nothing says when its effect ends."""
        status = word(self.head.tree.get("status"))
        return status not in (_NOT_GIVEN if self.head.kind in GIVEN else _ENDED)

    @property
    def issues(self) -> list[str]:
        """The times of every issue: orders that are no plan, and what was handed over."""
        return list(filter(None, (time for item in self.items for time in _issued(item))))

    @property
    def last_issued(self) -> str:
        """The latest of them, or what its source says of that; empty where neither is told."""
        return latest(iter((*self.issues, *_stated_last_issue(self.head.tree))))

    @property
    def last_given(self) -> str:
        """When it was last administered, as far as an item says."""
        given = (one for one in self.items if one.kind == "MedicationAdministration")
        return latest(one.time for one in given)


def courses_of(items: Iterable[ViewItem]) -> Generator[None, None, list[Course]]:
    """Every item of a medicine in some course; statements speak first, then plans, then what stands alone."""
    medicines = [one for one in items if one.kind in KINDS]
    by_name = {one.name: one for one in medicines}
    yield
    under = _under(medicines)
    yield
    taken: set[str] = set()
    courses: list[Course] = []
    for place, head in enumerate(sorted(medicines, key=_rank)):
        if head.name not in taken:
            parts = tuple(_parts(head, by_name, under, taken))
            taken |= {head.name, *(one.name for one in parts)}
            courses.append(Course(head, parts))
        if place % _ITEMS_IN_A_SLICE == 0:
            yield
    return courses


def _rank(item: ViewItem) -> int:
    if item.kind == STATEMENT:
        return 0
    if item.kind == REQUEST:
        return 1 if word(item.tree.get("intent")) in _PLANS else 2
    return 3


def _under(items: Iterable[ViewItem]) -> Mapping[str, list[ViewItem]]:
    """What belongs to each request."""
    under: defaultdict[str, list[ViewItem]] = defaultdict(list)
    for item in items:
        for member in _BELONGS.get(item.kind, ()):
            for name in references(item.tree.get(member)):
                under[name].append(item)
    return under


def _parts(
    head: ViewItem, by_name: Mapping[str, ViewItem], under: Mapping[str, list[ViewItem]], taken: set[str]
) -> Iterator[ViewItem]:
    """Everything that belongs to the head, however far down; each once, and none that speaks for itself."""
    named = [*references(head.tree.get("basedOn")), *references(head.tree.get("derivedFrom"))]
    waiting = [by_name[name] for name in named if name in by_name] if head.kind == STATEMENT else []
    waiting += under.get(head.name, ())
    seen = {head.name}
    while waiting:
        item = waiting.pop(0)
        if item.name in seen or item.name in taken or item.kind == STATEMENT or item.contradictions:
            continue
        seen.add(item.name)
        yield item
        waiting += under.get(item.name, ())


def _issued(item: ViewItem) -> Iterator[str]:
    tree = item.tree
    if item.kind == REQUEST and word(tree.get("intent")) not in _PLANS:
        yield word(tree.get("authoredOn"))
    if item.kind == "MedicationDispense" and word(tree.get("status")) not in _NOT_GIVEN:
        yield word(tree.get("whenHandedOver")) or word(tree.get("whenPrepared"))


def _stated_last_issue(tree: Tree) -> Iterator[str]:
    for extension in trees(tree.get("extension")):
        if _LAST_ISSUE in word(extension.get("url")):
            yield word(extension.get("valueDateTime")) or word(extension.get("valueDate"))
