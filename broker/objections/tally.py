"""The steps of a register to how many objections bind, source by source, as one process sees them.

It reads on from where it was: a step that is a first one adds an objection, and one that withdraws, which
is final, takes it away. Nothing of anybody is kept.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from broker.domain.objection import ObjectionState
from broker.objections.register import EVENTS_AT_ONCE
from broker.ports.objection_register import ObjectionRegister

AT_THE_DESK: Final = ""
PARTS_AT_ONCE: Final = 50


class Tally:
    """`newest` is the number of the last step that was read; `in_force` counts by source, and what no file
    brought under AT_THE_DESK. Raises ServiceDown of the store.
    """

    def __init__(self, store: ObjectionRegister) -> None:
        """Of the store that the process judges by."""
        self._store = store
        self.newest = 0
        self.in_force: Counter[str] = Counter()

    async def read_on(self) -> bool:
        """Read the next steps; True when there is none left, False when there may be."""
        for _ in range(PARTS_AT_ONCE):
            part = await self._store.events_after(self.newest, EVENTS_AT_ONCE)
            if not part:
                return True
            for sequence, event in part:
                origin = event.intake.origin
                source = origin.source if origin is not None else AT_THE_DESK
                self.in_force[source] += event.step == 1
                self.in_force[source] -= event.objection.state is ObjectionState.WITHDRAWN
                self.newest = sequence
        return False

    @property
    def counts(self) -> dict[str, int]:
        """Of each source that has any."""
        return {source: count for source, count in sorted(self.in_force.items()) if count}
