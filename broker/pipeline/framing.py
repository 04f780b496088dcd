"""One question of one caller to the frame and the pages that its answer is presented in."""

from __future__ import annotations

import dataclasses
import datetime as dt

from broker.domain.decision import Judgement
from broker.domain.identity import NhsNumber
from broker.domain.query import OF_THE_WHOLE, RecordQuery
from broker.domain.requester import Requester
from broker.pipeline.asking_again import Again
from broker.pipeline.presentation import Frame
from broker.pipeline.presentation.paging import Pages, ground_of, question_of
from broker.pipeline.question import Question
from broker.pipeline.services import Services


class Framing:
    """What stays the same while an answer is made, and made again where the judgement moved."""

    def __init__(
        self, question: Question, query: RecordQuery, requester: Requester, services: Services
    ) -> None:
        self._question, self._query = question, query
        self._requester, self._services = requester, services

    def refuse_page(self, number: NhsNumber, judgement: Judgement | None) -> None:
        """A page that is not this caller's any more is refused before anybody is asked for it: as far as it
        can be before anything was judged, and again on the judgement. Raises BadRequest and PageGone.
        """
        self._pages(number, judgement, self._services.clock.now()).asked()

    def asked_again(self, query: RecordQuery) -> RecordQuery:
        """With whom alone to ask, where the question says so. Raises BadRequest and Gone, as of a page."""
        if self._question.again is None:
            return query
        again = self._again(query.number, self._services.clock.now())
        return dataclasses.replace(query, again=again.open(self._question.again))

    def frame(self, number: NhsNumber, judgement: Judgement) -> Frame:
        """Of an answer about the person whose current number this is."""
        services, requester = self._services, self._requester
        sealer, at = services.sealer, services.clock.now()
        return Frame(
            query=self._query,
            base_url=self._question.base_url,
            token=self._token(number, at),
            names=services.names,
            sealer=sealer,
            pages=self._pages(number, judgement, at),
            at=at,
            form=self._question.form,
            opens=services.opens,
            own=services.own(requester.organisation_ods),
            sealed_pointer=lambda pointer: sealer.document_token(
                number, pointer, requester, at_s=at.timestamp()
            ),
            sealed_again=self._again(number, at).seal if self._query.interaction in OF_THE_WHOLE else None,
            again=self._question.again,
        )

    def _token(self, number: NhsNumber, at: dt.datetime) -> str:
        """The person's id in this answer: on a later page that of the first, though a key was rotated."""
        asked = self._question
        if asked.page is not None and asked.patient_token is not None:
            return asked.patient_token
        return self._services.sealer.patient_token(number, self._requester, at_s=at.timestamp())

    def _again(self, number: NhsNumber, at: dt.datetime) -> Again:
        services = self._services
        lifetime_s = services.limits.patient_token_window_s
        return Again(services.sealer, self._requester, number, at.timestamp(), lifetime_s)

    def _pages(self, number: NhsNumber, judgement: Judgement | None, at: dt.datetime) -> Pages:
        asked, purpose = self._question, self._requester.purpose
        return Pages(
            sealer=self._services.sealer,
            requester=self._requester,
            question=question_of(number, purpose, asked.grant_id, self._query.canonical()),
            ground=None if judgement is None else ground_of(judgement),
            at_s=at.timestamp(),
            lifetime_s=self._services.limits.page_lifetime_s,
            token=asked.page,
        )
