"""One reconstruction on its way: authenticated, judged, intended, traced, judged again, asked, and released
as any question is. What leaves are verdicts; what came is held against the proof and dropped.
"""

from __future__ import annotations

import msgspec

from broker.domain.audit import ReleasedItem
from broker.domain.decision import Effect, Facts, Judgement
from broker.domain.errors import BrokerFault, Forbidden, ServiceDown
from broker.domain.identity import PatientIdentity
from broker.domain.objection import ObjectionSnapshot
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome, Tally
from broker.domain.query import AskLimits, PartnerAsk
from broker.domain.reconstruction import Compared, OnFile
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester
from broker.pipeline.audit import Trail
from broker.pipeline.authentication import authenticate
from broker.pipeline.fanout import PartnerAnswer, fan_out
from broker.pipeline.gathering import Heard, read_answer
from broker.pipeline.identification import one_person
from broker.pipeline.judging import judged_on
from broker.pipeline.normalisation import Normalised
from broker.pipeline.question import Question, Reply
from broker.pipeline.reconstruction.asking import ask_again, reasons_not_to_ask, road_again
from broker.pipeline.reconstruction.comparing import compared
from broker.pipeline.reconstruction.may import may_reconstruct
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.ports.release_store import ObjectionsChanged

_RELEASES_MAX = 3


class Reconstructing:
    """One disclosure on file, held against its partners."""

    _requester: Requester
    _patient: PatientIdentity | None = None
    _objections: ObjectionSnapshot
    _permitted: frozenset[str]

    def __init__(self, question: Question, services: Services, trail: Trail) -> None:
        """The deadline is that of any question."""
        self._question, self._services, self._trail = question, services, trail
        limits = services.limits
        self._partners_by_s = services.clock.monotonic_s() + limits.deadline_s - limits.reserve_s

    @property
    def _on_file(self) -> OnFile:
        if self._question.on_file is None:
            raise BrokerFault
        return self._question.on_file

    async def reply(self) -> Reply:
        """Verdicts as JSON. Raises Forbidden where policy, an objection or a restriction refuses."""
        services, trail = self._services, self._trail
        self._requester = await authenticate(self._question.authorization, services.authenticator)
        trail.asked_by(self._requester)
        trail.about(self._on_file.numbers)
        await self._judged()
        sequence = await trail.intend()
        await self._identify(sequence)
        judgement = await self._judged()
        self._permitted = permitted_by(judgement)
        not_asked = reasons_not_to_ask(
            self._on_file.items, judgement, dict(services.roads), services.index.partner_id
        )
        heard = await self._asked(not_asked, sequence)
        verdicts = await self._compared(not_asked, [one.normalised for one in heard])
        await self._release(self._outcomes(heard))
        return self._replied(verdicts)

    async def _judged(self) -> Judgement:
        """On the register, the policies and the person as they stand."""
        services, trail = self._services, self._trail
        self._objections = await services.store.objections(trail.context.numbers)
        return self._judged_on(self._objections)

    def _judged_on(self, objections: ObjectionSnapshot) -> Judgement:
        services, now, patient = self._services, self._services.clock.now(), self._patient
        facts = Facts(
            requester=self._requester,
            partners=tuple(one.facts for one in services.registrations),
            objections=objections,
            now=now,
            restriction=patient.restriction if patient else None,
        )
        judgement = may_reconstruct(facts, services.policies())
        self._trail.judged(judgement, judged_on(now, patient, services.partners_digest))
        if judgement.effect is Effect.DENY:
            raise Forbidden
        return judgement

    async def _identify(self, sequence: int) -> None:
        """Who the person is now; what the index says of two numbers is on file before they are judged."""
        services = self._services
        traced = await services.index.trace(
            min(self._on_file.numbers),
            intent_sequence=sequence,
            correlation_id=self._question.request_id,
            deadline_at_s=self._partners_by_s,
        )
        self._patient = one_person(traced)
        self._trail.about(self._patient.numbers)
        if len(self._patient.numbers) > 1:
            await services.store.link_numbers(self._patient.numbers)

    def _items_of(self, partner_id: str) -> tuple[ReleasedItem, ...]:
        return tuple(item for item in self._on_file.items if item.partner_id == partner_id)

    async def _asked(self, not_asked: dict[str, str], sequence: int) -> tuple[Heard, ...]:
        services = self._services
        partners = [
            (one, items)
            for one in services.registrations
            if one.partner_id not in not_asked and (items := self._items_of(one.partner_id))
        ]
        roads = {one.partner_id: road_again(services.roads[one.partner_id], items) for one, items in partners}
        return await fan_out(
            tuple(self._ask(one, items) for one, items in partners),
            roads,
            self._read,
            intent_sequence=sequence,
            deadline_at_s=self._partners_by_s,
            clock=services.clock,
        )

    def _ask(self, registration: PartnerRegistration, items: tuple[ReleasedItem, ...]) -> PartnerAsk:
        ask = PartnerAsk(
            partner_id=registration.partner_id,
            patient=self._person,
            categories=frozenset(),
            resource_types=frozenset(),
            requester=self._requester,
            correlation_id=self._question.request_id,
            asked_at=self._services.clock.now(),
            limits=AskLimits(pages_max=1, entries_max=1),
        )
        return ask_again(registration, items, ask)

    @property
    def _person(self) -> PatientIdentity:
        assert self._patient is not None
        return self._patient

    async def _read(self, answer: PartnerAnswer) -> Heard:
        return Heard(answer, await read_answer(answer, self._person, self._services))

    async def _compared(
        self, not_asked: dict[str, str], normalised: list[Normalised]
    ) -> tuple[Compared, ...]:
        services, on_file = self._services, self._on_file
        work = compared(
            on_file.items,
            not_asked,
            normalised,
            lambda raw: services.sealer.digest_under(on_file.digest_key, raw),
        )
        return await in_slices(work, services.clock, services.limits.slice_s)

    def _outcomes(self, heard: tuple[Heard, ...]) -> tuple[PartnerOutcome, ...]:
        """Every registered partner once; of whatever came nothing is shown."""
        asked = {one.answer.partner_id: _outcome(one.answer, one.normalised) for one in heard}
        found = tuple(
            asked.get(one.partner_id)
            or PartnerOutcome(partner_id=one.partner_id, label=OutcomeLabel.NOT_ASKED, cause=Cause.POLICY)
            for one in self._services.registrations
        )
        self._trail.outcomes = found
        return found

    async def _release(self, outcomes: tuple[PartnerOutcome, ...]) -> None:
        """Durable before a verdict leaves. An objection that came meanwhile refuses it, and so does a partner
        who may not be asked any more.
        """
        for _ in range(_RELEASES_MAX):
            if not self._permitted <= permitted_by(self._judged_on(self._objections)):
                raise Forbidden
            try:
                await self._trail.release((), outcomes)
            except ObjectionsChanged as changed:
                self._objections = changed.snapshot
            else:
                return
        raise ServiceDown("release-store")

    def _replied(self, verdicts: tuple[Compared, ...]) -> Reply:
        trail, services = self._trail, self._services

        def finished(how: str, bytes_sent: int) -> None:
            services.finish_later(trail.ended_after_all(how, bytes_sent=bytes_sent))

        return Reply(status=200, body=(msgspec.json.encode(verdicts),), finished=finished)


def permitted_by(judgement: Judgement) -> frozenset[str]:
    """The partners who may be asked again."""
    return frozenset(one.partner_id for one in judgement.decisions if one.effect is Effect.PERMIT)


def _outcome(answer: PartnerAnswer, normalised: Normalised) -> PartnerOutcome:
    tally = Tally(
        received=normalised.received,
        repeated=normalised.repeated,
        withheld=len(normalised.resources) + normalised.unproved,
        unreadable=normalised.unreadable,
        quarantined=normalised.quarantined,
    )
    if not tally.balances:
        raise ArithmeticError(f"entries from {normalised.partner_id} are not all accounted for")
    return PartnerOutcome(
        partner_id=answer.partner_id,
        label=normalised.ending.label,
        cause=normalised.ending.cause,
        tally=tally,
        elapsed_ms=answer.elapsed_ms,
        pages=answer.pages,
        answered_at=answer.answered_at,
    )
