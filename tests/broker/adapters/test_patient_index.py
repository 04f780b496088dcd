"""The patient index: one person or a refusal, kept in memory for the life of a trace and no longer."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.patient_index import TracedPatientIndex
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber, PatientIdentity, Restriction
from broker.domain.limits import BrokerLimits
from broker.domain.query import LocalIdentity
from broker.ports.connector import HttpRequest, Step, Traced
from tests.support.clocks import HandClock
from tests.support.fault_partner import FaultPartner, Line, answer, replies, silent
from tests.support.patients import ASHA, BEN
from tests.support.transports import transport

Make = Callable[..., TracedPatientIndex]
LOCAL = LocalIdentity(local_id="a1", patient=b"{}")


class Index:
    """Speaks to an index whose whole answer is a restriction code, `none` or nonsense."""

    def trace(self, number: NhsNumber, correlation_id: str, /) -> Generator[Step, Any, Traced]:
        """One read; `R` and its like make a person of that restriction."""
        response = yield HttpRequest(
            method="GET", path=f"Patient/{number.digits}", headers={"X-Correlation-ID": correlation_id}
        )
        code = response.body.decode()
        if code == "none":
            return Traced(status="not-found")
        return Traced(status="found", identity=self.person(number, Restriction(code)))

    def person(self, number: NhsNumber, restriction: Restriction) -> PatientIdentity:
        """The person of `number`."""
        return PatientIdentity(
            number=number,
            numbers=frozenset({number}),
            birth_date="1980-02-03",
            restriction=restriction,
            resource=b'{"resourceType": "Patient"}',
        )


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Makes indexes over a partner, and closes them."""
    made: list[TracedPatientIndex] = []

    def index(partner: FaultPartner, clock: Any = None, connector: Any = None, **limits: Any) -> Any:
        road = transport(partner.endpoint, first_byte_s=4.0)
        index = TracedPatientIndex(
            "trust", connector or Index(), road, BrokerLimits(**limits), clock or SystemClock()
        )
        made.append(index)
        return index

    yield index
    for each in made:
        await each.aclose()


async def traced(index: TracedPatientIndex, number: NhsNumber = ASHA, within_s: float = 5.0) -> Traced:
    """The person of `number`, asked for under intent 1."""
    deadline_at_s = asyncio.get_running_loop().time() + within_s
    return await index.trace(number, intent_sequence=1, correlation_id="c-1", deadline_at_s=deadline_at_s)


async def test_a_found_person_is_asked_for_once_in_the_life_of_a_trace(make: Make) -> None:
    """Within the time to live the index is not asked again; after it, it is."""
    clock = HandClock()
    async with FaultPartner(replies(answer(b"U"))) as partner:
        index = make(partner, clock)
        first = await traced(index)
        clock.pass_s(59)
        assert await traced(index) is first
        assert len(partner.requests) == 1
        clock.pass_s(2)
        assert await traced(index) is not first
        assert len(partner.requests) == 2


@pytest.mark.parametrize("code", [b"R", b"V", b"none"])
async def test_a_restricted_or_missing_person_is_never_kept(make: Make, code: bytes) -> None:
    """Each question asks the index anew."""
    async with FaultPartner(replies(answer(code))) as partner:
        index = make(partner)
        await traced(index)
        index.locals.put("north", ASHA, LOCAL)
        await traced(index)
        assert len(partner.requests) == 2
        assert index.locals.get("north", ASHA) is None


class Canary(bytes):
    """Bytes that say when they leave memory."""

    gone: asyncio.Event

    def __del__(self) -> None:
        """The last reference went."""
        self.gone.set()


async def test_an_expired_trace_leaves_memory_by_itself(make: Make) -> None:
    """Nobody need ask again: the sweeper drops what a TTL cache alone would keep."""
    gone = asyncio.Event()

    class Watched(Index):
        def person(self, number: NhsNumber, restriction: Restriction) -> PatientIdentity:
            resource = Canary(b"{}")
            resource.gone = gone
            return dataclasses.replace(super().person(number, restriction), resource=resource)

    async with FaultPartner(replies(answer(b"U"))) as partner:
        index = make(partner, connector=Watched(), identity_trace_ttl_s=0.1)
        await traced(index)
        assert not gone.is_set()
        await asyncio.wait_for(gone.wait(), 2)


async def test_concurrent_questions_about_one_person_share_one_call(make: Make) -> None:
    """Twenty callers, one read; another person is another read."""
    release = asyncio.Event()

    async def held(line: Line) -> None:
        while await line.request():
            await release.wait()
            await line.write(answer(b"U"))

    async with FaultPartner(held) as partner:
        index = make(partner)
        callers = [asyncio.create_task(traced(index, ASHA if count % 20 else BEN)) for count in range(21)]
        await partner.asked.wait()
        release.set()
        answers = await asyncio.gather(*callers)
        assert len(partner.requests) == 2
        assert len({id(each) for each in answers}) == 2


async def test_a_caller_who_leaves_does_not_take_the_answer_from_the_others(make: Make) -> None:
    """The first asker's cancellation is its own."""
    release = asyncio.Event()

    async def held(line: Line) -> None:
        await line.request()
        await release.wait()
        await line.write(answer(b"U"))

    async with FaultPartner(held) as partner:
        index = make(partner)
        first, second = (asyncio.create_task(traced(index)) for _ in range(2))
        await partner.asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        release.set()
        assert (await second).status == "found"


async def test_when_the_last_caller_leaves_the_index_is_hung_up_on(make: Make) -> None:
    """No call goes on for nobody."""
    async with FaultPartner(silent) as partner:
        index = make(partner)
        callers = [asyncio.create_task(traced(index)) for _ in range(2)]
        await partner.asked.wait()
        for caller in callers:
            caller.cancel()
        assert all(
            isinstance(each, asyncio.CancelledError)
            for each in await asyncio.gather(*callers, return_exceptions=True)
        )
        await asyncio.wait_for(partner.hung_up.wait(), 2)


async def test_a_caller_who_comes_as_the_last_one_leaves_is_answered(make: Make) -> None:
    """The call that is being hung up on is not joined: a new one is made."""
    first_asked = asyncio.Event()

    async def second_time_answered(line: Line) -> None:
        while await line.request():
            if first_asked.is_set():
                await line.write(answer(b"U"))
            first_asked.set()

    async with FaultPartner(second_time_answered) as partner:
        index = make(partner)
        leaving = asyncio.create_task(traced(index))
        await first_asked.wait()
        leaving.cancel()
        coming = asyncio.create_task(traced(index))  # its first step comes right after the leaving
        assert (await coming).status == "found"


async def test_callers_of_an_index_that_is_closed_hear_that_it_is_down(make: Make) -> None:
    """They did not leave, so they are not told that they did."""
    async with FaultPartner(silent) as partner:
        index = make(partner)
        caller = asyncio.create_task(traced(index))
        await partner.asked.wait()
        await index.aclose()
        with pytest.raises(ServiceDown):
            await caller


@pytest.mark.parametrize("raw", [answer(b"", "302 Found", "Location: /x"), b"nonsense", answer(b"banana")])
async def test_an_index_that_cannot_say_is_our_service_down(make: Make, raw: bytes) -> None:
    """A fault of the road and an unexpected error of the connector alike: not knowing is a no."""
    async with FaultPartner(replies(raw)) as partner:
        with pytest.raises(ServiceDown) as caught:
            await traced(make(partner))
        assert caught.value.service == "patient-index"
        assert caught.value.__context__ is None


async def test_a_silent_index_is_given_up_at_the_deadline(make: Make) -> None:
    """The answer is a refusal, in time."""

    async def silent(line: Line) -> None:
        await line.left()

    async with FaultPartner(silent) as partner:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        with pytest.raises(ServiceDown):
            await traced(make(partner), within_s=0.2)
        assert loop.time() - began_s < 0.45


async def test_a_person_who_is_not_the_one_asked_for_is_not_believed(make: Make) -> None:
    """The identity must stand under the number that was asked."""

    class Other(Index):
        def person(self, number: NhsNumber, restriction: Restriction) -> PatientIdentity:
            del number
            return super().person(BEN, restriction)

    async with FaultPartner(replies(answer(b"U"))) as partner:
        with pytest.raises(ServiceDown):
            await traced(make(partner, connector=Other()))


async def test_a_number_may_turn_out_to_be_superseded(make: Make) -> None:
    """The current number differs; both are in the identity, and the trace is kept under what was asked."""

    class Superseded(Index):
        def person(self, number: NhsNumber, restriction: Restriction) -> PatientIdentity:
            both = frozenset({number, BEN})
            return dataclasses.replace(super().person(number, restriction), number=BEN, numbers=both)

    async with FaultPartner(replies(answer(b"U"))) as partner:
        index = make(partner, connector=Superseded())
        found = await traced(index)
        assert found.identity is not None
        assert found.identity.number == BEN
        index.locals.put("north", BEN, LOCAL)
        assert await traced(index) is found
        assert index.locals.get("north", BEN) is LOCAL


async def test_local_ids_live_and_end_with_the_trace(make: Make) -> None:
    """A new trace starts without the ids of the last one; a forgotten id is gone at once."""
    clock = HandClock()
    async with FaultPartner(replies(answer(b"U"))) as partner:
        index = make(partner, clock)
        index.locals.put("north", ASHA, LOCAL)
        assert index.locals.get("north", ASHA) is None
        await traced(index)
        clock.pass_s(50)
        index.locals.put("north", ASHA, LOCAL)
        index.locals.put("south", ASHA, LOCAL)
        index.locals.forget("south", ASHA)
        assert index.locals.get("south", ASHA) is None
        assert index.locals.get("north", ASHA) is LOCAL
        clock.pass_s(11)
        assert index.locals.get("north", ASHA) is None
        await traced(index)
        assert index.locals.get("north", ASHA) is None


async def test_a_forgotten_trace_is_asked_for_again(make: Make) -> None:
    """For whoever learns that a trace no longer holds."""
    async with FaultPartner(replies(answer(b"U"))) as partner:
        index = make(partner)
        await traced(index)
        index.forget(ASHA)
        await traced(index)
        assert len(partner.requests) == 2
