"""What staff do with objections, to durable steps in the register."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from broker.domain.objection_life import Actor, IdentityCheck, Intake, ObjectionEvent
from broker.objections import life
from broker.objections.life import Ruling
from broker.ports.clock import Clock
from broker.ports.objection_register import EarlyDisclosure, ObjectionRegister


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
        await self._store.append_event(event)
        return event

    async def review(self, objection_id: str, *, by: Actor, note: str = "") -> ObjectionEvent:
        """Begin a review."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.begin_review(last, by=by, at=now, note=note))

    async def verify(self, objection_id: str, check: IdentityCheck, *, by: Actor) -> ObjectionEvent:
        """The identity behind a provisional objection was checked."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.verify(last, check, by=by, at=now))

    async def decide(self, objection_id: str, ruling: Ruling) -> ObjectionEvent:
        """End a review."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.decide(last, ruling, at=now))

    async def withdraw(self, objection_id: str, *, by: Actor, note: str = "") -> ObjectionEvent:
        """The person took it back; what it covered is shared again at once."""
        now = self._clock.now()
        return await self._step(objection_id, lambda last: life.withdraw(last, by=by, at=now, note=note))

    async def list(self, numbers: frozenset[NhsNumber] | None = None) -> tuple[ObjectionEvent, ...]:
        """The newest step of each objection under `numbers`, or of all; in the order of receipt."""
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
