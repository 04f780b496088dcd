"""What was released and what became of each partner to the view: groups, contradictions, completeness.

Pure and in slices. Partners stand in the order of the plan, so the order of answering changes nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from broker.domain.category import Category
from broker.domain.outcome import PartnerOutcome
from broker.domain.resource import Resource
from broker.domain.view import CompletenessLine, View
from broker.pipeline.merging.completeness import (
    completeness_lines,
    practice_is_here,
    with_no_gap_where_none_is_supplied,
)
from broker.pipeline.merging.contradictions import contradictions
from broker.pipeline.merging.ground import Ground
from broker.pipeline.merging.grouping import Grouping
from broker.pipeline.merging.leads import Leads
from broker.pipeline.merging.sections import Standing, section_states


def merge(
    items: Sequence[Resource],
    outcomes: Mapping[str, PartnerOutcome],
    ground: Ground,
) -> Generator[None, None, View]:
    """One view of everything released; `outcomes` holds one exact line for every registered partner."""
    grouping = Grouping(items, Leads(ground.registrations, ground.leads))
    groups = yield from grouping.groups()
    yield
    clashes = yield from contradictions(items, grouping, groups, ground)
    yield
    decisions = ground.judgement.decisions
    lines = completeness_lines(
        ground.registrations,
        decisions,
        outcomes,
        ground.patient.practice_ods,
        ground.differing,
        ground.warnings,
        ground.old,
    )
    lines = with_no_gap_where_none_is_supplied(lines, ground.registrations, ground.wanted)
    sections = yield from section_states(items, _standing(ground, outcomes, lines))
    return View(
        patient=ground.patient,
        items=tuple(items),
        groups=groups,
        contradictions=clashes,
        outcomes=tuple(outcomes[registration.partner_id] for registration in ground.registrations),
        lines=lines,
        sections=sections,
        suppression_notice=ground.judgement.suppression_notice,
        medicines_notice=ground.judgement.medicines_notice if Category.MEDICINES in ground.wanted else "",
        asked_at=ground.asked_at,
        narrative_hidden_from=ground.narrative_hidden_from,
        person_references=ground.person_references,
        locationless=any(decision.locationless for decision in decisions),
    )


def _standing(
    ground: Ground, outcomes: Mapping[str, PartnerOutcome], lines: tuple[CompletenessLine, ...]
) -> Standing:
    return Standing(
        registrations=ground.registrations,
        decisions={decision.partner_id: decision for decision in ground.judgement.decisions},
        outcomes=outcomes,
        lines=lines,
        wanted=ground.wanted,
        sure=_sure(ground),
        warnings=ground.warnings,
        old=frozenset(ground.old),
    )


def _sure(ground: Ground) -> frozenset[Category]:
    """Nothing is sure while the practice that the index names, or any at all, is out of our reach."""
    if not practice_is_here(ground.registrations, ground.patient.practice_ods):
        return frozenset()
    return ground.sure


__all__ = ["Ground", "merge"]
