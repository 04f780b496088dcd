"""What a caller may be told of each partner: one line for each in scope, or one for all that policy folds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from broker.domain.category import Category
from broker.domain.decision import Decision, Naming
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine

# All that a veiled partner may be seen to suffer from: everything else could be about the person.
TROUBLE_OF_ANYBODY = frozenset({OutcomeLabel.TIMED_OUT, OutcomeLabel.UNREACHABLE})
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
    warnings: Mapping[str, frozenset[tuple[Category, str]]] | None = None,
    as_of: Mapping[str, str] | None = None,
) -> tuple[CompletenessLine, ...]:
    """One line for every partner in scope; those that policy folds share a single nameless one.

    The practice that the index names holds most of a record: where none of ours is that practice, it has
    a line of its own. `as_of` are the times of answers that their partners call older than the question.
    """
    by_partner = {decision.partner_id: decision for decision in decisions}
    lines, folded = [], []
    for registration in registrations:
        decision = by_partner[registration.partner_id]
        outcome = outcomes[registration.partner_id]
        if not is_in_scope(decision, outcome):
            continue
        if decision.naming is Naming.FOLDED:
            folded.append(outcome)
        else:
            line = _line(registration, decision, outcome)
            if line.label != NOTHING_TO_SHOW:
                warned = codes_of(warnings, registration.partner_id)
                line = replace(line, differs=registration.partner_id in differing, warnings=warned)
            if as_of and _is_told_in_full(registration, decision):  # it may be of something withheld
                line = replace(line, as_of=as_of.get(registration.partner_id, ""))
            lines.append(line)
    if not folded and not practice_is_here(registrations, practice_ods):
        lines.append(
            CompletenessLine(partner_id="", name=UNKNOWN_PRACTICE, label=OutcomeLabel.NOT_ASKED.value)
        )
    return (*lines, *_folded(folded, warnings))


def with_no_gap_where_none_is_supplied(
    lines: Iterable[CompletenessLine],
    registrations: Iterable[PartnerRegistration],
    wanted: frozenset[Category],
) -> tuple[CompletenessLine, ...]:
    """The lines, of which one says so whose partner was not asked and supplies nothing that was `wanted`.

    What a partner supplies is the same whoever is asked about, and tells nothing of anybody.
    """
    strangers = {one.partner_id for one in registrations if not one.supplies & wanted}
    return tuple(
        replace(one, supplies_none=True, cause="")
        if one.partner_id in strangers and one.label == OutcomeLabel.NOT_ASKED
        else one
        for one in lines
    )


def is_in_scope(decision: Decision, outcome: PartnerOutcome) -> bool:
    """A partner that no pointer named is nobody that a reader would expect, where its name may be told."""
    unnamed = decision.awaits_pointer and outcome.cause is Cause.NOT_A_HOLDER
    return decision.in_scope and not (unnamed and decision.naming is Naming.PLAIN)


def codes_of(
    warnings: Mapping[str, frozenset[tuple[Category, str]]] | None,
    partner_id: str,
    category: Category | None = None,
) -> tuple[str, ...]:
    """The codes of one partner's warnings, in order; of those on lists of one category where it is given."""
    found = (warnings or {}).get(partner_id, frozenset())
    return tuple(sorted({code for of, code in found if category in {None, of}}))


def practice_is_here(registrations: Iterable[PartnerRegistration], practice_ods: str | None) -> bool:
    """True when the practice that the index names is one of ours."""
    return practice_ods is not None and any(
        practice_ods in one.organisation.ods_codes for one in registrations
    )


def _line(registration: PartnerRegistration, decision: Decision, outcome: PartnerOutcome) -> CompletenessLine:
    """A partner that may not be asked any more reads as one that was not; its exact outcome is audited."""
    label = outcome.label if decision.categories else OutcomeLabel.NOT_ASKED
    shown = outcome.tally.shown
    if decision.naming is Naming.VEILED and not shown and label not in TROUBLE_OF_ANYBODY:
        return _named(registration, NOTHING_TO_SHOW)
    if not _is_told_in_full(registration, decision):
        return _named(
            registration,
            label.value,
            shown=shown,
            answered_at=outcome.answered_at,
            from_memory_s=outcome.from_memory_s,
        )
    return _named(
        registration,
        label.value,
        shown=shown,
        expected=outcome.expected,
        unreadable=outcome.tally.unreadable,
        cause="" if outcome.cause in _UNTOLD else outcome.cause.value,
        answered_at=outcome.answered_at if decision.categories else "",
        from_memory_s=outcome.from_memory_s if decision.categories else 0,
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


def _folded(
    outcomes: list[PartnerOutcome], warnings: Mapping[str, frozenset[tuple[Category, str]]] | None
) -> tuple[CompletenessLine, ...]:
    """A restricted person's partners: one line that says only whether everybody asked has answered."""
    if not outcomes:
        return ()
    asked = [outcome for outcome in outcomes if outcome.label is not OutcomeLabel.NOT_ASKED]
    whole = bool(asked) and all(outcome.label.answered_fully for outcome in asked)
    label = OutcomeLabel.COMPLETE if whole else OutcomeLabel.PARTIAL
    shown = sum(outcome.tally.shown for outcome in outcomes)
    told = {code for outcome in outcomes for code in codes_of(warnings, outcome.partner_id)}
    nameless = CompletenessLine(partner_id="", name="", label=label.value, shown=shown)
    return (replace(nameless, warnings=tuple(sorted(told))),)
