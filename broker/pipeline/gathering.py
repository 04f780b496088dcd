"""A plan's partners asked and their answers read: what was gathered of one person, nothing yet screened."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from broker.domain.decision import Effect, Judgement
from broker.domain.errors import BrokerError
from broker.domain.identity import PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import PartnerAsk, RecordQuery
from broker.domain.requester import Requester
from broker.pipeline.fanout import PartnerAnswer, fan_out
from broker.pipeline.locating import asked_after_pointers
from broker.pipeline.normalisation import Normalised, normalise
from broker.pipeline.planning import Asking, Plan, asks_for_pointers, plan
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.ports.connector import Ending

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the partners answered, read and proved, before anything is screened. `from_memory_s` is 0 where
    they were asked for this question; else they were asked by an earlier one, at most so many seconds ago.
    """

    query: RecordQuery
    patient: PatientIdentity
    plan: Plan
    answers: tuple[PartnerAnswer, ...]
    normalised: tuple[Normalised, ...] = field(repr=False)
    asked_at: dt.datetime
    from_memory_s: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """One partner's answer, and what was read of it."""

    answer: PartnerAnswer
    normalised: Normalised = field(repr=False)


class Listener(Protocol):
    """Whoever does not wait for the whole."""

    def planned(self, plan: Plan, /) -> None:
        """Whom it asks, before anybody is asked."""
        ...

    def heard(self, one: Heard, /) -> None:
        """A partner has answered."""
        ...


# The judgement on what is known at that moment. Raises BrokerError where nobody can say.
JudgedNow = Callable[[], Awaitable[Judgement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """On whose behalf the partners are asked, under which intent, and by when (loop clock).

    `judged_now` is asked before whoever waited for a pointer: an objection may have come meanwhile.
    `listener` hears whom the plan asks, and each partner as soon as its answer is read; it returns at once.
    """

    requester: Requester
    judged_now: JudgedNow
    intent_sequence: int
    correlation_id: str
    deadline_at_s: float
    listener: Listener | None = None


async def gather(
    query: RecordQuery, patient: PatientIdentity, judgement: Judgement, errand: Errand, services: Services
) -> Gathered:
    """Plan, ask everybody at once, and read what came."""
    asked_at = services.clock.now()
    known = {
        one.partner_id: local
        for one in services.registrations
        if (local := services.locals.get(one.partner_id, patient.number)) is not None
    }
    planned = plan(
        query,
        judgement,
        patient=patient,
        asking=Asking(
            requester=errand.requester,
            correlation_id=errand.correlation_id,
            asked_at=asked_at,
            locators=frozenset(name for name, road in services.roads.items() if road.locates),
        ),
        registrations=services.registrations,
        known=known,
    )
    if errand.listener is not None:
        errand.listener.planned(planned)
    heard, skipped = await _heard(planned, patient, errand, services)
    return Gathered(
        query=query,
        patient=patient,
        plan=dataclasses.replace(planned, not_asked=planned.not_asked + skipped),
        answers=tuple(one.answer for one in heard),
        normalised=tuple(one.normalised for one in heard),
        asked_at=asked_at,
    )


async def _heard(
    planned: Plan, patient: PatientIdentity, errand: Errand, services: Services
) -> tuple[list[Heard], tuple[PartnerOutcome, ...]]:
    """Everybody's answer in the order of the registrations, and those that no pointer named.

    Whoever waits for a pointer is asked as soon as the locators have answered; nobody waits for others.
    """

    async def ask(asks: tuple[PartnerAsk, ...]) -> list[Heard]:
        return await _asked(asks, patient, errand, services)

    if not planned.waiting:
        return await ask(planned.asks), ()
    locators = tuple(
        one for one in planned.asks if services.roads[one.partner_id].locates and asks_for_pointers(one)
    )
    names = {one.partner_id for one in services.registrations}
    there = {name for name, road in services.roads.items() if road.locates and name in names}
    every_locator = there <= {one.partner_id for one in locators}
    async with asyncio.TaskGroup() as group:
        others = group.create_task(ask(tuple(one for one in planned.asks if one not in locators)))
        located = await ask(locators)
        named, skipped = asked_after_pointers(
            planned.waiting,
            services.registrations,
            [one.normalised for one in located],
            every_locator=every_locator,
        )
        permitted = await _still_permitted(named, errand)
        pointed = await ask(() if isinstance(permitted, BrokerError) else permitted)
    if isinstance(permitted, BrokerError):
        raise permitted
    skipped += tuple(
        _stopped(one) for one in named if one.partner_id not in {p.partner_id for p in permitted}
    )
    places = {one.partner_id: place for place, one in enumerate(services.registrations)}
    heard = [*others.result(), *located, *pointed]
    return sorted(heard, key=lambda one: places[one.answer.partner_id]), skipped


async def _asked(
    asks: tuple[PartnerAsk, ...], patient: PatientIdentity, errand: Errand, services: Services
) -> list[Heard]:
    """All at once, and each answer read as soon as it is here."""

    async def read(answer: PartnerAnswer) -> Heard:
        heard = Heard(answer, await read_answer(answer, patient, services))
        if errand.listener is not None:
            errand.listener.heard(heard)
        return heard

    heard = await fan_out(
        asks,
        services.roads,
        read,
        intent_sequence=errand.intent_sequence,
        deadline_at_s=errand.deadline_at_s,
        clock=services.clock,
    )
    return list(heard)


async def _still_permitted(
    named: tuple[PartnerAsk, ...], errand: Errand
) -> tuple[PartnerAsk, ...] | BrokerError:
    """What may be asked of them now, never more than before; or why nobody can say, which is raised once the
    others are done.
    """
    if not named:
        return ()
    try:
        judgement = await errand.judged_now()
    except BrokerError as error:
        return error
    decisions = {one.partner_id: one for one in judgement.decisions if judgement.effect is Effect.PERMIT}
    narrowed = (
        dataclasses.replace(ask, categories=ask.categories & decisions[ask.partner_id].categories)
        for ask in named
        if ask.partner_id in decisions
    )
    return tuple(ask for ask in narrowed if ask.categories)


def _stopped(ask: PartnerAsk) -> PartnerOutcome:
    """The release judges everything again, and says what stopped it."""
    return PartnerOutcome(partner_id=ask.partner_id, label=OutcomeLabel.NOT_ASKED, cause=Cause.POLICY)


async def read_answer(answer: PartnerAnswer, patient: PatientIdentity, services: Services) -> Normalised:
    """What a partner sent, read and proved. What breaks in reading it is that partner's answer alone."""
    endpoint = next(one.endpoint for one in services.registrations if one.partner_id == answer.partner_id)
    work = normalise(
        answer.partner_id,
        answer.entries,
        answer.ending,
        proof=answer.proof,
        patient=patient,
        endpoint=endpoint,
    )
    try:
        normalised = await in_slices(work, services.clock, services.limits.slice_s)
    except Exception:  # noqa: BLE001 - one partner's bytes never cost another's: none of its own is shown
        _log.exception("connector-failed", partner=answer.partner_id)
        return _nothing_read(answer)
    _remember(answer, normalised, patient, services)
    return normalised


def _nothing_read(answer: PartnerAnswer) -> Normalised:
    return Normalised(
        partner_id=answer.partner_id,
        ending=Ending(OutcomeLabel.INVALID, Cause.MALFORMED),
        resources=(),
        received=len(answer.entries),
        unreadable=len(answer.entries),
    )


def _remember(
    answer: PartnerAnswer, normalised: Normalised, patient: PatientIdentity, services: Services
) -> None:
    """A local id is kept while it proves right; a restricted person's never is."""
    if normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH:
        services.locals.forget(answer.partner_id, patient.number)
    elif answer.learned is not None and not patient.restriction.hides_location:
        services.locals.put(answer.partner_id, patient.number, answer.learned)
