"""A question to a reply: every stage in order."""

from __future__ import annotations

import dataclasses
import datetime as dt

from broker.domain.audit import DocumentListed, ReleasedItem
from broker.domain.decision import Effect, Judgement
from broker.domain.errors import (
    AmbiguousPerson,
    Forbidden,
    NotFound,
    ServiceDown,
    Untold,
)
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.objection import NOBODY_OBJECTED, ObjectionSnapshot
from broker.domain.outcome import PartnerOutcome
from broker.domain.query import Interaction, RecordQuery
from broker.domain.requester import Requester
from broker.domain.view import View
from broker.pipeline.alerting import tell_of_claim
from broker.pipeline.asking_again import askable_again, narrowed_to, of_those_alone
from broker.pipeline.audit import Trail, released_items, released_person
from broker.pipeline.authentication import authenticate
from broker.pipeline.framing import Framing
from broker.pipeline.gathering import Errand, Gathered, gather
from broker.pipeline.identification import one_person, read_query, refuse_if_never_opened
from broker.pipeline.judging import (
    demographics_open,
    hears_of_absence,
    is_about_the_request,
    judged_on,
    refuse_if_denied,
    stricter,
)
from broker.pipeline.named_grant import NamedGrant
from broker.pipeline.presentation import Presented, present
from broker.pipeline.question import Question, Reply
from broker.pipeline.recalling import gather_or_recall, read_objections
from broker.pipeline.record import all_failed, nobody_answered, person_only, selected_of, view_of
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.ports.connector import Traced
from broker.ports.release_store import GrantChanged, ObjectionsChanged

RELEASES_MAX = 3


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
        self._asked = services
        self._judged_last: Judgement
        self._framing: Framing
        self._named = NamedGrant(question.grant_id, services.store)

    async def reply(self) -> Reply:
        """Authenticate, decide, identify, decide again, ask, and release."""
        services, trail = self._services, self._trail
        self._requester = await authenticate(self._question.authorization, services.authenticator)
        trail.asked_by(self._requester)
        at_s = services.clock.now().timestamp()
        self._query = read_query(self._question, self._requester, services.sealer, at_s=at_s)
        trail.about(frozenset({self._query.number}))
        self._framing = Framing(self._question, self._query, self._requester, services)
        self._framing.refuse_page(self._query.number, None)
        self._query = self._framing.asked_again(self._query)
        first = await self._judge_before_asking()
        sequence = await trail.intend()
        await tell_of_claim(first, self._requester, trail, services)
        judgement = await self._identify(sequence)
        self._framing.refuse_page(self._patient.number, judgement)
        if self._query.interaction in {Interaction.FIND_PATIENT, Interaction.READ_PATIENT}:
            return await self._release(None, judgement)
        return await self._answered(judgement, sequence)

    async def _answered(self, judgement: Judgement, sequence: int) -> Reply:
        """Ask the partners, and release what they answered."""
        self._narrow_to_those_named(judgement)
        afresh = self._question.grant_id is not None or self._query.again is not None
        ask = gather if afresh else gather_or_recall
        gathered = await ask(self._query, self._patient, judgement, self._errand(sequence), self._asked)
        return await self._release(gathered, judgement)

    def _narrow_to_those_named(self, judgement: Judgement) -> None:
        """Where the question says whom alone to ask."""
        if self._query.again is not None:
            self._asked = narrowed_to(self._query.again, self._services, judgement)

    def _errand(self, sequence: int) -> Errand:
        return Errand(
            requester=self._requester,
            judged_now=self._judged_now,
            intent_sequence=sequence,
            correlation_id=self._question.request_id,
            deadline_at_s=self._partners_by_s,
        )

    async def _judged_now(self) -> Judgement:
        """On the register as it stands. A deny refuses nobody here: the release does, in its own words."""
        await self._named.read(self._trail)
        objections = await read_objections(self._trail.context.numbers, self._services)
        return self._judgement_on(objections, self._patient, self._services.clock.now())

    async def _judge_before_asking(self) -> Judgement:
        """Role, purpose, relationship, emergency access and the objections under the number as given.

        For whoever has no right whoever the person is the register is not read: no time that reading takes
        could tell them of an objection.
        """
        given = frozenset({self._query.number})
        await self._named.read(self._trail)
        self._opened = await self._is_opened(given)
        refuse_if_never_opened(self._question, opened=self._opened)
        self._objections = NOBODY_OBJECTED
        if is_about_the_request(self._judgement_on(NOBODY_OBJECTED, None, self._services.clock.now())):
            self._judged(None)
        self._objections = await read_objections(given, self._services)
        return self._judged(None)

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
        await self._named.read(self._trail)
        self._objections = await read_objections(self._trail.context.numbers, self._services)
        return self._judged(self._patient)

    def _one_person(self, traced: Traced) -> PatientIdentity:
        """Whoever may not hear of an objection does not hear that nobody was found either; objections under
        a number that is nobody's go to review, and nobody waits for that.
        """
        services = self._services
        if traced.is_nobodys and self._objections.objections and services.nobodys is not None:
            services.finish_later(services.nobodys(self._query.number))
        try:
            return one_person(traced)
        except (NotFound, AmbiguousPerson) as error:
            now = services.clock.now()
            if self._opened and hears_of_absence(self._requester, services.policies(), now):
                raise
            raise Untold(error) from None

    def _judgement_on(
        self, objections: ObjectionSnapshot, patient: PatientIdentity | None, now: dt.datetime
    ) -> Judgement:
        named = self._named
        return self._services.judge(
            self._requester, objections, now, patient, grant=named.grant, numbers=named.numbers
        )

    def _judged(self, patient: PatientIdentity | None) -> Judgement:
        now, services = self._services.clock.now(), self._services
        judgement = self._judged_last = self._judgement_on(self._objections, patient, now)
        self._trail.judged(judgement, judged_on(now, patient, services.partners_digest))
        if not self._opened and judgement.effect is Effect.DENY:
            raise Forbidden
        refuse_if_denied(judgement)
        return judgement

    async def _release(self, gathered: Gathered | None, judgement: Judgement) -> Reply:
        """Make the view and release it; when anything moved meanwhile, judge and screen again."""
        sealer, clock, slice_s = self._services.sealer, self._services.clock, self._services.limits.slice_s
        for _ in range(RELEASES_MAX):
            frame = self._framing.frame(self._patient.number, self._judged_last)
            view = await selected_of(await self._view(gathered, judgement), frame, self._services)
            presented = await in_slices(present(view, frame), clock, slice_s)
            shown = (view.items[index] for index in presented.shown)
            items = await in_slices(released_items(shown, sealer), clock, slice_s)
            if presented.person is not None:
                index_id = self._services.index.partner_id
                items = (released_person(self._patient, presented.person, index_id, sealer), *items)
            if not self._moved() and await self._released(items, view.outcomes):
                return self._replied(presented)
            judgement = stricter(judgement, self._judged(self._patient))
        raise ServiceDown("release-store")

    async def _released(
        self,
        items: tuple[ReleasedItem, ...],
        outcomes: tuple[PartnerOutcome, ...],
        document: DocumentListed | None = None,
    ) -> bool:
        """Durable; False where the store knows of an objection or of the end of a grant that we did not."""
        try:
            await self._trail.release(items, outcomes, document)
        except ObjectionsChanged as changed:
            self._objections = changed.snapshot
        except GrantChanged as changed:
            self._named.changed(changed.grant)
        else:
            return True
        return False

    def _moved(self) -> bool:
        """Whether what was judged last would be judged otherwise now: by policies, objections, a grant or
        the time that has passed.
        """
        now = self._services.clock.now()
        judgement = self._judgement_on(self._objections, self._patient, now)
        return judgement is not self._judged_last and judgement != self._judged_last

    async def _view(self, gathered: Gathered | None, judgement: Judgement) -> View:
        """Raises AllPartnersFailed where somebody was asked and nobody gave a usable answer."""
        if gathered is None:
            view = person_only(self._patient, judgement, self._services.clock.now())
            return self._with_person(view, judgement)
        view = self._settled(await view_of(gathered, judgement, self._asked), judgement)
        self._trail.outcomes = view.outcomes
        if nobody_answered(gathered, view):
            raise all_failed(gathered)
        return view

    def _settled(self, view: View, judgement: Judgement) -> View:
        """With what is known of the person, and of those who may be asked again."""
        if self._query.again is not None:
            view = of_those_alone(view, self._services.registrations)
        askable = askable_again(view, judgement, self._services.policies)
        return dataclasses.replace(self._with_person(view, judgement), askable_again=askable)

    def _with_person(self, view: View, judgement: Judgement) -> View:
        is_open = demographics_open(judgement, self._objections) and not view.place_kept
        return dataclasses.replace(view, demographics_open=is_open)

    def _replied(self, presented: Presented) -> Reply:
        trail, services = self._trail, self._services

        def finished(how: str, bytes_sent: int) -> None:
            services.finish_later(trail.ended_after_all(how, bytes_sent=bytes_sent))

        headers = {"Content-Type": presented.media_type, **presented.headers}
        return Reply(status=200, body=presented.body, headers=headers, finished=finished)
