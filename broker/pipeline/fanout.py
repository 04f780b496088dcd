"""A plan to one outcome for each partner, all asked at once: the only concurrent room.

A partner's trouble is its own. Whatever goes wrong in one conversation becomes that partner's answer;
only cancellation (the client left) passes, and it ends every conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity, PartnerAsk
from broker.ports.clock import Clock
from broker.ports.connector import Connector, Ending, Entry, Learned, Page, TransportFault
from broker.ports.conversation import converse
from broker.ports.transport import CallPermit, PartnerTransport

_log = structlog.get_logger(__name__)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """How one partner is reached: what speaks, and what carries. `locates`: its items name holders;
    `documents`: it opens what it lists; `versions`: it can ask for one version of an item;
    `direct_care_only`: for nothing but a person's care.
    """

    connector: Connector
    transport: PartnerTransport
    proof: str
    locates: bool = False
    documents: bool = False
    versions: bool = False
    direct_care_only: bool = False


@dataclass(slots=True, kw_only=True)
class PartnerAnswer:
    """What came back from one partner, unread. `learned` is its own id for the person, when resolved."""

    partner_id: str
    ending: Ending
    entries: list[Entry] = field(repr=False)
    pages: int
    elapsed_ms: int
    answered_at: str
    proof: str
    learned: LocalIdentity | None = field(default=None, repr=False)


class _Nonsense(Exception):
    """The connector handed over something that is not of its contract."""


def _must_be(of_the_contract: bool) -> None:  # noqa: FBT001 - the whole of what it asks
    if not of_the_contract:
        raise _Nonsense


def _believed(ended: object) -> Ending:
    """Raises _Nonsense for what is no ending: nobody checks the types of a connector from outside."""
    if not isinstance(ended, Ending) or not isinstance(ended.label, OutcomeLabel):
        raise _Nonsense
    return ended


class _TooManyEntries(Exception):
    """The partner sent more than its limit; what came before it is kept."""


@dataclass(slots=True)
class _Received:
    """What a conversation has yielded so far; it survives a deadline."""

    entries_max: int
    entries: list[Entry] = field(default_factory=list)
    pages: int = 0
    learned: LocalIdentity | None = None

    def page(self, page: Page) -> None:
        _must_be(all(type(entry) is Entry and type(entry.raw) is bytes for entry in page.entries))
        room = self.entries_max - len(self.entries)
        self.entries.extend(page.entries[:room])
        self.pages += 1
        if len(page.entries) > room:
            raise _TooManyEntries

    def local(self, learned: Learned) -> None:
        _must_be(isinstance(learned.local, LocalIdentity))
        self.learned = learned.local


async def fan_out(
    asks: tuple[PartnerAsk, ...],
    roads: Mapping[str, Road],
    read: Callable[[PartnerAnswer], Awaitable[Read]],
    *,
    intent_sequence: int,
    deadline_at_s: float,
    clock: Clock,
) -> tuple[Read, ...]:
    """Ask everybody at once; one answer for each ask, in the plan's order, by the deadline.

    `read` is given each answer as soon as it is here, while others are waited for.
    """

    async def one(ask: PartnerAsk) -> Read:
        permit = permit_for(ask, intent_sequence, deadline_at_s)
        return await read(await _ask(ask, roads[ask.partner_id], permit, clock))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(ask)) for ask in asks]
    return tuple(task.result() for task in tasks)


async def unread(answer: PartnerAnswer) -> PartnerAnswer:
    """For whoever reads the answers when all are here."""
    return answer


def permit_for(ask: PartnerAsk, intent_sequence: int, deadline_at_s: float) -> CallPermit:
    """What may be called under a durable intent."""
    return CallPermit(
        partner_id=ask.partner_id,
        numbers=ask.patient.numbers,
        intent_sequence=intent_sequence,
        correlation_id=ask.correlation_id,
        deadline_at_s=deadline_at_s,
    )


async def _ask(ask: PartnerAsk, road: Road, permit: CallPermit, clock: Clock) -> PartnerAnswer:
    received = _Received(ask.limits.entries_max)
    started_s = clock.monotonic_s()
    ending = await _ending(ask, road, permit, received)
    return PartnerAnswer(
        partner_id=ask.partner_id,
        ending=ending,
        entries=received.entries,
        pages=received.pages,
        elapsed_ms=round((clock.monotonic_s() - started_s) * 1000),
        answered_at=clock.now().isoformat(timespec="milliseconds"),
        proof=road.proof,
        learned=received.learned,
    )


async def _ending(ask: PartnerAsk, road: Road, permit: CallPermit, received: _Received) -> Ending:
    """The connector's own ending, or what stands for it when the conversation broke."""
    try:
        async with asyncio.timeout_at(permit.deadline_at_s):
            ended = await converse(
                road.connector.fetch(ask),
                lambda request: road.transport.send(request, permit),
                on_page=received.page,
                on_learned=received.local,
            )
            return _believed(ended)
    except TransportFault as fault:
        return _cut_off(received, fault.label, fault.cause)
    except TimeoutError:
        return _cut_off(received, OutcomeLabel.TIMED_OUT, Cause.DEADLINE)
    except _TooManyEntries:
        return Ending(OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    except (Exception, SystemExit, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and _is_cancelled():
            raise
        # A connector's bug is that partner's outcome, never everyone's: an exit or a cancellation that
        # nobody asked of this task is one too.
        _log.exception("connector-failed", partner=ask.partner_id)
        received.entries.clear()
        received.learned = None
        return Ending(OutcomeLabel.INVALID, Cause.CONNECTOR_ERROR)


def _is_cancelled() -> bool:
    """True when somebody cancelled this task, so that a CancelledError in it is meant."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _cut_off(received: _Received, label: OutcomeLabel, cause: Cause) -> Ending:
    """Whole pages that came before the fault are kept and called partial; otherwise the fault stands."""
    if received.pages and _has_items(received):
        return Ending(OutcomeLabel.PARTIAL, Cause.DEADLINE if label is OutcomeLabel.TIMED_OUT else cause)
    received.entries.clear()
    return Ending(label, cause)


def _has_items(received: _Received) -> bool:
    """More than the Patient that a look-up found."""
    return len(received.entries) > (1 if received.learned else 0)
