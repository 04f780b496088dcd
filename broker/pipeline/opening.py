"""A document's token to its bytes: its holder asked again, what it lists judged again, then handed on.

Nothing of the listing is believed. Whoever may not see the item now, or finds another in its place, gets
what everybody gets for a document that never was.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from broker.domain.attachments import declared_of
from broker.domain.audit import DocumentListed, DocumentSent
from broker.domain.decision import Judgement
from broker.domain.errors import (
    BrokerError,
    DocumentNotGiven,
    DocumentTimedOut,
    DocumentTooLarge,
    NotFound,
    ServiceDown,
    TooMany,
)
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.view import NOTHING_TO_SHOW, View
from broker.pipeline.answering import RELEASES_MAX, Answering
from broker.pipeline.audit import released_item
from broker.pipeline.document_headers import document_headers
from broker.pipeline.fanout import permit_for
from broker.pipeline.fetching import Fetch, Fetched, as_given, fetch
from broker.pipeline.gathering import Gathered, gather
from broker.pipeline.judging import stricter
from broker.pipeline.pointing import Listed, find, partner_of
from broker.pipeline.question import Reply
from broker.pipeline.record import all_failed, nobody_answered, view_of
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.ports.connector import TransportFault

_log = structlog.get_logger(__name__)
# Of these, what is not listed is not there; of a partner that answered in part, nobody knows, but where
# all of it came and some was set aside here.
_SURE = frozenset({OutcomeLabel.COMPLETE, OutcomeLabel.NO_RECORD, OutcomeLabel.NOT_ASKED, NOTHING_TO_SHOW})
_SET_ASIDE = frozenset({Cause.WRONG_PATIENT, Cause.UNREADABLE_ENTRIES})


@dataclass(frozen=True, slots=True)
class _Shown:
    """The document as its holder lists it now, in a view that this reader may have."""

    listed: Listed
    outcomes: tuple[PartnerOutcome, ...] = field(repr=False)


class Opening(Answering):
    """The opening of one document, from the holder's listing on."""

    _holder: PartnerRegistration
    _asked: Services
    _gathered: Gathered
    _judgement: Judgement

    async def _answered(self, judgement: Judgement, sequence: int) -> Reply:
        """Ask the holder what it lists, then for the document; disclose, then hand on."""
        self._find_holder(judgement)
        errand = self._errand(sequence)
        self._gathered = await gather(self._query, self._patient, judgement, errand, self._asked)
        self._judgement = judgement
        shown = await self._shown()
        fetched = await self._fetched(shown, sequence)
        try:
            shown = await self._disclosed(shown)
        except BaseException:
            fetched.handed_on.close()
            raise
        return self._handed_over(shown, fetched)

    @property
    def _pointer(self) -> bytes:
        return self._query.pointer or b""

    def _find_holder(self, judgement: Judgement) -> None:
        """The holder alone is asked; where a locator must name it first, that one too."""
        services = self._services
        found = partner_of(self._pointer, services.opens, services.sealer)
        if found is None:
            raise NotFound
        self._holder = next(one for one in services.registrations if one.partner_id == found)
        asked = {found}
        decision = judgement.decision_for(found)
        if decision is not None and decision.awaits_pointer:
            asked |= {partner_id for partner_id, road in services.roads.items() if road.locates}
            types = self._query.resource_types | {"DocumentReference"}
            self._query = dataclasses.replace(self._query, resource_types=types)
        registrations = tuple(one for one in services.registrations if one.partner_id in asked)
        self._asked = dataclasses.replace(services, registrations=registrations)

    async def _shown(self) -> _Shown:
        """The document in what may be shown now. Raises NotFound; where its holder failed, that instead."""
        view = await view_of(self._gathered, self._judgement, self._asked)
        self._trail.outcomes = tuple(self._lines(view, shown=0))
        if nobody_answered(self._gathered, view):
            raise all_failed(self._gathered)
        holder, services = self._holder.partner_id, self._services
        items = [one for one in view.items if one.partner_id == holder]
        search = find(self._pointer, items, services.sealer)
        listed = await in_slices(search, services.clock, services.limits.slice_s)
        if listed is not None:
            self._trail.outcomes = tuple(self._lines(view, shown=1))
            return _Shown(listed, self._trail.outcomes)
        if self._may_be_missing(view):
            raise DocumentNotGiven
        raise NotFound

    def _may_be_missing(self, view: View) -> bool:
        """Whether some of what the holder lists did not come, as far as this reader may know of it."""
        holder = self._holder.partner_id
        causes = {one.ending.cause for one in self._gathered.normalised if one.partner_id == holder}
        labels = {line.label for line in view.lines if line.partner_id == holder}
        return not (labels <= _SURE or causes <= _SET_ASIDE)

    def _lines(self, view: View, *, shown: int) -> Iterator[PartnerOutcome]:
        """Of the holder at most one item is shown, whatever it listed; nobody else was asked for it."""
        asked = {one.partner_id: one for one in view.outcomes}
        for registration in self._services.registrations:
            name = registration.partner_id
            found = asked.get(name) or PartnerOutcome(
                partner_id=name, label=OutcomeLabel.NOT_ASKED, cause=Cause.NOT_A_HOLDER
            )
            tally, here = found.tally, shown if registration is self._holder else 0
            withheld = tally.withheld + tally.shown - here
            tally = dataclasses.replace(tally, shown=here, grouped=0, withheld=withheld)
            yield dataclasses.replace(found, tally=tally)

    async def _fetched(self, shown: _Shown, sequence: int) -> Fetched:
        """The document's first bytes, before anything of it is released. Raises BrokerError."""
        plan = self._gathered.plan
        asks = {one.partner_id: one for one in (*plan.asks, *plan.waiting)}
        ask = asks[self._holder.partner_id]
        what = Fetch(
            listed=shown.listed,
            item=as_given(shown.listed, self._gathered.normalised),
            ask=ask,
            road=self._services.roads[ask.partner_id],
            permit=permit_for(ask, sequence, self._partners_by_s),
            limits=self._holder.limits,
        )
        try:
            async with asyncio.timeout_at(self._partners_by_s):
                return await fetch(what, self._services)
        except TransportFault as fault:
            raise self._not_given(fault.label, fault.cause) from None
        except TimeoutError:
            raise self._not_given(OutcomeLabel.TIMED_OUT, Cause.DEADLINE) from None
        except BrokerError:
            raise
        except Exception:  # noqa: BLE001 - a connector's bug is its partner's trouble, and never ours
            _log.exception("connector-failed", partner=ask.partner_id)
            raise self._not_given(OutcomeLabel.INVALID, Cause.CONNECTOR_ERROR) from None

    def _not_given(self, label: OutcomeLabel, cause: Cause) -> BrokerError:
        """What the caller hears; the trail has the partner's exact outcome."""
        holder = self._holder.partner_id
        self._trail.outcomes = tuple(
            PartnerOutcome(partner_id=holder, label=label, cause=cause) if one.partner_id == holder else one
            for one in self._trail.outcomes
        )
        if cause is Cause.THROTTLED:
            return TooMany()
        if label is OutcomeLabel.TIMED_OUT:
            return DocumentTimedOut()
        return DocumentTooLarge() if label is OutcomeLabel.TOO_LARGE else DocumentNotGiven()

    async def _disclosed(self, shown: _Shown) -> _Shown:
        """Durable before the first byte leaves; when anything moved meanwhile, judge and look again."""
        for _ in range(RELEASES_MAX):
            declared = declared_of(shown.listed.attachment)
            size = -1 if declared.size is None else declared.size
            document = DocumentListed(self._pointer, size, declared.hash_text)
            item = released_item(shown.listed.resource, self._services.sealer)
            if not self._moved() and await self._released((item,), shown.outcomes, document):
                return shown
            shown = await self._judged_again()
        raise ServiceDown("release-store")

    async def _judged_again(self) -> _Shown:
        self._judgement = stricter(self._judgement, self._judged(self._patient))
        return await self._shown()

    async def _still_open(self) -> None:
        """Raises BrokerError when an objection, a policy or the end of a grant has come between."""
        await self._named.read(self._trail)
        self._objections = await self._services.store.objections(self._trail.context.numbers)
        if self._moved():
            await self._judged_again()

    def _handed_over(self, shown: _Shown, fetched: Fetched) -> Reply:
        trail, services, handed_on = self._trail, self._services, fetched.handed_on

        def finished(how: str, cause: str, bytes_sent: int, sent: DocumentSent) -> None:
            ending = trail.ended_after_all(how, cause, bytes_sent=bytes_sent, document=sent)
            services.finish_later(ending)

        handed_on.still_open, handed_on.finished = self._still_open, finished
        declared = declared_of(shown.listed.attachment).content_type
        headers = document_headers(declared or fetched.content_type)
        return Reply(status=200, stream=handed_on, headers=headers)
