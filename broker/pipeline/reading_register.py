"""A question about the register of objections to Consents, for governance alone, each read on file first.

Whoever may not read it is refused before anything is looked up, so that the refusal is the same whether or
not somebody objected. No partner and no patient index is asked.
"""

from __future__ import annotations

from typing import Any

import msgspec

from broker.domain.decision import Effect, Facts
from broker.domain.errors import Forbidden, NotFound
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionSnapshot
from broker.domain.objection_life import ObjectionEvent
from broker.domain.query import Interaction
from broker.domain.requester import Requester
from broker.pipeline.audit import Trail
from broker.pipeline.authentication import authenticate
from broker.pipeline.decision import may_read_register
from broker.pipeline.identification import number_of
from broker.pipeline.judging import judged_on
from broker.pipeline.presentation import FHIR_JSON
from broker.pipeline.presentation.consent import consent_of
from broker.pipeline.presentation.consent_provision import Known
from broker.pipeline.presentation.paging import Pages, ground_of, question_of
from broker.pipeline.presentation.register_bundle import RegisterFrame, present_consents
from broker.pipeline.question import Question, Reply
from broker.pipeline.services import Services

_NOBODY_LOOKED_UP = ObjectionSnapshot(version=0)


class ReadingRegister:
    """One read of the register on its way."""

    def __init__(self, question: Question, services: Services, trail: Trail) -> None:
        self._question, self._services, self._trail = question, services, trail
        self._ground: bytes

    async def reply(self) -> Reply:
        """Authenticate, judge, record the read, and only then answer."""
        requester = await authenticate(self._question.authorization, self._services.authenticator)
        self._trail.asked_by(requester)
        if self._question.interaction is Interaction.READ_CONSENT:
            self._refuse_others(requester)
            return _reply(msgspec.json.encode(await self._one(requester)))
        at_s = self._services.clock.now().timestamp()
        number = number_of(self._question, requester, self._services.sealer, at_s=at_s)
        self._trail.about(frozenset({number}))
        self._refuse_others(requester)
        consents = await self._of_person(number, requester)
        return _reply(present_consents(consents, self._frame(number, requester, at_s)))

    def _refuse_others(self, requester: Requester) -> None:
        """Raises the neutral Forbidden, having looked at the caller alone."""
        services = self._services
        now = services.clock.now()
        facts = Facts(requester=requester, partners=(), objections=_NOBODY_LOOKED_UP, now=now)
        judgement = may_read_register(facts, services.policies())
        self._trail.judged(judgement, judged_on(now, None, services.partners_digest))
        self._ground = ground_of(judgement)
        if judgement.effect is Effect.DENY:
            raise Forbidden

    async def _one(self, requester: Requester) -> dict[str, Any]:
        """The Consent of that id. Raises NotFound, which only a reader of the register hears."""
        steps = await self._services.store.events_of(self._question.item_id or "")
        if not steps:
            raise NotFound
        await self._record(steps[-1].numbers, requester)
        return consent_of(steps[-1], self._known())

    async def _of_person(self, number: NhsNumber, requester: Requester) -> list[dict[str, Any]]:
        """The objections under the number and those linked with it, oldest first, as the question narrows."""
        numbers = await self._record(frozenset({number}), requester)
        newest: dict[str, ObjectionEvent] = {}
        for event in await self._services.store.events_under(numbers):
            newest[event.objection.objection_id] = event
        known = self._known()
        consents = (consent_of(event, known, asked=number) for event in newest.values())
        return [consent for consent in consents if self._is_asked_for(consent)]

    def _is_asked_for(self, consent: dict[str, Any]) -> bool:
        question = self._question
        of_status = not question.statuses or consent["status"] in question.statuses
        return of_status and question.item_id in {None, consent["id"]}

    async def _record(self, numbers: frozenset[NhsNumber], requester: Requester) -> frozenset[NhsNumber]:
        """The read is durable, under every number of the person, before anything of it leaves. A token that
        names a patient reads of that one alone. Raises Forbidden and ServiceDown.
        """
        every = await self._services.store.linked_with(numbers)
        self._trail.about(every)
        if requester.only_patient is not None and requester.only_patient not in every:
            raise Forbidden
        await self._trail.reads_register()
        return every

    def _known(self) -> Known:
        services = self._services
        codes = {one.partner_id: one.organisation.ods_codes for one in services.registrations}
        return Known(policies=services.policies(), codes=codes)

    def _frame(self, number: NhsNumber, requester: Requester, at_s: float) -> RegisterFrame:
        question, sealer = self._question, self._services.sealer
        return RegisterFrame(
            base_url=question.base_url,
            token=sealer.patient_token(number, requester, at_s=at_s),
            item_id=question.item_id,
            statuses=question.statuses,
            count=question.count,
            pages=self._pages(number, requester, at_s),
        )

    def _pages(self, number: NhsNumber, requester: Requester, at_s: float) -> Pages:
        """The register's own changes are seen by what a page shows."""
        question, services = self._question, self._services
        asked = (question.interaction, question.item_id or "", *sorted(question.statuses))
        return Pages(
            sealer=services.sealer,
            requester=requester,
            question=question_of(number, requester.purpose, question.grant_id, *asked),
            ground=self._ground,
            at_s=at_s,
            lifetime_s=services.limits.page_lifetime_s,
            token=question.page,
        )


def _reply(body: bytes) -> Reply:
    return Reply(status=200, body=(body,), headers={"Content-Type": FHIR_JSON})
