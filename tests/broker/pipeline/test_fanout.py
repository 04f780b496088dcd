"""All partners at once: one answer for each ask, in the plan's order, whoever is quick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits, PartnerAsk
from broker.pipeline.fanout import PartnerAnswer, Road, fan_out, unread
from broker.ports.connector import Ending, HttpRequest, HttpResponse, Page, TransportFault
from broker.ports.transport import CallPermit
from tests.support.clocks import START
from tests.support.pipeline_alone import DOCTOR, Script
from tests.support.records import ALL, entry, item, patient, person

CALL = HttpRequest(method="GET", path="metadata")
GOOD = HttpResponse(status=200, headers={}, body=b"{}")


class Meeting:
    """A transport at which everybody must have arrived before anybody is answered."""

    def __init__(self, expected: int) -> None:
        self.permits: list[CallPermit] = []
        self.expected = expected
        self.one_missing, self.all_here = asyncio.Event(), asyncio.Event()
        self.left = 0

    async def send(self, _request: HttpRequest, permit: CallPermit, /) -> HttpResponse:
        """Wait for the others."""
        self.permits.append(permit)
        if len(self.permits) == self.expected - 1:
            self.one_missing.set()
        if len(self.permits) == self.expected:
            self.all_here.set()
        try:
            await self.all_here.wait()
        finally:
            self.left += 1
        return GOOD

    async def aclose(self) -> None:
        """Nothing is open."""


def calling(_ask: object) -> Iterator[Any]:
    """One call, one page."""
    yield CALL
    yield Page((entry(patient()), entry(item("Condition", "c1"))))
    return Ending(OutcomeLabel.COMPLETE)


def ask(partner_id: str) -> PartnerAsk:
    """Everything of the person."""
    return PartnerAsk(
        partner_id=partner_id,
        patient=person(),
        categories=ALL,
        resource_types=frozenset(),
        requester=DOCTOR,
        correlation_id="request-0001",
        asked_at=START,
        limits=AskLimits(pages_max=20, entries_max=2_000),
    )


async def asked(
    names: tuple[str, ...], transport: Any, *, play: Any = calling, within_s: float = 5
) -> tuple[PartnerAnswer, ...]:
    """Ask them all over one transport."""
    clock = SystemClock()
    road = Road(connector=Script(play), transport=transport, proof="number")
    return await fan_out(
        tuple(map(ask, names)),
        dict.fromkeys(names, road),
        unread,
        intent_sequence=7,
        deadline_at_s=clock.monotonic_s() + within_s,
        clock=clock,
    )


NAMES = ("alder", "beech", "cedar", "damson")


@pytest.fixture
async def meeting() -> AsyncIterator[Meeting]:
    """Nobody is answered before all four are there."""
    made = Meeting(len(NAMES))
    yield made
    assert made.left == len(made.permits)


async def test_everybody_is_asked_at_once_and_answers_stand_in_the_plans_order(meeting: Meeting) -> None:
    """No call waits for another partner's answer."""
    answers = await asked(NAMES, meeting)
    assert [one.partner_id for one in answers] == list(NAMES)
    assert {(one.ending.label, len(one.entries), one.pages) for one in answers} == {
        (OutcomeLabel.COMPLETE, 2, 1)
    }


async def test_every_call_carries_the_intent_the_person_and_its_own_partner(meeting: Meeting) -> None:
    """That is all a permit allows."""
    await asked(NAMES, meeting)
    assert {permit.partner_id for permit in meeting.permits} == set(NAMES)
    assert {permit.intent_sequence for permit in meeting.permits} == {7}
    assert {permit.numbers for permit in meeting.permits} == {person().numbers}


async def test_whoever_is_not_answered_by_the_deadline_has_timed_out() -> None:
    """All of them together, at the deadline and not later."""
    started_s = asyncio.get_running_loop().time()
    answers = await asked(NAMES, Meeting(len(NAMES) + 1), within_s=0.2)
    assert asyncio.get_running_loop().time() - started_s < 1
    assert {(one.ending.label, one.ending.cause) for one in answers} == {
        (OutcomeLabel.TIMED_OUT, Cause.DEADLINE)
    }


async def test_cancellation_ends_every_conversation() -> None:
    """Nothing goes on for a client that has left."""
    meeting = Meeting(len(NAMES) + 1)
    asking = asyncio.create_task(asked(NAMES, meeting))
    await meeting.one_missing.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert meeting.left == len(NAMES)


async def test_a_fault_keeps_whole_pages_that_came_before_it() -> None:
    """Partial, with the fault's cause; without a page the fault's own label stands."""

    def torn(_ask: object) -> Iterator[Any]:
        yield Page((entry(patient()), entry(item("Condition", "c1"))))
        raise TransportFault(OutcomeLabel.UNREACHABLE, Cause.CUT_SHORT)

    def never(_ask: object) -> Iterator[Any]:
        raise TransportFault(OutcomeLabel.UNREACHABLE, Cause.CUT_SHORT)
        yield

    [one] = await asked(("alder",), Meeting(1), play=torn)
    assert (one.ending.label, one.ending.cause, len(one.entries)) == (
        OutcomeLabel.PARTIAL,
        Cause.CUT_SHORT,
        2,
    )
    [other] = await asked(("alder",), Meeting(1), play=never)
    assert (other.ending.label, other.entries) == (OutcomeLabel.UNREACHABLE, [])


async def test_nobody_to_ask_is_answered_at_once() -> None:
    """A plan may be empty."""
    assert await asked((), Meeting(1)) == ()
