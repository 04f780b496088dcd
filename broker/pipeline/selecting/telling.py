"""What a narrowed view may say of itself: of what is shown alone, and no negative at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from broker.domain.category import FRAME_TYPES
from broker.domain.resource import Resource
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

_Cluster = TypeVar("_Cluster", Group, Contradiction)
_Told = TypeVar("_Told", CompletenessLine, Holder)


def told_of(view: View, selection: Selection) -> View:
    """The view with its selection, and the groups, contradictions and counts of what is shown.

    Where the question narrows, no section says that there is none: what was left out might be of any. What
    was only asked for to come along is left out where nothing brought it, and narrows nothing.
    """
    shown = frozenset(selection.shown)
    told = replace(
        view,
        selection=selection,
        groups=_among(view.groups, shown),
        contradictions=_among(view.contradictions, shown),
    )
    if len(shown) == len(view.items) and not selection.narrows:
        return told
    items = [view.items[place] for place in sorted(shown)]
    lines = tuple(replace(line, expected=None) for line in _counted(view.lines, items))
    if not selection.narrows:
        return replace(told, lines=lines)
    sections = tuple(_section(section, items) for section in view.sections)
    return replace(told, lines=lines, sections=sections)


def _among(clusters: Iterable[_Cluster], shown: Collection[int]) -> tuple[_Cluster, ...]:
    """Those that are shown whole: whatever stands with a match is, and nobody asked for the rest."""
    return tuple(one for one in clusters if all(place in shown for place in one.members))


def _section(section: SectionState, items: Iterable[Resource]) -> SectionState:
    own = [one for one in items if one.category is section.category]
    shown = sum(one.header.resourceType not in FRAME_TYPES for one in own)
    state = SectionKind.SHOWN if shown else SectionKind.NOT_KNOWN
    if not shown and section.state is SectionKind.WITHHELD_AT_SOURCE:
        state = section.state
    holders = tuple(replace(holder, says_none=False) for holder in _counted(section.holders, own))
    return replace(section, shown=shown, state=state, holders=holders)


def _counted(told: Sequence[_Told], items: Iterable[Resource]) -> tuple[_Told, ...]:
    """Each with the number of its own items; the nameless one has those of all whom policy folds."""
    shown = Counter(one.partner_id for one in items)
    folded = sum(shown.values()) - sum(shown[one.partner_id] for one in told if one.partner_id)
    return tuple(
        replace(one, shown=shown[one.partner_id] if one.partner_id or one.name else folded) for one in told
    )
