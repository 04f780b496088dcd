"""One NHS number into the person whom the patient index names, kept in memory for the life of a trace."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

import structlog
from cachetools import TTLCache

from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.limits import BrokerLimits
from broker.domain.query import LocalIdentity
from broker.ports.clock import Clock
from broker.ports.connector import IndexConnector, Request, Response, Traced, TransportFault
from broker.ports.conversation import converse
from broker.ports.transport import CallPermit, PartnerTransport

_log = structlog.get_logger(__name__)

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class SweptCache(Generic[Key, Kept]):
    """A TTL cache that really lets go: cachetools alone keeps an expired entry until the next write.

    Within `ttl_s` of the last write, and never later than twice that after its own, an entry is out of
    memory. Never written to disk; lost with the process.
    """

    def __init__(self, limits: BrokerLimits, clock: Clock) -> None:
        """Reads `identity_trace_ttl_s` and `identity_traces_max`."""
        self._ttl_s = limits.identity_trace_ttl_s
        self._entries: TTLCache[Key, Kept] = TTLCache(
            maxsize=limits.identity_traces_max, ttl=self._ttl_s, timer=clock.monotonic_s
        )
        self._sweep: asyncio.TimerHandle | None = None

    def get(self, key: Key) -> Kept | None:
        """What is kept and still valid."""
        return self._entries.get(key)

    def put(self, key: Key, value: Kept) -> None:
        """Keep for `ttl_s`; the oldest gives way when there are too many."""
        self._entries[key] = value
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._ttl_s, self._swept)

    def drop(self, key: Key) -> None:
        """Let go now."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Let go of everything and stop sweeping."""
        self._entries.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    def _swept(self) -> None:
        self._sweep = None
        self._entries.expire()
        if len(self._entries):
            self._sweep = asyncio.get_running_loop().call_later(self._ttl_s, self._swept)


class LocalIdentities:
    """Implements ports.local_identities.LocalIdentities: a person's own ids at partners, for one trace.

    A trace that is kept opens a place for its person, empty; the place closes with it. Without one
    nothing is kept: not for a restricted person, and not past the trace in which an id was resolved.
    """

    def __init__(self, limits: BrokerLimits, clock: Clock) -> None:
        """The limits are those of a trace."""
        self._places: SweptCache[NhsNumber, dict[str, LocalIdentity]] = SweptCache(limits, clock)

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
        self._kept: SweptCache[NhsNumber, Traced] = SweptCache(limits, clock)
        self._flights: dict[NhsNumber, _Flight] = {}
        self.locals = LocalIdentities(limits, clock)

    async def trace(
        self, number: NhsNumber, /, *, intent_sequence: int, correlation_id: str, deadline_at_s: float
    ) -> Traced:
        """The person of `number`. Raises ServiceDown("patient-index") when the index cannot say."""
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        flight = self._flights.get(number)
        if flight is None:
            permit = CallPermit(
                partner_id=self.partner_id,
                numbers=frozenset({number}),
                intent_sequence=intent_sequence,
                correlation_id=correlation_id,
                deadline_at_s=deadline_at_s,
            )
            flight = self._flights[number] = _Flight(asyncio.ensure_future(self._ask(number, permit)))
            flight.task.add_done_callback(lambda _: self._landed(number, flight))
        try:
            async with asyncio.timeout_at(deadline_at_s):
                return await flight.joined()
        except TimeoutError:
            raise ServiceDown("patient-index") from None
        finally:
            if flight.is_abandoned:
                # In one step: whoever asks next must not join a call that is being hung up on.
                self._landed(number, flight)
                flight.task.cancel()

    def forget(self, number: NhsNumber) -> None:
        """Let go of a trace now; the next question asks the index again."""
        self._kept.drop(number)

    async def aclose(self) -> None:
        """Let go of every trace and close the road to the index."""
        for flight in list(self._flights.values()):
            flight.task.cancel()
        self._kept.clear()
        self.locals.clear()
        await self._transport.aclose()

    def _landed(self, number: NhsNumber, flight: _Flight) -> None:
        if self._flights.get(number) is flight:
            del self._flights[number]

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


class _Flight:
    """One call to the index and how many wait for it."""

    def __init__(self, task: asyncio.Task[Traced]) -> None:
        self.task = task
        self._waiting = 0

    async def joined(self) -> Traced:
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            if self.task.cancelled() and not _is_being_cancelled():
                raise ServiceDown("patient-index") from None
            raise
        finally:
            self._waiting -= 1

    @property
    def is_abandoned(self) -> bool:
        """Nobody waits for it any more, and it still goes on."""
        return not self._waiting and not self.task.done()


def _is_being_cancelled() -> bool:
    """True when it is the caller that is leaving, not the call that was hung up on."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _believable(number: NhsNumber, traced: Traced) -> bool:
    """A person is named when one was found, under both numbers, and only then."""
    if traced.status != "found" or traced.identity is None:
        return traced.status in {"not-found", "invalidated", "several"} and traced.identity is None
    return {number, traced.identity.number} <= traced.identity.numbers
