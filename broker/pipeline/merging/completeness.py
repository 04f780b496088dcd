"""What a caller may be told of each partner, and which sections may say "none recorded"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from broker.domain.category import FRAME_TYPES, Category
from broker.domain.decision import Decision, Effect, Naming
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Resource, is_empty_frame
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine, SectionState

# All that a veiled partner may be seen to suffer from: everything else could be about the person.
_TROUBLE_OF_ANYBODY = frozenset({OutcomeLabel.TIMED_OUT, OutcomeLabel.UNREACHABLE})
# Our own reasons for not asking are not a partner's trouble, and policy alone says what is told of them.
_UNTOLD = frozenset(
    {Cause.NONE, Cause.POLICY, Cause.OBJECTION, Cause.NOT_A_HOLDER, Cause.NOT_LOCATED, Cause.SUSPENDED}
)
UNKNOWN_PRACTICE = "The person's registered practice"


def completeness_lines(
    registrations: Sequence[PartnerRegistration],
    decisions: Iterable[Decision],
    outcomes: Mapping[str, PartnerOutcome],
    practice_ods: str | None,
    differing: frozenset[str] = frozenset(),
) -> tuple[CompletenessLine, ...]:
    """One line for every partner in scope; those that policy folds share a single nameless one.

    The practice that the index names holds most of a record: where none of ours is that practice, it has
    a line of its own.
    """
    by_partner = {decision.partner_id: decision for decision in decisions}
    lines, folded = [], []
    for registration in registrations:
        decision = by_partner[registration.partner_id]
        outcome = outcomes[registration.partner_id]
        if not _is_in_scope(decision, outcome):
            continue
        if decision.naming is Naming.FOLDED:
            folded.append(outcome)
        else:
            line = _line(registration, decision, outcome)
            differs = registration.partner_id in differing and line.label != NOTHING_TO_SHOW
            lines.append(replace(line, differs=differs))
    if not folded and not practice_is_here(registrations, practice_ods):
        lines.append(
            CompletenessLine(partner_id="", name=UNKNOWN_PRACTICE, label=OutcomeLabel.NOT_ASKED.value)
        )
    return (*lines, *_folded(folded))


def _is_in_scope(decision: Decision, outcome: PartnerOutcome) -> bool:
    """A partner that no pointer named is nobody that a reader would expect, where its name may be told."""
    unnamed = decision.awaits_pointer and outcome.cause is Cause.NOT_A_HOLDER
    return decision.in_scope and not (unnamed and decision.naming is Naming.PLAIN)


def practice_is_here(registrations: Iterable[PartnerRegistration], practice_ods: str | None) -> bool:
    """True when the practice that the index names is one of ours."""
    return practice_ods is not None and any(
        practice_ods in one.organisation.ods_codes for one in registrations
    )


def _line(registration: PartnerRegistration, decision: Decision, outcome: PartnerOutcome) -> CompletenessLine:
    """A partner that may not be asked any more reads as one that was not; its exact outcome is audited."""
    label = outcome.label if decision.categories else OutcomeLabel.NOT_ASKED
    shown = outcome.tally.shown
    if decision.naming is Naming.VEILED and not shown and label not in _TROUBLE_OF_ANYBODY:
        return _named(registration, NOTHING_TO_SHOW)
    if not _is_told_in_full(registration, decision):
        return _named(registration, label.value, shown=shown, answered_at=outcome.answered_at)
    return _named(
        registration,
        label.value,
        shown=shown,
        expected=outcome.expected,
        unreadable=outcome.tally.unreadable,
        cause="" if outcome.cause in _UNTOLD else outcome.cause.value,
        answered_at=outcome.answered_at if decision.categories else "",
    )


def _is_told_in_full(registration: PartnerRegistration, decision: Decision) -> bool:
    """Numbers and causes are told only where nothing is screened: elsewhere they could count what was."""
    return (
        decision.naming is Naming.PLAIN
        and decision.categories >= registration.supplies - {Category.UNCLASSIFIED}
        and not decision.withholds
        and decision.hidden_classes.only_legal
        and not decision.resource_types
    )


def _named(registration: PartnerRegistration, label: str, **told: object) -> CompletenessLine:
    line = {"partner_id": registration.partner_id, "name": registration.organisation.name, "label": label}
    return CompletenessLine(**line, **told)  # type: ignore[arg-type] # the line's own members, by name


def _folded(outcomes: list[PartnerOutcome]) -> tuple[CompletenessLine, ...]:
    """A restricted person's partners: one line that says only whether everybody asked has answered."""
    if not outcomes:
        return ()
    asked = [outcome for outcome in outcomes if outcome.label is not OutcomeLabel.NOT_ASKED]
    whole = bool(asked) and all(outcome.label.answered_fully for outcome in asked)
    label = OutcomeLabel.COMPLETE if whole else OutcomeLabel.PARTIAL
    shown = sum(outcome.tally.shown for outcome in outcomes)
    return (CompletenessLine(partner_id="", name="", label=label.value, shown=shown),)


def section_states(
    items: Iterable[Resource],
    registrations: Sequence[PartnerRegistration],
    decisions: Iterable[Decision],
    outcomes: Mapping[str, PartnerOutcome],
    wanted: frozenset[Category],
    sure: frozenset[Category],
) -> tuple[SectionState, ...]:
    """Each category that was wanted. "None recorded" needs every possible holder, whole and unscreened.

    `sure` are the categories of which every kind of item was asked for and nothing fell. A list that holds
    something together is no item, and says that there is one.
    """
    items = list(items)
    shown = Counter(one.category for one in items if one.header.resourceType not in FRAME_TYPES)
    held = {one.category for one in items if not is_empty_frame(one.header.resourceType, one.raw)}
    by_partner = {decision.partner_id: decision for decision in decisions}
    states = []
    for category in Category:
        if category not in wanted or category is Category.UNCLASSIFIED:
            continue
        holders = [
            one
            for one in registrations
            if category in one.supplies and _is_in_scope(by_partner[one.partner_id], outcomes[one.partner_id])
        ]
        certain = category in sure and bool(holders) and category not in held
        none_recorded = certain and all(
            _answered_whole(category, by_partner[one.partner_id], outcomes[one.partner_id]) for one in holders
        )
        states.append(SectionState(category=category, shown=shown[category], none_recorded=none_recorded))
    return tuple(states)


def _answered_whole(category: Category, decision: Decision, outcome: PartnerOutcome) -> bool:
    """True when this partner has told all that it holds of the category, and nothing could be screened."""
    return (
        decision.effect is Effect.PERMIT
        and decision.naming is Naming.PLAIN
        and category in decision.categories
        and not decision.withholds
        and category not in decision.hidden_classes.categories
        and not decision.resource_types
        and not decision.locationless
        and outcome.label.answered_fully
    )
