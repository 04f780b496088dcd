"""The limiter: calls at once, calls a second, first come first served, nothing left by who leaves."""

from __future__ import annotations

import asyncio

import pytest

from broker.adapters.transport.limiter import CallLimiter, QueueFull
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies, silent
from tests.support.transports import READ, permit, transport


def limiter(at_once: int = 2, a_second: float = 10_000) -> CallLimiter:
    """A limiter with these two limits."""
    return CallLimiter(PartnerLimits(calls_at_once_max=at_once, calls_per_s_max=a_second))


async def turns() -> None:
    """Let everything that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    """The third waits until one of two has left."""
    one = limiter(at_once=2)
    await one.enter()
    await one.enter()
    third = asyncio.create_task(one.enter())
    await turns()
    assert not third.done()
    one.leave()
    await third


async def test_callers_enter_in_the_order_in_which_they_came() -> None:
    """Also when some leave the queue."""
    one = limiter(at_once=1)
    await one.enter()
    order: list[int] = []

    async def call(place: int) -> None:
        await one.enter()
        order.append(place)
        one.leave()

    calls = [asyncio.create_task(call(place)) for place in range(8)]
    await turns()
    calls[0].cancel()
    calls[5].cancel()
    one.leave()
    await asyncio.gather(*calls, return_exceptions=True)
    assert order == [1, 2, 3, 4, 6, 7]
    assert one.waiting == 0


async def test_a_waiter_who_leaves_at_any_moment_costs_no_place() -> None:
    """After a hundred cancellations in every stage all places are free."""
    one = limiter(at_once=3, a_second=50)

    async def call() -> None:
        await one.enter()
        one.leave()

    for moment in range(100):
        calls = [asyncio.create_task(call()) for _ in range(6)]
        for _ in range(moment % 7):
            await asyncio.sleep(0)
        for each in calls:
            each.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    assert one.waiting == 0
    assert one._slots._value == 3
    assert not one._turn.locked()


async def test_the_rate_is_kept() -> None:
    """Fifteen calls at ten a second take more than one second, and no more than a sliver over it."""
    one = limiter(at_once=16, a_second=10)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    moments = []
    for _ in range(15):
        await one.enter()
        moments.append(loop.time() - began_s)
        one.leave()
    assert moments[9] < 0.25
    assert 1.0 <= moments[10] < 1.25


async def test_a_rate_below_one_a_second_is_kept() -> None:
    """Two calls in five seconds is one each two and a half: the second waits for its own period."""
    one = CallLimiter(PartnerLimits(calls_per_s_max=4.5))
    assert one._throttle.rate_limit / one._throttle.period == pytest.approx(4.5)
    one = CallLimiter(PartnerLimits(calls_per_s_max=0.4))
    assert (one._throttle.rate_limit, one._throttle.period) == (1, 2.5)


async def test_only_one_caller_polls_however_many_wait() -> None:
    """Two hundred waiters over quota wake the loop as often as one."""
    one = limiter(at_once=200, a_second=1)
    await one.enter()
    callers = [asyncio.create_task(one.enter()) for _ in range(199)]
    await turns()
    polls = 0
    acquire = one._throttle.flush

    def counted() -> None:
        nonlocal polls
        polls += 1
        acquire()

    one._throttle.flush = counted
    await asyncio.wait(callers, timeout=0.3)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    assert polls <= 35


async def test_a_queue_without_end_is_refused_at_once() -> None:
    """Sixteen may wait for each place; the next is told so."""
    one = limiter(at_once=1)
    await one.enter()
    callers = [asyncio.create_task(one.enter()) for _ in range(16)]
    await turns()
    with pytest.raises(QueueFull):
        await one.enter()
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)


@pytest.mark.parametrize(("queue_wait_s", "within_s"), [(0.2, 8.0), (5.0, 0.2)])
async def test_waiting_ends_at_its_limit_or_the_deadline(queue_wait_s: float, within_s: float) -> None:
    """A call that never got its turn was not asked, and the partner's health is not judged by it."""
    async with FaultPartner(silent) as partner:
        road = transport(partner.endpoint, calls_at_once_max=1, queue_wait_s_max=queue_wait_s)
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(road.send(READ, permit()))
        await partner.asked.wait()
        began_s = loop.time()
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit(within_s=within_s))
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        assert 0.2 <= loop.time() - began_s < 0.45
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await road.aclose()


async def test_a_partner_never_sees_more_connections_than_calls_at_once() -> None:
    """Fifty reads over four places."""
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        road = transport(partner.endpoint, calls_at_once_max=4)
        await asyncio.gather(*(road.send(READ, permit()) for _ in range(50)))
        assert partner.connections <= 4
        assert len(partner.requests) == 50
        await road.aclose()
