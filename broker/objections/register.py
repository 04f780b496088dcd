"""What staff do with objections, to durable steps in the register."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState, Scope
from broker.domain.objection_life import Actor, Intake, ObjectionEvent, Withdrawal
from broker.domain.objection_speaker import Speaker, Standing
from broker.domain.policy import GroundRule
from broker.objections import life, noting
from broker.objections.contrary import disputed_from_receipt
from broker.objections.grounds import refuse_beyond
from broker.objections.life import Check
from broker.objections.rulings import Ruling
from broker.ports.clock import Clock
from broker.ports.objection_register import EarlyDisclosure, ObjectionRegister

# Few enough that reading them holds up a release for milliseconds.
EVENTS_AT_ONCE: Final = 200


class UnknownObjection(Exception):
    """The register has no objection of that id."""


class Register:
    """Every method returns when its step is durable: from then on no release that it forbids succeeds.

    Raises IllegalStep, UnknownObjection, StepTaken when somebody else acted first, and ServiceDown.
    """

    def __init__(self, store: ObjectionRegister, clock: Clock) -> None:
        """`store` is the one that also records releases."""
        self._store, self._clock = store, clock

    async def record(
        self,
        numbers: frozenset[NhsNumber],
        intake: Intake,
        *,
        by: Actor,
        scope: Scope | None = None,
        note: str = "",
    ) -> ObjectionEvent:
        """Receive an objection under every number that the person has. Empty scope is the whole record."""
        event = life.receive(
            f"ob-{secrets.token_hex(8)}",
            numbers=numbers,
            intake=intake,
            by=by,
            scope=scope or Scope(),
            at=self._clock.now(),
            note=note,
        )
        event = disputed_from_receipt(event, await self.list(numbers))
        await self._store.append_event(event)
        return event

    async def review(self, objection_id: str, *, by: Actor, note: str = "") -> ObjectionEvent:
        """Begin a review."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.begin_review(last, by=by, at=now, note=note))

    async def verify(self, objection_id: str, check: Check, *, by: Actor) -> ObjectionEvent:
        """The identity behind a provisional objection was checked."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.verify(last, check, by=by, at=now))

    async def decide(
        self, objection_id: str, ruling: Ruling, *, grounds: Mapping[str, GroundRule]
    ) -> ObjectionEvent:
        """End a review. `grounds` are those of the policies now in force."""
        now = self._clock.now()

        def step(last: ObjectionEvent) -> ObjectionEvent:
            decided = life.decide(last, ruling, at=now)
            refuse_beyond(ruling, grounds, at=now)
            return decided

        return await self._step(objection_id, step)

    async def withdraw(
        self, objection_id: str, withdrawal: Withdrawal, *, by: Actor, note: str = ""
    ) -> ObjectionEvent:
        """The person took it back; what it covered is shared again at once."""
        now = self._clock.now()
        return await self._step(
            objection_id, lambda last: life.withdraw(last, withdrawal, by=by, at=now, note=note)
        )

    async def dispute(
        self, objection_id: str, speaker: Speaker, *, by: Actor, note: str = ""
    ) -> ObjectionEvent:
        """Somebody wants the contrary; all that it covers is closed until the Guardian has decided."""
        now = self._clock.now()
        return await self._step(
            objection_id, lambda last: life.dispute(last, speaker, by=by, at=now, note=note)
        )

    async def link(
        self, objection_id: str, numbers: frozenset[NhsNumber], *, by: Actor, note: str = ""
    ) -> ObjectionEvent:
        """It binds under the right number too, in place of one that is no longer a person's."""
        now = self._clock.now()
        return await self._step(
            objection_id, lambda last: noting.link(last, numbers, by=by, at=now, note=note)
        )

    async def note_invalidated(self, number: NhsNumber, *, by: Actor) -> None:
        """Every objection under it that binds goes to whoever reviews; one that was told of already stays."""
        now = self._clock.now()
        for event in await self.list(frozenset({number})):
            if number in event.numbers - event.invalidated and _binds(event):
                await self._store.append_event(noting.note_invalidated(event, number, by=by, at=now))

    async def note_born(self, numbers: frozenset[NhsNumber], born: str, *, by: Actor) -> None:
        """On every parent's objection under these that binds and does not say."""
        now = self._clock.now()
        for event in await self.list(numbers):
            if event.intake.standing is Standing.PARENT and not event.intake.born and _binds(event):
                await self._store.append_event(noting.note_born(event, born, by=by, at=now))

    async def confirm(self, objection_id: str, *, by_letter: bool, by: Actor) -> ObjectionEvent:
        """The person is written to, or reached where it is safe."""
        now = self._clock.now()
        return await self._step(
            objection_id, lambda last: noting.confirm(last, by_letter=by_letter, by=by, at=now)
        )

    async def newest(self) -> AsyncIterator[ObjectionEvent]:
        """The newest step of each objection, in the order of those steps, a part of the register at a time.

        What is taken meanwhile is in it or not. Memory holds the ids alone, not the steps.
        """
        last: dict[str, int] = {}
        async for sequence, event in self._steps():
            last[event.objection.objection_id] = sequence
        async for sequence, event in self._steps():
            if last.get(event.objection.objection_id) == sequence:
                yield event

    async def _steps(self) -> AsyncIterator[tuple[int, ObjectionEvent]]:
        after = 0
        while part := await self._store.events_after(after, EVENTS_AT_ONCE):
            after = part[-1][0]
            for found in part:
                yield found

    async def list(self, numbers: frozenset[NhsNumber]) -> tuple[ObjectionEvent, ...]:
        """The newest step of each objection under `numbers`, in the order of receipt."""
        newest: dict[str, ObjectionEvent] = {}
        for event in await self._store.events_under(numbers):
            newest[event.objection.objection_id] = event
        return tuple(newest.values())

    async def history(self, objection_id: str) -> tuple[ObjectionEvent, ...]:
        """Every step of one objection, oldest first."""
        events = await self._store.events_of(objection_id)
        if not events:
            raise UnknownObjection
        return events

    async def early_disclosures(self, objection_id: str) -> tuple[EarlyDisclosure, ...]:
        """What was released between receipt and acknowledgement."""
        await self.history(objection_id)
        return await self._store.early_disclosures(objection_id)

    async def _step(
        self, objection_id: str, step: Callable[[ObjectionEvent], ObjectionEvent]
    ) -> ObjectionEvent:
        event = step((await self.history(objection_id))[-1])
        await self._store.append_event(event)
        return event


def _binds(event: ObjectionEvent) -> bool:
    return event.objection.state is not ObjectionState.WITHDRAWN
