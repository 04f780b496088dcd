"""Faults F31 to F34 and F39: statuses, redirects, second attempts and the breaker on a real road."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from broker.adapters.transport.breaker import BreakerState
from broker.adapters.transport.retries import RetryBudget, retry_after_s
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, Line, answer, replies, reset
from tests.support.transports import READ, permit, transport

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P", "300 C", "304 N"])
@pytest.mark.parametrize("where", ["/fhir/Patient/a1", "https://elsewhere.example/"])
async def test_a_redirect_is_never_followed(status: str, where: str) -> None:
    """F39: to the same host or another, it is an invalid answer."""
    async with FaultPartner(replies(answer(b"", status, f"Location: {where}"))) as partner:
        road = transport(partner.endpoint)
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.INVALID, Cause.REDIRECT)
        assert len(partner.requests) == 1
        await road.aclose()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 410, 422, 429, 500, 502, 503, 504])
async def test_any_other_status_reaches_the_connector_and_is_not_tried_again(status: int) -> None:
    """F30 to F32, F34: what a status means is the connector's to say."""
    async with FaultPartner(replies(answer(b'{"why": 1}', f"{status} X"))) as partner:
        road = transport(partner.endpoint)
        response = await road.send(READ, permit())
        assert (response.status, response.body) == (status, b'{"why": 1}')
        assert len(partner.requests) == 1
        await road.aclose()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_partner_that_says_when_is_asked_once_more(status: int) -> None:
    """F33: Retry-After 0 fits into the time that is left."""
    busy = answer(b"", f"{status} X", "Retry-After: 0")
    async with FaultPartner(replies(busy, answer(b"{}"))) as partner:
        road = transport(partner.endpoint)
        assert (await road.send(READ, permit())).body == b"{}"
        assert len(partner.requests) == 2
        await road.aclose()


@pytest.mark.parametrize("value", ["3600", "5", "soon", "-1", "Sun, 06 Nov 1994 08:49:37 GMT", "", "1e1"])
async def test_a_wait_that_is_too_long_or_makes_no_sense_is_not_waited_for(value: str) -> None:
    """F33: more than half of the time left, or no time at all."""
    async with FaultPartner(replies(answer(b"", "503 X", f"Retry-After: {value}"))) as partner:
        road = transport(partner.endpoint)
        assert (await road.send(READ, permit(within_s=8))).status == 503
        assert len(partner.requests) == 1
        await road.aclose()


def test_a_retry_after_is_seconds_or_a_future_date() -> None:
    """RFC 9110 section 10.2.3; all else is none."""
    assert retry_after_s("120", NOW) == 120
    assert retry_after_s("Sun, 01 Mar 2026 12:00:30 GMT", NOW) == 30
    for nonsense in (None, "-5", "\u0661", "1.5", "Sun, 01 Mar 2026 11:59:30 GMT", "x" * 500, "9" * 50):
        assert retry_after_s(nonsense, NOW) is None


def test_retries_stay_a_tenth_of_the_calls_and_one_a_second_is_free() -> None:
    """Over a thousand calls in a minute that all fail, amplification stays under 1.2."""
    budget = RetryBudget(0.10)
    spent = 0
    for count in range(1_000):
        budget.called()
        spent += budget.spend(count * 0.06)
    assert 100 <= spent <= 100 + 60
    idle = RetryBudget(0.10)
    assert [idle.spend(now_s) for now_s in (0.0, 0.5, 1.0, 1.9)] == [True, False, True, False]


async def test_bursts_of_failures_are_amplified_by_no_more_than_a_tenth() -> None:
    """F34: a partner that resets every connection is asked 1.1 times for each call, and one more."""
    async with FaultPartner(reset) as partner:
        road = transport(partner.endpoint, breaker_failures_in_a_row=10_000, breaker_window_calls=10_000)
        for _ in range(6):
            await asyncio.gather(*(road.send(READ, permit()) for _ in range(10)), return_exceptions=True)
        assert 60 < len(partner.requests) <= 66 + 4
        await road.aclose()


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_an_open_breaker_asks_nobody(status: int) -> None:
    """Five such answers in a row; then the partner is not contacted."""
    async with FaultPartner(replies(answer(b"", f"{status} X"))) as partner:
        road = transport(partner.endpoint)
        for _ in range(5):
            await road.send(READ, permit())
        with pytest.raises(TransportFault) as caught:
            await road.send(READ, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        assert len(partner.requests) == 5
        assert road.breaker_state is BreakerState.OPEN
        await road.aclose()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_partner_that_refuses_a_call_is_not_sick(status: int) -> None:
    """One person's bad record cannot open the breaker for everyone."""
    async with FaultPartner(replies(answer(b"", f"{status} X"))) as partner:
        road = transport(partner.endpoint)
        for _ in range(30):
            await road.send(READ, permit())
        assert road.breaker_state is BreakerState.CLOSED
        await road.aclose()


async def test_callers_who_leave_do_not_open_the_breaker() -> None:
    """Cancellation, and our own deadline, count as neither."""

    async def silent(line: Line) -> None:
        await line.left()

    async with FaultPartner(silent) as partner:
        road = transport(partner.endpoint)
        for _ in range(10):
            call = asyncio.create_task(road.send(READ, permit()))
            for _ in range(5):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        late = [road.send(READ, permit(within_s=0.05)) for _ in range(10)]
        assert all(
            isinstance(each, TransportFault) for each in await asyncio.gather(*late, return_exceptions=True)
        )
        assert road.breaker_state is BreakerState.CLOSED
        await road.aclose()


async def test_after_the_open_time_one_probe_closes_the_breaker() -> None:
    """Twenty calls at once on an open breaker whose time is over: the partner sees one."""
    gate = asyncio.Event()
    sick = True

    async def script(line: Line) -> None:
        while await line.request():
            if not sick:
                await gate.wait()
            await line.write(answer(b"{}", "500 X" if sick else "200 OK"))

    async with FaultPartner(script) as partner:
        road = transport(partner.endpoint, breaker_open_s=0.01)
        for _ in range(5):
            await road.send(READ, permit())
        sick = False
        while road._calls.breaker.refuses(asyncio.get_running_loop().time()):  # noqa: ASYNC110 - time has no event
            await asyncio.sleep(0)
        partner.asked.clear()
        calls = [asyncio.create_task(road.send(READ, permit())) for _ in range(20)]
        await partner.asked.wait()
        gate.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(not isinstance(each, TransportFault) for each in results) == 1
        assert len(partner.requests) == 6
        assert road.breaker_state is BreakerState.CLOSED
        await road.aclose()
