"""Who is this number? One person, at this moment."""

from __future__ import annotations

from typing import Protocol

from broker.domain.identity import NhsNumber
from broker.ports.connector import Traced


class PatientIndex(Protocol):
    """Raises ServiceDown("patient-index") when it cannot say, within the deadline. Never guesses.

    A found person is kept in memory for `identity_trace_ttl_s`, a restricted one never.
    """

    @property
    def partner_id(self) -> str:
        """The index's own registration, under which the trail names what it gave."""
        ...

    async def trace(
        self, number: NhsNumber, /, *, intent_sequence: int, correlation_id: str, deadline_at_s: float
    ) -> Traced:
        """The person of `number`, whose current number may be another."""
        ...
