"""What was heard to the events that go out, in their order and no faster than they are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import structlog

from broker.domain.audit import ReleasedItem
from broker.domain.decision import Judgement
from broker.domain.errors import BrokerError, BrokerFault
from broker.domain.outcome import PartnerOutcome
from broker.domain.view import View
from broker.pipeline.gathering import Gathered, Heard
from broker.pipeline.presentation.events import KEPT_ALIVE, Event, event_bytes
from broker.pipeline.presentation.searchset import patient_entry
from broker.pipeline.presentation.streamed import NO_GROUPS, closed_data, open_data, person_data
from broker.pipeline.question import Cut
from broker.pipeline.streaming.closing import word_for
from broker.pipeline.streaming.hearing import Hearing
from broker.pipeline.streaming.parts import Making
from broker.pipeline.wording import put_into_words

_log = structlog.get_logger(__name__)
LOOKED_AT_EVERY_S = 1.0
_KEPT_ALIVE_AFTER_LOOKS = 3


class Way(Protocol):
    """What a stream is released by."""

    @property
    def judgement(self) -> Judgement:
        """What it shows by."""
        ...

    async def release(self, items: tuple[ReleasedItem, ...], outcomes: tuple[PartnerOutcome, ...]) -> None:
        """Durable when it returns. Raises BrokerError when it may not be."""
        ...

    async def look_again(self) -> None:
        """Raises BrokerError where what has been shown may not be any more."""
        ...

    async def whole(self, gathered: Gathered) -> View:
        """The view of everything. Raises AllPartnersFailed."""
        ...

    def person_in(self, view: View) -> bytes | None:
        """The index's Patient as it is shown."""
        ...

    def person_items(self, person: bytes | None) -> tuple[ReleasedItem, ...]:
        """Its proof."""
        ...

    def over(self, how: str, cause: str, bytes_sent: int, hearing: Hearing) -> None:
        """The response is over, however; returns at once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of whom nothing comes before the end (`close`), and when that is (loop clock): not before, and by when
    it has to be taken.
    """

    close: frozenset[str]
    not_before_s: float
    until_s: float
    ends_within_s: float
    request_id: str


class Sending:
    """Implements question.BodyStream. `begun` comes before the first piece."""

    def __init__(self, way: Way, hearing: Hearing, making: Making, bounds: Bounds) -> None:
        self._way, self._hearing, self._making, self._bounds = way, hearing, making, bounds
        self._clock = making.services.clock
        self._ready: deque[tuple[Event, bytes]] = deque()
        self._number = self._quiet_looks = 0
        self._person: bytes | None = None
        self._groups, self._groups_due, self._over = NO_GROUPS, False, False
        self._cause = ""
        self._looked_at_s = self._clock.monotonic_s()

    def begun(self, view: View, person: bytes | None) -> None:
        """Who the person is has been released."""
        plan, names = self._hearing.plan, self._making.services.names
        asked = [one.partner_id for one in plan.asks] if plan is not None else []
        openly = [(name, names[name]) for name in asked if name not in self._bounds.close]
        self._say(Event.OPEN, open_data(openly, view, ends_within_s=self._bounds.ends_within_s))
        self._say_person(person)

    def _say(self, name: Event, data: bytes) -> None:
        self._ready.append((name, data))

    def _say_person(self, person: bytes | None) -> None:
        self._person = person
        if person is not None:
            self._say(Event.PERSON, person_data(patient_entry(person, self._making.frame)))

    async def piece(self) -> bytes:
        """The next event or a comment; empty when it has ended. Raises Cut where it is taken too slowly."""
        if self._clock.monotonic_s() > self._bounds.until_s:
            self._cause = "SlowReader"
            raise Cut
        try:
            await self._look_when_due()
            while not self._ready and not self._over:
                if self._quiet_looks >= _KEPT_ALIVE_AFTER_LOOKS:
                    self._quiet_looks = 0
                    return KEPT_ALIVE
                await self._go_on()
                await self._look_when_due()
        except BrokerError as error:
            self._close(error)
        except Exception:  # noqa: BLE001 - whatever nothing foresaw is a fault of ours, and ends the stream
            _log.exception("request-failed", request_id=self._bounds.request_id)
            self._close(BrokerFault())
        return self._written()

    def _written(self) -> bytes:
        if not self._ready:
            return b""
        self._number += 1
        self._quiet_looks = 0
        return event_bytes(self._number, *self._ready.popleft())

    async def _look_when_due(self) -> None:
        """An objection, a policy or the end of a grant ends what is half-finished too, and what is made and
        waits to be taken.
        """
        nothing_left = self._over and not self._ready
        if nothing_left or self._cause or self._until_next_look_s() > 0:
            return
        await self._way.look_again()
        self._looked_at_s = self._clock.monotonic_s()
        self._quiet_looks += 1

    def _until_next_look_s(self) -> float:
        return self._looked_at_s + LOOKED_AT_EVERY_S - self._clock.monotonic_s()

    async def _go_on(self) -> None:
        """What is next: how it all hangs together, a partner's part, or the end."""
        if self._groups_due and self._hearing.is_quiet:
            await self._tell_groups()
        elif not self._hearing.all_heard:
            heard = await self._hearing.next(self._until_next_look_s())
            if heard is not None:
                await self._tell(heard)
        elif (left_s := self._bounds.not_before_s - self._clock.monotonic_s()) > 0:
            await asyncio.sleep(min(left_s, self._until_next_look_s()))
        else:
            await self._finish()

    async def _tell(self, heard: Heard) -> None:
        """One partner's part, if it may be told by itself."""
        judgement, making = self._way.judgement, self._making
        await making.screened(heard, judgement)
        if heard.answer.partner_id in self._bounds.close:
            return
        part = await making.of_partner(heard.answer.partner_id, judgement)
        if part is None:
            return
        await self._way.release(part.items, part.outcomes)
        making.shown.outcomes |= {one.partner_id: one for one in part.outcomes}
        self._ready.extend(part.events)
        self._groups_due = True

    async def _tell_groups(self) -> None:
        """They say something new of what was released, and so the register is looked at for them too."""
        self._groups_due = False
        groups = await self._making.groups(self._way.judgement)
        if groups != self._groups:
            await self._way.look_again()
            self._groups = groups
            self._say(Event.GROUPS, groups)

    async def _finish(self) -> None:
        """Everything that waited, and the ledger."""
        view = await self._way.whole(await self._hearing.gathered())
        part, person = await self._making.last(view), self._way.person_in(view)
        changed = None if person == self._person else person
        await self._way.release((*self._way.person_items(changed), *part.items), part.outcomes)
        if changed is not None:
            self._say_person(changed)
        self._ready.extend(one for one in part.events if one != (Event.GROUPS, self._groups))
        self._over = True

    def _close(self, error: BrokerError) -> None:
        """Nothing more is released, and what had not gone out yet does not go out."""
        self._hearing.cancel()
        self._ready.clear()
        put_into_words(error, self._making.services)
        self._say(Event.CLOSED, closed_data(word_for(error), error))
        self._cause, self._over = error.cause, True

    def ended(self, how: str, bytes_sent: int, /) -> None:
        """A stream that was closed did not end well, even where every byte of it was taken."""
        self._over = True
        self._ready.clear()
        self._way.over("cut" if self._cause else how, self._cause, bytes_sent, self._hearing)
