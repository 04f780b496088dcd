"""What every connector to a patient index owes, beside what every connector owes."""

from __future__ import annotations

from typing import Any

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Traced
from tests.connectors.conformance import Conformance, Result, World
from tests.support.patients import ASHA, BEN, OLD, patient
from tests.support.sender import CORRELATION, Heard


class IndexConformance(Conformance):
    """What holds for a patient index."""

    def world(self) -> World:
        return {
            ASHA.digits: (patient(ASHA.digits, ASHA.digits),),
            BEN.digits: (patient(BEN.digits, BEN.digits),),
        }

    def conversation(self, number: NhsNumber) -> Any:
        return self.plugin.create(self.settings).trace(number, CORRELATION)

    def judged(self, ended: Any, heard: Heard, number: NhsNumber) -> Result:
        del number
        label = OutcomeLabel.COMPLETE if ended.status == "found" else OutcomeLabel.NO_RECORD
        return Result(label=label, cause=Cause.NONE, heard=heard, traced=ended)

    async def test_a_known_person_is_found(self) -> None:
        """The identity is the index's own, its Patient carried as it came."""
        async with self.endpoint() as origin:
            result = await self.asked(origin)
        assert result.traced is not None
        identity = result.traced.identity
        assert identity is not None
        assert (identity.number, identity.birth_date) == (ASHA, "1951-04-09")

    async def test_an_unknown_person_is_not_found(self) -> None:
        """Nobody of that number, in the index's own words."""
        async with self.endpoint() as origin:
            result = await self.asked(origin, OLD)
        assert result.traced == Traced(status="not-found")
