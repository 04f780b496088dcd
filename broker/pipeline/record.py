"""What was gathered into a view, made anew whenever the judgement narrows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Generator, Sequence

import structlog

from broker.domain.category import Category
from broker.domain.criteria import WHOLE
from broker.domain.decision import Judgement
from broker.domain.errors import AllPartnersFailed, AllPartnersTimedOut
from broker.domain.identity import PatientIdentity
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.query import RecordQuery
from broker.domain.sensitivity import SensitivityClass
from broker.domain.view import NOTHING_TO_SHOW, View
from broker.pipeline.gathering import Gathered
from broker.pipeline.merging import Ground, merge
from broker.pipeline.normalisation import Normalised
from broker.pipeline.ordering import ordered
from broker.pipeline.planning import categories_asked_whole, categories_wanted
from broker.pipeline.presentation import Frame, item_ids
from broker.pipeline.screening import Screened, screen
from broker.pipeline.screening.differing import Known
from broker.pipeline.selecting import select
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices

_log = structlog.get_logger(__name__)


async def view_of(gathered: Gathered, judgement: Judgement, services: Services) -> View:
    """Screen and merge under `judgement`. Called again when it has narrowed since."""
    query, known = gathered.query, Known.of(gathered.patient.resource)
    screened = [
        await screened_of(normalised, query, known, judgement, services) for normalised in gathered.normalised
    ]
    return await merged(gathered, screened, judgement, services)


async def screened_of(
    normalised: Normalised, query: RecordQuery, known: Known, judgement: Judgement, services: Services
) -> Screened:
    """What one partner's answer may show: no other partner's answer has a part in it."""
    decision = judgement.decision_for(normalised.partner_id)
    if decision is None:
        raise LookupError(normalised.partner_id)
    work = screen(normalised.partner_id, normalised.resources, decision, query.types_asked, known)
    return await _screened(normalised, work, services)


async def merged(
    gathered: Gathered, screened: Sequence[Screened], judgement: Judgement, services: Services
) -> View:
    """One view of what was screened, one for each answer of `gathered` and in the same order."""
    clock, slice_s = services.clock, services.limits.slice_s
    items = []
    for one in screened:
        items += await in_slices(ordered(one.released), clock, slice_s)
    ground = _ground(gathered, judgement, services, screened)
    outcomes = _outcomes(gathered, screened)
    view = await in_slices(merge(items, outcomes, ground), clock, slice_s)
    kept = _place_kept(judgement, gathered, screened)
    return dataclasses.replace(_with_groups_counted(view), place_kept=kept)


async def selected_of(view: View, frame: Frame, services: Services) -> View:
    """What the question asks for of it: the last thing that is done to a view."""
    query = frame.query
    if query.criteria == WHOLE:
        return view
    clock, slice_s = services.clock, services.limits.slice_s
    ids: Sequence[str] = ()
    if query.criteria.ids is not None:
        ids = await in_slices(item_ids(view, frame), clock, slice_s)
    return await in_slices(select(view, query, ids), clock, slice_s)


def _place_kept(judgement: Judgement, gathered: Gathered, screened: Sequence[Screened]) -> bool:
    """Whether the index may not say where the person is: a partner whose answer is missing might keep it, and
    so might one that was not asked again, or an item of a type that was not asked for.
    """
    if not _hides_place(judgement):
        return False
    query = gathered.query
    if query.again is not None or query.resource_types:
        return True
    asked = (one.ending.label for one in gathered.normalised)
    unsaid = any(not label.answered_fully for label in asked if label is not OutcomeLabel.NOT_ASKED)
    return unsaid or any(one.place_kept for one in screened)


def _hides_place(judgement: Judgement) -> bool:
    return any(
        SensitivityClass.RESTRICTED_LOCATION in one.hidden_classes.classes for one in judgement.decisions
    )


async def _screened(
    normalised: Normalised, work: Generator[None, None, Screened], services: Services
) -> Screened:
    try:
        return await in_slices(work, services.clock, services.limits.slice_s)
    except Exception:  # noqa: BLE001 - what cannot be screened is withheld, and costs no other partner
        _log.exception("connector-failed", partner=normalised.partner_id)
        return Screened(
            partner_id=normalised.partner_id,
            released=(),
            withheld=len(normalised.resources),
            narrative_hidden=True,
            fallen=frozenset(Category),
            place_kept=True,
        )


def _ground(
    gathered: Gathered, judgement: Judgement, services: Services, screened: Sequence[Screened]
) -> Ground:
    fallen: frozenset[Category] = frozenset().union(*(one.fallen for one in screened))
    return Ground(
        patient=gathered.patient,
        judgement=judgement,
        registrations=services.registrations,
        wanted=categories_wanted(gathered.query),
        sure=categories_asked_whole(gathered.query) - fallen,
        asked_at=gathered.asked_at,
        narrative_hidden_from=frozenset(one.partner_id for one in screened if one.narrative_hidden),
        differing=frozenset(one.partner_id for one in screened if one.differs),
        leads=services.policies().leads,
        warnings={one.partner_id: one.warnings for one in screened if one.warnings},
        as_of={one.partner_id: one.ending.as_of for one in gathered.normalised},
        person_references={one.partner_id: one.person_references for one in gathered.normalised},
    )


def _outcomes(gathered: Gathered, screened: Sequence[Screened]) -> dict[str, PartnerOutcome]:
    """One exact line for every registered partner, asked or not."""
    outcomes = {outcome.partner_id: outcome for outcome in gathered.plan.not_asked}
    for answer, normalised, one in zip(gathered.answers, gathered.normalised, screened, strict=True):
        outcomes[answer.partner_id] = PartnerOutcome(
            partner_id=answer.partner_id,
            label=normalised.ending.label,
            cause=normalised.ending.cause,
            tally=_tally(normalised, one),
            expected=normalised.ending.expected,
            elapsed_ms=answer.elapsed_ms,
            pages=answer.pages,
            answered_at=answer.answered_at,
            from_memory_s=gathered.from_memory_s,
        )
    return outcomes


def _tally(normalised: Normalised, screened: Screened) -> Tally:
    tally = Tally(
        received=normalised.received,
        shown=len(screened.released),
        repeated=normalised.repeated,
        withheld=screened.withheld + normalised.unproved,
        unreadable=normalised.unreadable,
        quarantined=normalised.quarantined,
    )
    if not tally.balances:
        raise ArithmeticError(f"entries from {normalised.partner_id} are not all accounted for")
    return tally


def _with_groups_counted(view: View) -> View:
    """`grouped` says how many of a partner's shown items stand beside another."""
    beside: dict[str, set[int]] = {}
    for group in view.groups:
        for index in group.members[1:]:
            beside.setdefault(view.items[index].partner_id, set()).add(index)
    if not beside:
        return view
    outcomes = tuple(
        dataclasses.replace(
            outcome,
            tally=dataclasses.replace(outcome.tally, grouped=len(beside.get(outcome.partner_id, ()))),
        )
        for outcome in view.outcomes
    )
    return dataclasses.replace(view, outcomes=outcomes)


def nobody_answered(gathered: Gathered, view: View) -> bool:
    """True when somebody was asked and, as far as this reader may know, nobody gave a usable answer.

    It is judged on what the reader sees, so that a veiled partner's dissent and its empty answer are one;
    a partner that may not be asked any more was never asked.
    """
    exact = {normalised.partner_id: normalised.ending.label for normalised in gathered.normalised}
    seen = {line.partner_id: line.label for line in view.lines}
    labels = [
        OutcomeLabel.COMPLETE if seen.get(partner_id) == NOTHING_TO_SHOW else label
        for partner_id, label in exact.items()
        if label is OutcomeLabel.NOT_ASKED or seen.get(partner_id) != OutcomeLabel.NOT_ASKED
    ]
    return bool(labels) and all(label.failed or label is OutcomeLabel.NOT_ASKED for label in labels)


def all_failed(gathered: Gathered) -> AllPartnersFailed:
    """Why nobody answered: time, where it was for all of them."""
    labels = {normalised.ending.label for normalised in gathered.normalised}
    return AllPartnersTimedOut() if labels == {OutcomeLabel.TIMED_OUT} else AllPartnersFailed()


def person_only(patient: PatientIdentity, judgement: Judgement, now: dt.datetime) -> View:
    """The view of a question that the patient index alone answers: no partner was asked, and so none could
    say that the person's whereabouts are kept.
    """
    return View(
        patient=patient,
        items=(),
        groups=(),
        contradictions=(),
        outcomes=(),
        lines=(),
        sections=(),
        suppression_notice=judgement.suppression_notice,
        medicines_notice="",
        asked_at=now,
        place_kept=_hides_place(judgement),
    )
