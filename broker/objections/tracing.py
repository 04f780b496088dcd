"""Numbers on the register to what the patient index says of them now, so that an objection follows a number.

A number may be superseded before or after it is put on the register. Whoever asks under the current one
must meet the objection, and the index tells of it only when it is asked for the old one: the desk asks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.audit import AuditContext, Ending, Intent
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, ObjectionEvent
from broker.domain.requester import RelationshipGround, Requester
from broker.ports.clock import Clock
from broker.ports.patient_index import PatientIndex
from broker.ports.release_store import ReleaseStore

INTERACTION = "objection-trace"


@dataclass(frozen=True, slots=True)
class Traces:
    """How many numbers were asked for, were superseded, and could not be asked for."""

    asked: int = 0
    superseded: int = 0
    unanswered: int = 0


def numbers_in_force(events: Iterable[ObjectionEvent]) -> frozenset[NhsNumber]:
    """Every number under an objection that is not withdrawn; the newest step of each counts."""
    newest = {event.objection.objection_id: event for event in events}
    kept = (one for one in newest.values() if one.objection.state is not ObjectionState.WITHDRAWN)
    return frozenset().union(*(event.numbers for event in kept))


class Tracing:
    """Asks the index for one number after another. Each question is on file before it is asked."""

    def __init__(self, store: ReleaseStore, index: PatientIndex, clock: Clock, *, deadline_s: float) -> None:
        """`deadline_s` is for each number."""
        self._store, self._index, self._clock, self._deadline_s = store, index, clock, deadline_s

    async def trace(self, numbers: Iterable[NhsNumber], *, by: Actor) -> Traces:
        """Link every number that is superseded with its successor. Raises ServiceDown of the store; an index
        that cannot say is counted.
        """
        asked = superseded = unanswered = 0
        for number in sorted(numbers):
            try:
                found = await self._numbers_of(number, by)
            except ServiceDown as down:
                if down.service != "patient-index":
                    raise
                unanswered += 1
            else:
                superseded += len(found) > 1
            asked += 1
        return Traces(asked, superseded, unanswered)

    async def _numbers_of(self, number: NhsNumber, by: Actor) -> frozenset[NhsNumber]:
        context = _context(number, by)
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
            found = traced.identity.numbers if traced.identity is not None else frozenset({number})
            if len(found) > 1:
                await self._store.link_numbers(found)
            how = "traced"
        finally:
            ending = Ending(context=context, at=self._clock.now(), intent_sequence=sequence, ended=how)
            await self._store.record_ending(ending)
        return found


def _context(number: NhsNumber, by: Actor) -> AuditContext:
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
        numbers=frozenset({number}),
        interaction=INTERACTION,
    )
