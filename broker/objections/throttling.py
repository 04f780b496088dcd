"""What one person has put on the register in the last hour, to how much more they may by themselves.

Many false objections close many records, and look like a busy day. Whoever receives more than one person
can have heard needs a second who has seen them; nothing that is refused is lost without a word.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from broker.domain.names import plain_name
from broker.domain.objection_life import Actor
from broker.objections.illegal import IllegalStep, refuse_actor
from broker.objections.register import EVENTS_AT_ONCE
from broker.ports.clock import Clock
from broker.ports.objection_register import ObjectionRegister

SPAN: Final = dt.timedelta(hours=1)
NOT_RECORDED: Final = (
    "Not recorded: one person has put as many on the register within an hour as one may. Name a second "
    "person who has seen them, with --many-by-role and --many-by-name, or go on later."
)


class Throttle:
    """Counts receipts under a name, however capitalised. Raises ServiceDown of the store."""

    def __init__(self, store: ObjectionRegister, clock: Clock, *, per_h_max: int) -> None:
        """`per_h_max` is of one person without a second."""
        self._store, self._clock, self._per_h_max = store, clock, per_h_max

    async def left(self, by: Actor, *, seconded: Actor | None = None) -> int | None:
        """How many more `by` may receive now; None is any number. Raises IllegalStep when both are one."""
        if seconded is not None:
            refuse_actor(seconded)
            if plain_name(seconded.name) == plain_name(by.name):
                raise IllegalStep("The second person is somebody else. Name who has seen them beside you.")
            return None
        return max(0, self._per_h_max - await self._received(by))

    async def refuse_more(self, by: Actor, *, seconded: Actor | None = None) -> None:
        """Raises IllegalStep when `by` may receive no other."""
        if await self.left(by, seconded=seconded) == 0:
            raise IllegalStep(NOT_RECORDED)

    async def _received(self, by: Actor) -> int:
        since, name = self._clock.now() - SPAN, plain_name(by.name)
        after, count = await self._store.sequence_before(since), 0
        while part := await self._store.events_after(after, EVENTS_AT_ONCE):
            after = part[-1][0]
            count += sum(
                event.step == 1 and event.at > since and plain_name(event.by.name) == name
                for _, event in part
            )
        return count
