"""What a narrowed view may say of itself: of what is shown alone, and no negative at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from broker.domain.category import FRAME_TYPES, Category
from broker.domain.view import (
    CompletenessLine,
    Contradiction,
    Group,
    Holder,
    SectionKind,
    SectionState,
    Selection,
    View,
)

_ITEMS_IN_A_SLICE = 2_000
_Cluster = TypeVar("_Cluster", Group, Contradiction)
_Told = TypeVar("_Told", CompletenessLine, Holder)


def told_of(view: View, selection: Selection) -> Generator[None, None, View]:
    """The view with its selection, and the groups, contradictions and counts of what is shown.

    Where the question narrows, no section says that there is none: what was left out might be of any. What
    was only asked for to come along is left out where nothing brought it, and narrows nothing; it is not
    counted either.
    """
    shown = frozenset(selection.shown)
    told = replace(
        view,
        selection=selection,
        groups=_among(view.groups, shown),
        contradictions=_among(view.contradictions, shown),
    )
    yield
    if len(shown) == len(view.items) and not selection.narrows:
        return told
    by_partner: Counter[str] = Counter()
    by_category: dict[Category, Counter[str]] = defaultdict(Counter)
    touched: set[Category] = set(Category) if selection.narrows else set()
    for place, item in enumerate(view.items):
        if place not in shown:
            touched.add(item.category)
        else:
            by_partner[item.partner_id] += 1
            by_category[item.category][item.partner_id] += item.header.resourceType not in FRAME_TYPES
        if place % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    return replace(
        told,
        lines=tuple(replace(line, expected=None) for line in _counted(view.lines, by_partner)),
        sections=tuple(
            _section(one, by_category[one.category]) if one.category in touched else one
            for one in view.sections
        ),
    )


def _among(clusters: Iterable[_Cluster], shown: Collection[int]) -> tuple[_Cluster, ...]:
    """Those that are shown whole: whatever stands with a match is, and nobody asked for the rest."""
    return tuple(one for one in clusters if all(place in shown for place in one.members))


def _section(section: SectionState, shown: Counter[str]) -> SectionState:
    """`shown` are its items by partner; a list holds some together, and is none."""
    count = shown.total()
    state = SectionKind.SHOWN if count else SectionKind.NOT_KNOWN
    if not count and section.state is SectionKind.WITHHELD_AT_SOURCE:
        state = section.state
    holders = tuple(replace(holder, says_none=False) for holder in _counted(section.holders, shown))
    return replace(section, shown=count, state=state, holders=holders)


def _counted(told: Sequence[_Told], shown: Counter[str]) -> tuple[_Told, ...]:
    """Each with the number of its own items; the nameless one has those of all whom policy folds."""
    folded = shown.total() - sum(shown[one.partner_id] for one in told if one.partner_id)
    return tuple(
        replace(one, shown=shown[one.partner_id] if one.partner_id or one.name else folded) for one in told
    )
