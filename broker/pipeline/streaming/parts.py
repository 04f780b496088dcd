"""What is released at one time: the items, the outcomes for the trail, and the events that say them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from broker.domain.audit import ReleasedItem
from broker.domain.decision import Judgement
from broker.domain.outcome import PartnerOutcome
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.audit import released_items
from broker.pipeline.gathering import Heard
from broker.pipeline.presentation import Frame
from broker.pipeline.presentation.entries import entries_of
from broker.pipeline.presentation.events import Event
from broker.pipeline.presentation.streamed import groups_data, items_data, ledger_data, partner_data
from broker.pipeline.presentation.written import Written
from broker.pipeline.record import merged, screened_of
from broker.pipeline.screening.differing import Known
from broker.pipeline.services import Services
from broker.pipeline.slices import in_slices
from broker.pipeline.streaming.shown import Shown, tells_early


@dataclass(frozen=True, slots=True)
class Part:
    """Nothing of `events` leaves before items and outcomes are on file."""

    items: tuple[ReleasedItem, ...] = field(repr=False)
    outcomes: tuple[PartnerOutcome, ...]
    events: tuple[tuple[Event, bytes], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Making:
    """What every part is made with."""

    shown: Shown
    frame: Frame
    services: Services
    known: Known

    async def screened(self, heard: Heard, judgement: Judgement) -> None:
        """What a partner's answer may show, kept until it is."""
        shown, name = self.shown, heard.answer.partner_id
        screened = await screened_of(heard.normalised, shown.query, self.known, judgement, self.services)
        shown.heard[name], shown.screened[name] = heard, screened

    async def of_partner(self, partner_id: str, judgement: Judgement) -> Part | None:
        """One partner's; None where all that there is to say of it is a negative."""
        gathered = self.shown.gathered({partner_id})
        view = await merged(gathered, self.shown.screened_in(gathered), judgement, self.services)
        line = next((one for one in view.lines if one.partner_id == partner_id), None)
        if line is None or not tells_early(line):
            return None
        entries = await self._entries(view, view.items)
        events = [(Event.ITEMS, data) for data in items_data(entries)]
        return Part(
            items=await self._proofs(view.items),
            outcomes=tuple(one for one in view.outcomes if one.partner_id == partner_id),
            events=(*events, (Event.PARTNER, partner_data(line))),
        )

    async def groups(self, judgement: Judgement) -> bytes:
        """As they stand among all that has been shown."""
        gathered = self.shown.gathered(self.shown.outcomes)
        view = await merged(gathered, self.shown.screened_in(gathered), judgement, self.services)
        return groups_data(view, self.shown.names_in(view), self.frame)

    async def last(self, view: View) -> Part:
        """Everything that has not been shown, and the ledger."""
        told = self.shown.outcomes
        rest = tuple(one for one in view.items if one.partner_id not in told)
        entries = await self._entries(view, rest)
        groups = (Event.GROUPS, groups_data(view, self.shown.names_in(view), self.frame))
        return Part(
            items=await self._proofs(rest),
            outcomes=tuple(one for one in view.outcomes if one.partner_id not in told),
            events=(
                *((Event.ITEMS, data) for data in items_data(entries)),
                groups,
                (Event.LEDGER, ledger_data(view, self.frame)),
            ),
        )

    async def _entries(self, view: View, items: Sequence[Resource]) -> list[Written]:
        """Without marks of groups, which change until the end."""
        alone = dataclasses.replace(view, items=tuple(items), groups=(), contradictions=())
        services = self.services
        entries = await in_slices(entries_of(alone, self.frame), services.clock, services.limits.slice_s)
        self.shown.name(items, entries)
        return entries

    async def _proofs(self, items: Sequence[Resource]) -> tuple[ReleasedItem, ...]:
        services = self.services
        proofs = released_items(items, self.frame.sealer)
        return await in_slices(proofs, services.clock, services.limits.slice_s)
