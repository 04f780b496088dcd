"""A question to a reply: every stage in order, every way out recorded."""

from __future__ import annotations

import asyncio
import dataclasses

import structlog

from broker.domain.decision import Effect, Judgement
from broker.domain.errors import (
    AllPartnersFailed,
    AllPartnersTimedOut,
    AmbiguousPerson,
    BrokerError,
    BrokerFault,
    Forbidden,
    NotFound,
    ServiceDown,
    Untold,
)
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.objection import ObjectionSnapshot
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction, RecordQuery
from broker.domain.requester import Requester
from broker.domain.view import View
from broker.pipeline.audit import Trail, released_items, released_person
from broker.pipeline.authentication import authenticate
from broker.pipeline.gathering import Errand, Gathered, gather
from broker.pipeline.identification import one_person, read_query, refuse_if_never_opened
from broker.pipeline.judging import demographics_open, hears_of_absence, judge, refuse_if_denied, stricter
from broker.pipeline.presentation import Frame, present_match, present_patient, present_record, shown_person
from broker.pipeline.question import Question, Reply
from broker.pipeline.record import nobody_answered, person_only, view_of
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.ports.connector import Traced
from broker.ports.release_store import ObjectionsChanged

_RELEASES_MAX = 3
_FHIR_JSON = {"Content-Type": "application/fhir+json; charset=utf-8"}
_log = structlog.get_logger(__name__)


async def answer(question: Question, services: Services) -> Reply:
    """Answer one question. Raises only BrokerError, and CancelledError when the client left.

    The trail opens before authentication and is closed on every way out.
    """
    trail = Trail(question, services.store, services.clock)
    try:
        return await Answering(question, services, trail).reply()
    except BrokerError as error:
        await _turned_away(trail, error, services)
        raise
    except asyncio.CancelledError:
        services.finish_later(trail.ended_after_all("client-left"))
        raise
    except Exception:  # noqa: BLE001 - whatever nothing foresaw is a fault of ours, and is recorded
        _log.exception("request-failed", request_id=question.request_id)
        fault = BrokerFault()
        await _turned_away(trail, fault, services)
        raise fault from None


async def _turned_away(trail: Trail, error: BrokerError, services: Services) -> None:
    """Record the refusal. When our own service is down already, that is what the caller must hear.

    Whoever hears that we cannot answer also hears whom to contact.
    """
    if error.status >= 500:  # noqa: PLR2004 - not the caller's doing
        error.contact = error.contact or services.contact
    elif isinstance(error, Forbidden):
        _put_neutrally(error, services)
    down = await asyncio.shield(services.finish_later(_recorded(trail, error)))
    if down is None:
        return
    if not isinstance(error, ServiceDown):
        down.contact = services.contact
        raise down
    _log.error("store-failed", service=down.service)


async def _recorded(trail: Trail, error: BrokerError) -> ServiceDown | None:
    """The refusal on file, or the service that could not write it. It is written to its end even when
    the client leaves meanwhile.
    """
    try:
        await trail.turned_away(error)
    except ServiceDown as down:
        return down
    return None


def _put_neutrally(error: Forbidden, services: Services) -> None:
    """Whoever has no right hears one and the same thing, from whichever check it came."""
    said = services.policies().disclosure
    error.message, error.contact = said.neutral_words, said.neutral_contact


class Answering:
    """One request on its way through the stages."""

    def __init__(self, question: Question, services: Services, trail: Trail) -> None:
        """The deadline is on the loop's clock, and keeps a reserve for merging and the audit."""
        self._question = question
        self._services = services
        self._trail = trail
        limits = services.limits
        self._partners_by_s = services.clock.monotonic_s() + limits.deadline_s - limits.reserve_s
        self._requester: Requester
        self._query: RecordQuery
        self._patient: PatientIdentity
        self._objections: ObjectionSnapshot
        self._opened: bool

    async def reply(self) -> Reply:
        """Authenticate, decide, identify, decide again, ask, and release."""
        services, trail = self._services, self._trail
        self._requester = await authenticate(self._question.authorization, services.authenticator)
        trail.asked_by(self._requester)
        at_s = services.clock.now().timestamp()
        self._query = read_query(self._question, self._requester, services.sealer, at_s=at_s)
        trail.about(frozenset({self._query.number}))
        await self._judge_before_asking()
        sequence = await trail.intend()
        judgement = await self._identify(sequence)
        if self._query.interaction in {Interaction.FIND_PATIENT, Interaction.READ_PATIENT}:
            return await self._release(None, judgement)
        errand = Errand(
            requester=self._requester,
            intent_sequence=sequence,
            correlation_id=self._question.request_id,
            deadline_at_s=self._partners_by_s,
        )
        gathered = await gather(self._query, self._patient, judgement, errand, services)
        return await self._release(gathered, judgement)

    async def _judge_before_asking(self) -> None:
        """Role, purpose, relationship and the objections under the number as given."""
        given = frozenset({self._query.number})
        self._objections = await self._services.store.objections(given)
        self._opened = await self._is_opened(given)
        refuse_if_never_opened(self._question, opened=self._opened)
        self._judged(None)

    async def _is_opened(self, numbers: frozenset[NhsNumber]) -> bool:
        """Whether the token opens this person's record; one that names a patient opens that one alone."""
        only = self._requester.only_patient
        return only is None or only in numbers or only in await self._services.store.linked_with(numbers)

    async def _identify(self, sequence: int) -> Judgement:
        """Ask the index, and judge everything again under every number that it returns.

        What it says of two numbers is on file before that, and the register is read anew: an objection may
        have been acknowledged meanwhile.
        """
        store = self._services.store
        traced = await self._services.index.trace(
            self._query.number,
            intent_sequence=sequence,
            correlation_id=self._question.request_id,
            deadline_at_s=self._partners_by_s,
        )
        self._patient = self._one_person(traced)
        self._trail.about(self._patient.numbers)
        if len(self._patient.numbers) > 1:
            await store.link_numbers(self._patient.numbers)
        if not self._opened and not await self._is_opened(self._patient.numbers):
            raise Forbidden
        self._opened = True
        self._objections = await store.objections(self._trail.context.numbers)
        return self._judged(self._patient)

    def _one_person(self, traced: Traced) -> PatientIdentity:
        """Whoever may not hear of an objection does not hear that nobody was found either."""
        services = self._services
        try:
            return one_person(traced)
        except (NotFound, AmbiguousPerson) as error:
            now = services.clock.now()
            if self._opened and hears_of_absence(self._requester, services.policies(), now):
                raise
            raise Untold(error) from None

    def _judged(self, patient: PatientIdentity | None) -> Judgement:
        services = self._services
        judgement = judge(
            self._requester,
            services.registrations,
            self._objections,
            services.policies(),
            services.clock.now(),
            patient,
        )
        self._trail.judged(judgement)
        if not self._opened and judgement.effect is Effect.DENY:
            raise Forbidden
        refuse_if_denied(judgement)
        return judgement

    async def _release(self, gathered: Gathered | None, judgement: Judgement) -> Reply:
        """Make the view and release it; when the register moved meanwhile, judge and screen again."""
        sealer, clock, slice_s = self._services.sealer, self._services.clock, self._services.limits.slice_s
        for _ in range(_RELEASES_MAX):
            if self._policies_moved(judgement):
                judgement = stricter(judgement, self._judged(self._patient))
            frame = self._frame()
            view, body = await self._rendered(gathered, judgement, frame)
            items = await in_slices(released_items(view, sealer), clock, slice_s)
            person = shown_person(view, frame)
            if person is not None:
                index_id = self._services.index.partner_id
                items = (released_person(self._patient, person, index_id, sealer), *items)
            if self._policies_moved(judgement):  # while this was being made
                continue
            try:
                await self._trail.release(items, view.outcomes)
            except ObjectionsChanged as changed:
                self._objections = changed.snapshot
                judgement = stricter(judgement, self._judged(self._patient))
            else:
                return self._replied(body)
        raise ServiceDown("release-store")

    def _policies_moved(self, judgement: Judgement) -> bool:
        return self._services.policies().revision != judgement.revision

    async def _rendered(
        self, gathered: Gathered | None, judgement: Judgement, frame: Frame
    ) -> tuple[View, tuple[bytes, ...]]:
        if gathered is None:
            view = person_only(self._patient, judgement, self._services.clock.now())
            view = self._with_person(view, judgement)
            render = present_match if self._query.interaction is Interaction.FIND_PATIENT else present_patient
            return view, render(view, frame)
        view = self._with_person(await view_of(gathered, judgement, self._services), judgement)
        self._trail.outcomes = view.outcomes
        if nobody_answered(gathered, view):
            raise _all_failed(gathered)
        rendering = present_record(view, frame)
        return view, await in_slices(rendering, self._services.clock, self._services.limits.slice_s)

    def _with_person(self, view: View, judgement: Judgement) -> View:
        is_open = demographics_open(judgement, self._objections)
        return dataclasses.replace(view, demographics_open=is_open)

    def _frame(self) -> Frame:
        sealer, requester = self._services.sealer, self._requester
        at_s = self._services.clock.now().timestamp()
        return Frame(
            query=self._query,
            base_url=self._question.base_url,
            token=sealer.patient_token(self._patient.number, requester, at_s=at_s),
            names=self._services.names,
            sealer=sealer,
            page=self._question.page,
            caller=f"{requester.issuer} {requester.user_id} {requester.organisation_ods}",
        )

    def _replied(self, body: tuple[bytes, ...]) -> Reply:
        trail, services = self._trail, self._services

        def finished(how: str, bytes_sent: int) -> None:
            services.finish_later(trail.ended_after_all(how, bytes_sent=bytes_sent))

        return Reply(status=200, body=body, headers=_FHIR_JSON, finished=finished)


def _all_failed(gathered: Gathered) -> AllPartnersFailed:
    labels = {normalised.ending.label for normalised in gathered.normalised}
    return AllPartnersTimedOut() if labels == {OutcomeLabel.TIMED_OUT} else AllPartnersFailed()
