"""Each category for a reader: who could hold it, who answered, and whether "none recorded" may be said.

Everything here is made of what the reader may be told: the lines, the decisions and the items released. What
was screened has no part in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from broker.domain.category import FRAME_TYPES, Category
from broker.domain.decision import Decision, Effect, Naming
from broker.domain.list_warnings import CONFIDENTIAL_ITEMS
from broker.domain.none_known import says_none_known
from broker.domain.outcome import PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Resource, is_empty_frame
from broker.domain.view import CompletenessLine, Holder, SectionKind, SectionState, SourceWarning
from broker.pipeline.merging.completeness import UNKNOWN_PRACTICE, codes_of, is_in_scope

_ITEMS_IN_A_SLICE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who was asked and under which decision, and what is told of each.

    `wanted` are the categories of the question; `sure` are those of which every kind of item was asked for
    and nothing fell. `old` are the partners that call their answer older than the question.
    """

    registrations: Sequence[PartnerRegistration]
    decisions: Mapping[str, Decision]
    outcomes: Mapping[str, PartnerOutcome]
    lines: Sequence[CompletenessLine]
    wanted: frozenset[Category]
    sure: frozenset[Category]
    warnings: Mapping[str, frozenset[tuple[Category, str]]] = field(default_factory=dict)
    old: frozenset[str] = frozenset()


def section_states(
    items: Iterable[Resource], standing: Standing
) -> Generator[None, None, tuple[SectionState, ...]]:
    """Each category that was wanted. A list that holds something together is no item, and says that there
    is one.
    """
    found = yield from _found(items)
    states = []
    for category in Category:
        if category in standing.wanted and category is not Category.UNCLASSIFIED:
            states.append(_section(category, found, standing))
            yield
    return tuple(states)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is shown of each category, by partner. `facts` are of items that do not state that none is known;
    `held` are the categories of which something is there, whether it came or not.
    """

    shown: Mapping[Category, Counter[str]]
    denials: Mapping[Category, Counter[str]]
    facts: frozenset[Category]
    held: frozenset[Category]


def _found(items: Iterable[Resource]) -> Generator[None, None, _Found]:
    """A list is not counted, and may still state that none is known."""
    shown: dict[Category, Counter[str]] = defaultdict(Counter)
    denials: dict[Category, Counter[str]] = defaultdict(Counter)
    facts, held = set(), set()
    for count, one in enumerate(items, start=1):
        kind, denies = one.header.resourceType, says_none_known(one)
        if denies:
            denials[one.category][one.partner_id] += 1
        if kind not in FRAME_TYPES:
            shown[one.category][one.partner_id] += 1
            if not denies:
                facts.add(one.category)
        if not is_empty_frame(kind, one.raw):
            held.add(one.category)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return _Found(shown, denials, frozenset(facts), frozenset(held))


def _section(category: Category, found: _Found, standing: Standing) -> SectionState:
    shown = found.shown.get(category, Counter())
    holders = _holders(category, found, standing)
    return SectionState(
        category=category,
        shown=shown.total(),
        state=_state(category, found, holders, standing),
        holders=holders,
        warnings=_warnings(category, standing),
    )


def _warnings(category: Category, standing: Standing) -> tuple[SourceWarning, ...]:
    """Of the partners that this reader may be told of them, in the order of their lines."""
    folded = [one.partner_id for one in standing.registrations if _is_folded(one, standing)]
    return tuple(
        SourceWarning(code=code, partner_id=line.partner_id, name=line.name)
        for line in standing.lines
        if line.warnings
        for code in _codes((line.partner_id,) if line.partner_id else folded, category, standing)
    )


def _codes(partner_ids: Iterable[str], category: Category, standing: Standing) -> list[str]:
    return sorted({code for one in partner_ids for code in codes_of(standing.warnings, one, category)})


def _state(category: Category, found: _Found, holders: tuple[Holder, ...], standing: Standing) -> SectionKind:
    if category in found.facts:
        return SectionKind.SHOWN
    if category in found.denials:
        return SectionKind.NONE_KNOWN
    if _none_recorded(category, found, holders, standing):
        return SectionKind.NONE_RECORDED
    if any(one.code == CONFIDENTIAL_ITEMS for one in _warnings(category, standing)):
        return SectionKind.WITHHELD_AT_SOURCE
    return SectionKind.NOT_KNOWN


def _none_recorded(
    category: Category, found: _Found, holders: tuple[Holder, ...], standing: Standing
) -> bool:
    """It needs a holder, and every possible holder whole, unscreened, without a warning of its own, and with
    an answer of now.
    """
    partners = _partners(category, standing)
    nameless = any(not one.partner_id for one in holders)
    if not partners or nameless or category not in standing.sure or category in found.held:
        return False
    return all(
        not _could_withhold(category, standing.decisions[one.partner_id])
        and not codes_of(standing.warnings, one.partner_id, category)
        and one.partner_id not in standing.old
        and standing.outcomes[one.partner_id].label.answered_fully
        for one in partners
    )


def _partners(category: Category, standing: Standing) -> list[PartnerRegistration]:
    return [
        one
        for one in standing.registrations
        if category in one.supplies
        and is_in_scope(standing.decisions[one.partner_id], standing.outcomes[one.partner_id])
    ]


def _could_withhold(category: Category, decision: Decision) -> bool:
    """True where this reader might not see all of the category that this partner holds."""
    return (
        decision.effect is not Effect.PERMIT
        or decision.naming is not Naming.PLAIN
        or category not in decision.categories
        or bool(decision.withholds)
        or category in decision.hidden_classes.categories
        or bool(decision.resource_types)
        or decision.locationless
    )


def _holders(category: Category, found: _Found, standing: Standing) -> tuple[Holder, ...]:
    """Those that are named, each by its line, and one for all that are not."""
    lines = {line.partner_id: line for line in standing.lines}
    shown, denials = found.shown.get(category, Counter()), found.denials.get(category, Counter())
    holders = [
        _holder(
            lines[one.partner_id],
            shown=shown[one.partner_id],
            says_none=denials[one.partner_id] > 0,
        )
        for one in _partners(category, standing)
        if one.partner_id in lines
    ]
    return (*holders, *_nameless(category, found, standing))


def _holder(line: CompletenessLine, *, shown: int, says_none: bool) -> Holder:
    return Holder(
        partner_id=line.partner_id,
        name=line.name,
        label=line.label,
        shown=shown,
        cause=line.cause,
        answered_at=line.answered_at,
        from_memory_s=line.from_memory_s,
        as_of=line.as_of,
        says_none=says_none,
    )


def _nameless(category: Category, found: _Found, standing: Standing) -> tuple[Holder, ...]:
    """The person's practice where it is out of reach, and all that policy folds as one holder.

    Which of the folded are in scope could place the person: whether any of them could hold the category is
    read from the registrations alone.
    """
    folded = [one for one in standing.registrations if _is_folded(one, standing)]
    held_there = any(category in one.supplies for one in folded)
    shown, denials = found.shown.get(category, Counter()), found.denials.get(category, Counter())
    return tuple(
        _holder(
            line,
            shown=sum(shown[one.partner_id] for one in folded),
            says_none=any(denials[one.partner_id] for one in folded),
        )
        for line in standing.lines
        if not line.partner_id and (line.name == UNKNOWN_PRACTICE or held_there)
    )


def _is_folded(registration: PartnerRegistration, standing: Standing) -> bool:
    return standing.decisions[registration.partner_id].naming is Naming.FOLDED
