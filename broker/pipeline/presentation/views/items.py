"""A view's items as a reader sees them: their ids, their sources, and the marks that they bear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.category import FRAME_TYPES, SUPPORTING_TYPES, Category
from broker.domain.item_words import Tree, is_not_for_the_person, words_of
from broker.domain.spans import EVER_BEFORE, Span, span_of
from broker.domain.view import View
from broker.pipeline.presentation.entries import entries_of
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.views.shapes import time_of

# Who, where and what with are no events, nor is a list: what it holds is.
NO_EVENTS = SUPPORTING_TYPES | FRAME_TYPES | {"Patient", "RelatedPerson", "Medication"}
_ITEMS_IN_A_SLICE = 50
_GROUPED_IN_A_SLICE = 1_000


class _Entry(msgspec.Struct):
    resource: dict[str, Any]


# A fraction stays the text that was sent: `1.50` is never 1.5.
_ENTRY = msgspec.json.Decoder(_Entry, float_hook=str)


@dataclass(frozen=True, slots=True, eq=False)
class ViewItem:
    """One item. `at` is its place in `View.items`, `group` its group's number (0 for none); `partner_id` and
    `source` are empty where the partner may not be named. `time` is its own as written, and `span` what that
    leaves open. `name` is how a reader opens it, and how other items name it: `Type/id`.
    """

    at: int
    kind: str
    name: str
    tree: Tree = field(repr=False)
    time: str = field(repr=False)
    span: Span | None = field(repr=False)
    category: Category
    partner_id: str
    source: str
    group: int = 0
    contradictions: tuple[str, ...] = ()

    @property
    def begins_ns(self) -> int:
        """Where its time begins, as spans count; below every date where it has none."""
        return self.span.begins_ns if self.span else EVER_BEFORE

    def entry(self, tree: Tree | None = None) -> dict[str, Any]:
        """What each row says of each of its items: who says it, where to open it, and in which words."""
        told: dict[str, Any] = {"partner": self.partner_id, "source": self.source}
        told = {name: value for name, value in told.items() if value}
        told |= {"items": [self.name], "words": words_of(tree or self.tree)}
        if self.group:
            told["group"] = f"g{self.group}"
        if self.contradictions:
            told["contradictions"] = list(self.contradictions)
        if is_not_for_the_person(self.tree):
            told["not_for_the_person"] = True
        return told


def items_of(view: View, frame: Frame) -> Generator[None, None, list[ViewItem]]:
    """Every item of the view, in its order, as a Bundle would show it."""
    groups, clashes = _groups(view), _contradictions(view)
    names = {} if view.locationless else frame.names
    items = []
    entries = yield from entries_of(view, frame)
    entries.reverse()
    while entries:
        entry = entries.pop()  # let go one by one: 20,000 at once would hold the loop
        resource = view.items[entry.at]
        source = names.get(resource.partner_id, "")
        tree = _ENTRY.decode(b"".join(entry.pieces)).resource
        time = time_of(tree)
        items.append(
            ViewItem(
                at=entry.at,
                kind=resource.header.resourceType,
                name=f"{resource.header.resourceType}/{tree['id']}",
                tree=tree,
                time=time,
                span=span_of(time),
                category=resource.category,
                partner_id=resource.partner_id if source else "",
                source=source,
                group=groups.get(entry.at, 0),
                contradictions=tuple(clashes[entry.at]),
            )
        )
        if len(items) % _ITEMS_IN_A_SLICE == 0:
            yield
    return items


def _groups(view: View) -> dict[int, int]:
    """The number of each item's group; groups that share an item are one here."""
    numbers: dict[int, int] = {}
    for number, group in enumerate(view.groups, start=1):
        met = {numbers[index] for index in group.members if index in numbers}
        root = min(met | {number})
        joined = [index for index, known in numbers.items() if known in met] if met else []
        numbers.update(dict.fromkeys((*joined, *group.members), root))
    return numbers


def _contradictions(view: View) -> defaultdict[int, list[str]]:
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for number, contradiction in enumerate(view.contradictions_told, start=1):
        for index in contradiction.members:
            codes[index].append(f"c{number}")
    return codes


def sources_of(entries: Iterable[dict[str, Any]]) -> list[str]:
    """The names of those who say what a row says, each once."""
    return list(dict.fromkeys(entry["source"] for entry in entries if "source" in entry))


def by_group(items: Iterable[ViewItem]) -> Generator[None, None, list[list[ViewItem]]]:
    """The members of a group that have one date, and each other item alone; in order."""
    found: dict[tuple[int, str], list[ViewItem]] = {}
    for count, item in enumerate(items, start=1):
        key = (item.group, item.time) if item.group else (-item.at - 1, "")
        found.setdefault(key, []).append(item)
        if count % _GROUPED_IN_A_SLICE == 0:
            yield
    return list(found.values())
