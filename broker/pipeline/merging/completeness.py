"""What a caller may be told of each partner, and which sections may say "none recorded"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Naming
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Resource
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine, SectionState

_VEILED = frozenset(
    {OutcomeLabel.NO_RECORD, OutcomeLabel.REFUSED, OutcomeLabel.NOT_ASKED, OutcomeLabel.COMPLETE}
)


def completeness_lines(
    registrations: Sequence[PartnerRegistration],
    decisions: Iterable[Decision],
    outcomes: Mapping[str, PartnerOutcome],
) -> tuple[CompletenessLine, ...]:
    """One line for every partner in scope; those that policy folds share a single nameless one."""
    by_partner = {decision.partner_id: decision for decision in decisions}
    lines, folded = [], []
    for registration in registrations:
        decision = by_partner[registration.partner_id]
        outcome = outcomes[registration.partner_id]
        if not decision.in_scope:
            continue
        if decision.naming is Naming.FOLDED:
            folded.append(outcome)
        else:
            lines.append(_line(registration, decision, outcome))
    return (*lines, *_folded(folded))


def _line(registration: PartnerRegistration, decision: Decision, outcome: PartnerOutcome) -> CompletenessLine:
    """A fully screened answer of a veiled partner reads like no answer at all."""
    shown = outcome.tally.shown
    veiled = decision.naming is Naming.VEILED and outcome.label in _VEILED and not shown
    return CompletenessLine(
        partner_id=registration.partner_id,
        name=registration.organisation.name,
        label=NOTHING_TO_SHOW if veiled else outcome.label.value,
        shown=shown,
        answered_at="" if veiled else outcome.answered_at,
    )


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
) -> tuple[SectionState, ...]:
    """Each category that was wanted. "None recorded" needs every possible holder, whole and unscreened."""
    shown = Counter(resource.category for resource in items)
    by_partner = {decision.partner_id: decision for decision in decisions}
    states = []
    for category in Category:
        if category not in wanted or category is Category.UNCLASSIFIED:
            continue
        holders = [
            one for one in registrations if category in one.supplies and by_partner[one.partner_id].in_scope
        ]
        certain = bool(holders) and all(
            _answered_whole(category, by_partner[one.partner_id], outcomes[one.partner_id]) for one in holders
        )
        states.append(
            SectionState(
                category=category, shown=shown[category], none_recorded=certain and not shown[category]
            )
        )
    return tuple(states)


def _answered_whole(category: Category, decision: Decision, outcome: PartnerOutcome) -> bool:
    """True when this partner has told all that it holds of the category, and nothing could be screened."""
    return (
        decision.effect is Effect.PERMIT
        and category in decision.categories
        and not decision.withholds
        and not decision.resource_types
        and not decision.locationless
        and outcome.label.answered_fully
    )
