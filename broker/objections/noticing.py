"""A number that the patient index told a request is nobody's, to a note on the objections under it.

No request waits for it, and none is answered otherwise because of it. What cannot be noted is a line of the
log, and `objection trace` asks again each day.
"""

from __future__ import annotations

from typing import Final

import structlog

from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from broker.objections.register import Register
from broker.ports.objection_register import StepTaken

TRIES: Final = 3
# Nobody at a desk: the step says so.
_BROKER: Final = Actor(role="broker", name="a request")
_log = structlog.get_logger(__name__)


class Noticing:
    """What a process that answers requests notes on the register."""

    def __init__(self, register: Register) -> None:
        """`register` is over the store that the process judges by."""
        self._register = register

    async def note(self, number: NhsNumber) -> None:
        """Send every objection under it that binds to whoever reviews, once. Raises nothing of a store."""
        for _ in range(TRIES):
            try:
                await self._register.note_invalidated(number, by=_BROKER)
            except StepTaken:
                continue
            except ServiceDown:
                break
            return
        _log.warning("objection-not-noted")
