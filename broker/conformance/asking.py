"""One test person asked for at one partner, as the broker asks: what came, how it ended, how long it took."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from broker.conformance.people import TestPerson
from broker.domain.query import AskLimits, PartnerAsk
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester
from broker.domain.resource import Resource
from broker.pipeline.fanout import PartnerAnswer, Road, fan_out, unread
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.clock import Clock
from broker.ports.connector import Connector, Conversation, Ending, Entry, Page, Request, Response, Step
from broker.ports.transport import CallPermit, PartnerTransport


class _TypeOnly(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name


_TYPE_ONLY = msgspec.json.Decoder(_TypeOnly)


class Timed:
    """A road that notes how many calls were made, and how long the slowest took."""

    def __init__(self, inner: PartnerTransport) -> None:
        """`inner` does the sending."""
        self._inner = inner
        self.calls = 0
        self.slowest_s = 0.0

    async def send(self, request: Request, permit: CallPermit, /) -> Response:
        """As the inner one, and the clock beside it."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        self.calls += 1
        try:
            return await self._inner.send(request, permit)
        finally:
            self.slowest_s = max(self.slowest_s, loop.time() - started_s)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


class Counted:
    """A connector whose pages of items are counted: one with the Patient alone is none."""

    def __init__(self, inner: Connector) -> None:
        """`inner` does the talking."""
        self._inner = inner
        self.pages = 0

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """As the inner one, step by step."""
        inner = self._inner.fetch(ask)
        try:
            step = next(inner)
            while True:
                self._count(step)
                try:
                    answer = yield step
                except GeneratorExit:
                    inner.close()
                    raise
                except Exception as fault:  # noqa: BLE001 - a transport's fault is the inner one's to take
                    step = inner.throw(fault)
                else:
                    step = inner.send(answer)
        except StopIteration as ended:
            ending: Ending = ended.value
            return ending

    def _count(self, step: Step) -> None:
        if isinstance(step, Page) and not all(_is_patient(entry) for entry in step.entries):
            self.pages += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of one question. The resources live until it is judged, and nowhere but here."""

    person: TestPerson
    raw_ending: Ending
    normalised: Normalised = field(repr=False)
    pages: int
    calls: int
    slowest_s: float

    @property
    def ending(self) -> Ending:
        """How it ended once identity was proved."""
        return self.normalised.ending

    @property
    def items(self) -> Sequence[Resource]:
        """What was proved to be this person's, their Patients among it."""
        return self.normalised.resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """On whose behalf, under which intent and correlation id the kit asks, and for how long."""

    requester: Requester
    intent_sequence: int
    correlation_id: str
    deadline_s: float


async def ask(
    road: Road, registration: PartnerRegistration, person: TestPerson, errand: Errand, clock: Clock
) -> Asked:
    """Ask for everything that the partner supplies of this person."""
    timed, counted = Timed(road.transport), Counted(road.connector)
    (answer,) = await fan_out(
        (_question(registration, person, errand, clock),),
        {registration.partner_id: dataclasses.replace(road, connector=counted, transport=timed)},
        unread,
        intent_sequence=errand.intent_sequence,
        deadline_at_s=clock.monotonic_s() + errand.deadline_s,
        clock=clock,
    )
    return Asked(
        person=person,
        raw_ending=answer.ending,
        normalised=_read(answer, registration, person),
        pages=counted.pages,
        calls=timed.calls,
        slowest_s=timed.slowest_s,
    )


def _question(
    registration: PartnerRegistration, person: TestPerson, errand: Errand, clock: Clock
) -> PartnerAsk:
    limits = registration.limits
    return PartnerAsk(
        partner_id=registration.partner_id,
        patient=person.identity,
        categories=registration.supplies,
        resource_types=frozenset(),
        requester=errand.requester,
        correlation_id=errand.correlation_id,
        asked_at=clock.now(),
        limits=AskLimits(pages_max=limits.pages_max, entries_max=limits.entries_max),
        settings=registration.settings,
    )


def _read(answer: PartnerAnswer, registration: PartnerRegistration, person: TestPerson) -> Normalised:
    work = normalise(
        answer.partner_id,
        answer.entries,
        answer.ending,
        proof=answer.proof,
        patient=person.identity,
        endpoint=registration.endpoint,
    )
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return] # a generator's return value is untyped here


def _is_patient(entry: Entry) -> bool:
    try:
        return _TYPE_ONLY.decode(entry.raw).resourceType == "Patient"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
