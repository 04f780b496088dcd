"""Numbers on the register to what the patient index says of them now, so that an objection follows a number.

A number may be superseded before or after it is put on the register. Whoever asks under the current one
must meet the objection, and the index tells of it only when it is asked for the old one: the desk asks.
A number that the index no longer knows as a person's leads nowhere by itself: it goes to whoever reviews.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.audit import AuditContext, Ending, Intent
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor
from broker.domain.requester import RelationshipGround, Requester
from broker.objections.birthdays import is_birth_date
from broker.objections.register import Register
from broker.ports.clock import Clock
from broker.ports.connector import Traced
from broker.ports.objection_register import StepTaken
from broker.ports.patient_index import PatientIndex
from broker.ports.release_store import ReleaseStore

INTERACTION = "objection-trace"


@dataclass(frozen=True, slots=True)
class Traces:
    """How many numbers were asked for, were superseded, are no person's, and could not be asked for."""

    asked: int = 0
    superseded: int = 0
    invalidated: int = 0
    unanswered: int = 0


async def numbers_in_force(register: Register) -> frozenset[NhsNumber]:
    """Every number under an objection that is not withdrawn; the newest step of each counts."""
    found: set[NhsNumber] = set()
    async for event in register.newest():
        if event.objection.state is not ObjectionState.WITHDRAWN:
            found |= event.numbers
    return frozenset(found)


class Tracing:
    """Asks the index for one number after another. Each question is on file before it is asked."""

    def __init__(
        self, store: ReleaseStore, register: Register, index: PatientIndex, clock: Clock, *, deadline_s: float
    ) -> None:
        """`register` is over the same store; `deadline_s` is for each number."""
        self._store, self._register, self._index = store, register, index
        self._clock, self._deadline_s = clock, deadline_s

    async def trace(self, numbers: Iterable[NhsNumber], *, by: Actor) -> Traces:
        """Link every number that is superseded with its successor, note what is learned on the objections
        under it. Raises ServiceDown of the store; an index that cannot say is counted.
        """
        found: Counter[str] = Counter()
        for number in sorted(numbers):
            try:
                found[await self._learn(number, by)] += 1
            except StepTaken:  # somebody at the desk was first: what was learned is noted another time
                found["unanswered"] += 1
            except ServiceDown as down:
                if down.service != "patient-index":
                    raise
                found["unanswered"] += 1
        names = ("superseded", "invalidated", "unanswered")
        return Traces(found.total(), **{name: found[name] for name in names})

    async def _learn(self, number: NhsNumber, by: Actor) -> str:
        """Which of the counts it is, once that is on file."""
        traced = await self.ask(number, by=by)
        if traced.identity is not None:
            await self._note_born(traced.identity, by)
            return "superseded" if len(traced.identity.numbers) > 1 else "current"
        if not traced.is_nobodys:
            return "unanswered"
        await self._register.note_invalidated(number, by=by)
        return "invalidated"

    async def _note_born(self, identity: PatientIdentity, by: Actor) -> None:
        """Of a parent's objections alone: nobody else's falls due by age."""
        if is_birth_date(identity.birth_date):
            await self._register.note_born(identity.numbers, identity.birth_date, by=by)

    async def ask(self, number: NhsNumber, *, by: Actor) -> Traced:
        """What the index says of one number; what is one person's is linked. Raises ServiceDown."""
        context = desk_context(frozenset({number}), by, INTERACTION)
        intent = Intent(context=context, at=self._clock.now(), reasons=())
        sequence = await self._store.record_intent(intent)
        how = "failed"
        try:
            traced = await self._index.trace(
                number,
                intent_sequence=sequence,
                correlation_id=context.request_id,
                deadline_at_s=self._clock.monotonic_s() + self._deadline_s,
            )
            if traced.identity is not None and len(traced.identity.numbers) > 1:
                await self._store.link_numbers(traced.identity.numbers)
            how = "traced"
        finally:
            ending = Ending(context=context, at=self._clock.now(), intent_sequence=sequence, ended=how)
            await self._store.record_ending(ending)
        return traced


def desk_context(numbers: frozenset[NhsNumber], by: Actor, interaction: str) -> AuditContext:
    """What is done about some numbers at the desk, by whom, as the trail keeps every request."""
    desk = Requester(
        issuer="desk",
        user_id=by.name,
        user_name=by.name,
        organisation_ods="",
        roles=(by.role,),
        purpose="",
        relationship=RelationshipGround.NONE,
    )
    return AuditContext(
        request_id=secrets.token_hex(16),
        requester=desk,
        numbers=numbers,
        interaction=interaction,
    )
