"""The way of a stream: everything as for the whole record, but that each partner's part is released alone.

The first release is before the answer begins, so that whoever may see nothing is refused as everywhere. After
it, whatever narrows what may be shown ends the stream: what was shown is to go.
"""

from __future__ import annotations

import dataclasses

from broker.domain.audit import ReleasedItem
from broker.domain.decision import Judgement
from broker.domain.errors import Narrowed, ServiceDown
from broker.domain.outcome import PartnerOutcome
from broker.domain.view import View
from broker.pipeline.answering import RELEASES_MAX, Answering
from broker.pipeline.audit import released_person
from broker.pipeline.gathering import Gathered, gather
from broker.pipeline.judging import demographics_open, stricter
from broker.pipeline.kept_closely import kept_closely
from broker.pipeline.presentation.events import EVENT_STREAM
from broker.pipeline.presentation.searchset import index_person
from broker.pipeline.question import Reply
from broker.pipeline.recalling import read_objections
from broker.pipeline.record import all_failed, merged, nobody_answered, person_only
from broker.pipeline.screening.differing import Known
from broker.pipeline.streaming.closing import opens_less
from broker.pipeline.streaming.hearing import Hearing
from broker.pipeline.streaming.parts import Making
from broker.pipeline.streaming.sending import Bounds, Sending
from broker.pipeline.streaming.shown import Shown


class Streaming(Answering):
    """Implements sending.Way."""

    _judgement: Judgement
    _making: Making
    _close: frozenset[str]
    _person_open = False

    async def _answered(self, judgement: Judgement, sequence: int) -> Reply:
        """Begin to ask, and release who the person is; the rest comes as it is read."""
        self._narrow_to_those_named(judgement)
        self._judgement, services, hearing = judgement, self._asked, Hearing()
        shown = Shown(
            query=self._query,
            patient=self._patient,
            registrations=services.registrations,
            asked_at=services.clock.now(),
        )
        frame = self._framing.frame(self._patient.number, self._judged_last)
        self._making = Making(shown, frame, services, Known.of(self._patient.resource))
        errand = dataclasses.replace(self._errand(sequence), listener=hearing)
        hearing.begin(lambda: gather(self._query, self._patient, judgement, errand, services))
        try:
            view, person = await self._first_release()
            sending = Sending(self, hearing, self._making, self._bounds())
            sending.begun(view, person)
        except BaseException:
            await hearing.stop()
            raise
        return Reply(status=200, stream=sending, headers={"Content-Type": EVENT_STREAM})

    def _bounds(self) -> Bounds:
        """Where anybody in scope is kept closely, asked or not, the end comes at the deadline alone."""
        limits, now_s = self._services.limits, self._services.clock.monotonic_s()
        close = self._close.intersection(one.partner_id for one in self._asked.registrations)
        waits = any(one.in_scope for one in self._judgement.decisions if one.partner_id in close)
        return Bounds(
            close=close,
            not_before_s=self._partners_by_s if waits else now_s,
            until_s=now_s + limits.stream_s_max,
            ends_within_s=limits.deadline_s,
            request_id=self._question.request_id,
        )

    async def _first_release(self) -> tuple[View, bytes | None]:
        """Who the person is, released. Nothing has gone out, so what is narrowed now narrows the stream
        instead of ending it.
        """
        for _ in range(RELEASES_MAX):
            view = person_only(self._patient, self._judgement, self._making.shown.asked_at)
            view = self._with_person(view, self._judgement)
            self._person_open = view.demographics_open
            self._close = kept_closely(self._judgement, self._services.policies())
            person = self.person_in(view)
            if not self._moved() and await self._released(self.person_items(person), ()):
                return view, person
            self._judgement = stricter(self._judgement, self._judged(self._patient))
        raise ServiceDown("release-store")

    @property
    def judgement(self) -> Judgement:
        """What the stream shows by; it never opens more than at its beginning."""
        return self._judgement

    def person_in(self, view: View) -> bytes | None:
        """The index's Patient as the view shows it; None where the question is of other types alone."""
        return index_person(view, self._making.frame) if self._query.shows_person else None

    def person_items(self, person: bytes | None) -> tuple[ReleasedItem, ...]:
        """Its proof."""
        if person is None:
            return ()
        services = self._services
        return (released_person(self._patient, person, services.index.partner_id, services.sealer),)

    async def release(self, items: tuple[ReleasedItem, ...], outcomes: tuple[PartnerOutcome, ...]) -> None:
        """Durable when it returns. Raises Narrowed, and whatever refuses a question, when it may not be."""
        for _ in range(RELEASES_MAX):
            if not self._moved() and await self._released(items, outcomes):
                self._trail.outcomes += outcomes
                return
            self._judge_again()
        raise ServiceDown("release-store")

    async def look_again(self) -> None:
        """Raises as `release` where the register, a policy or the end of a grant has come between."""
        await self._named.read(self._trail)
        self._objections = await read_objections(self._trail.context.numbers, self._services)
        if self._moved():
            self._judge_again()

    def _judge_again(self) -> None:
        narrowed = stricter(self._judgement, self._judged(self._patient))
        shut = self._person_open and not demographics_open(narrowed, self._objections)
        closer = kept_closely(narrowed, self._services.policies()) - self._close
        if shut or closer or opens_less(self._judgement, narrowed):
            raise Narrowed
        self._judgement = narrowed

    async def whole(self, gathered: Gathered) -> View:
        """The view of everything, as the whole record's. Raises AllPartnersFailed."""
        screened = self._making.shown.screened_in(gathered)
        view = await merged(gathered, screened, self._judgement, self._asked)
        view = self._settled(view, self._judgement)
        self._trail.outcomes = view.outcomes
        if nobody_answered(gathered, view):
            raise all_failed(gathered)
        return view

    def over(self, how: str, cause: str, bytes_sent: int, hearing: Hearing) -> None:
        """The response is over, however: nobody is asked any more, and the record is completed behind it."""

        async def end() -> None:
            await hearing.stop()
            await self._trail.ended_after_all(how, cause, bytes_sent=bytes_sent)

        hearing.cancel()
        self._services.finish_later(end())
