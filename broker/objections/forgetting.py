"""The register's next steps to what is let go of from memory: whoever objects is not remembered.

No answer rests on this. What is remembered stands under one version of a person's objections, and the next
question of it reads another; here it also leaves memory, though nobody asks.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, Final

from broker.domain.errors import ServiceDown
from broker.objections.register import EVENTS_AT_ONCE
from broker.pipeline.recall import Recall
from broker.ports.clock import Clock
from broker.ports.objection_register import ObjectionRegister
from broker.ports.release_store import ReleaseStore

LOOKS_EVERY_S: Final = 1.0
# Longer than anything is being made and remembered together.
_BACK: Final = dt.timedelta(minutes=5)


class Forgetting:
    """Follows the register while anything is remembered."""

    def __init__(
        self, recall: Recall[Any], register: ObjectionRegister, store: ReleaseStore, clock: Clock
    ) -> None:
        """`register` and `store` are those that the process judges by."""
        self._recall, self._register, self._store, self._clock = recall, register, store, clock
        self._after: int | None = None

    async def follow(self, *, every_s: float = LOOKS_EVERY_S) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            await self.look()

    async def look(self) -> None:
        """Let go of everybody with a new step. Where the register cannot be read, of everything."""
        if self._recall.is_idle:
            self._after = None
            return
        try:
            await self._read_on()
        except ServiceDown:
            self._recall.clear()

    async def _read_on(self) -> None:
        after = self._after
        if after is None:
            after = await self._register.sequence_before(self._clock.now() - _BACK)
        steps = await self._register.events_after(after, EVENTS_AT_ONCE)
        for sequence, event in steps:
            self._recall.forget(await self._store.linked_with(event.numbers))
            after = sequence
        self._after = after
        if len(steps) == EVENTS_AT_ONCE:  # a file is being read in: more have objected than were looked at
            self._recall.clear()
