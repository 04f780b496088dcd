"""One NHS number into the person whom the patient index names, kept in memory for the life of a trace."""

from __future__ import annotations

from typing import TypeVar

import structlog

from broker.adapters.swept_cache import SweptCache
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.limits import BrokerLimits
from broker.domain.query import LocalIdentity
from broker.pipeline.joining import Flights, HungUp
from broker.ports.clock import Clock
from broker.ports.connector import IndexConnector, Request, Response, Traced, TransportFault
from broker.ports.conversation import converse
from broker.ports.transport import CallPermit, PartnerTransport

_log = structlog.get_logger(__name__)

Trace = TypeVar("Trace")


class LocalIdentities:
    """Implements ports.local_identities.LocalIdentities: a person's own ids at partners, for one trace.

    A trace that is kept opens a place for its person, empty; the place closes with it. Without one
    nothing is kept: not for a restricted person, and not past the trace in which an id was resolved.
    """

    def __init__(self, limits: BrokerLimits, clock: Clock) -> None:
        """The limits are those of a trace."""
        self._places: SweptCache[NhsNumber, dict[str, LocalIdentity]] = _traces(limits, clock)

    def begin(self, number: NhsNumber) -> None:
        """A trace of the person whose current number this is was kept: every older id is let go."""
        self._places.put(number, {})

    def get(self, partner_id: str, number: NhsNumber, /) -> LocalIdentity | None:
        """The id at that partner, under the person's current number."""
        place = self._places.get(number)
        return None if place is None else place.get(partner_id)

    def put(self, partner_id: str, number: NhsNumber, local: LocalIdentity, /) -> None:
        """Keep it as long as the trace is kept."""
        place = self._places.get(number)
        if place is not None:
            place[partner_id] = local

    def forget(self, partner_id: str, number: NhsNumber, /) -> None:
        """Let go now: the partner contradicted it."""
        place = self._places.get(number)
        if place is not None:
            place.pop(partner_id, None)

    def clear(self) -> None:
        """Let go of everything."""
        self._places.clear()


class TracedPatientIndex:
    """Implements ports.patient_index.PatientIndex over a connector and its transport.

    Callers who ask for one number at once share one call to the index; one of them leaving does not end
    it for the others, the last one leaving does. `locals` holds the same people's ids at the partners.
    """

    def __init__(
        self,
        partner_id: str,
        connector: IndexConnector,
        transport: PartnerTransport,
        limits: BrokerLimits,
        clock: Clock,
    ) -> None:
        """`partner_id` is the registration of the index, named in every permit."""
        self.partner_id = partner_id
        self._connector = connector
        self._transport = transport
        self._kept: SweptCache[NhsNumber, Traced] = _traces(limits, clock)
        self._flights: Flights[NhsNumber, Traced] = Flights()
        self.locals = LocalIdentities(limits, clock)

    async def trace(
        self, number: NhsNumber, /, *, intent_sequence: int, correlation_id: str, deadline_at_s: float
    ) -> Traced:
        """The person of `number`. Raises ServiceDown("patient-index") when the index cannot say."""
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        permit = CallPermit(
            partner_id=self.partner_id,
            numbers=frozenset({number}),
            intent_sequence=intent_sequence,
            correlation_id=correlation_id,
            deadline_at_s=deadline_at_s,
        )
        try:
            return await self._flights.joined(
                number, lambda: self._ask(number, permit), until_s=deadline_at_s
            )
        except (TimeoutError, HungUp):
            raise ServiceDown("patient-index") from None

    def forget(self, number: NhsNumber) -> None:
        """Let go of a trace now; the next question asks the index again."""
        self._kept.drop(number)

    async def aclose(self) -> None:
        """Let go of every trace and close the road to the index."""
        self._flights.end_all()
        self._kept.clear()
        self.locals.clear()
        await self._transport.aclose()

    async def _ask(self, number: NhsNumber, permit: CallPermit) -> Traced:
        async def send(request: Request) -> Response:
            return await self._transport.send(request, permit)

        traced: Traced | None = None
        try:
            traced = await converse(self._connector.trace(number, permit.correlation_id), send)
        except TransportFault as fault:
            _log.error("index-failed", partner=self.partner_id, outcome=fault.label, cause=fault.cause)
        except Exception:  # noqa: BLE001 - whatever a connector raises, the index could not say
            _log.exception("index-failed", partner=self.partner_id)
        if traced is not None and not _believable(number, traced):
            _log.error("index-failed", partner=self.partner_id)
            traced = None
        if traced is None:
            raise ServiceDown("patient-index")
        if traced.identity is not None and not traced.identity.restriction.hides_location:
            self._kept.put(number, traced)
            self.locals.begin(traced.identity.number)
        return traced


def _traces(limits: BrokerLimits, clock: Clock) -> SweptCache[NhsNumber, Trace]:
    """Empty; for as long as a trace, and as many."""
    return SweptCache(limits.identity_trace_ttl_s, limits.identity_traces_max, clock)


def _believable(number: NhsNumber, traced: Traced) -> bool:
    """A person is named when one was found, under both numbers, and only then."""
    if traced.status != "found" or traced.identity is None:
        return traced.status in {"not-found", "invalidated", "several"} and traced.identity is None
    return {number, traced.identity.number} <= traced.identity.numbers
