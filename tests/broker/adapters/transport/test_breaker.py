"""The breaker, with the time passed in."""

from __future__ import annotations

import pytest

from broker.adapters.transport.breaker import Breaker, BreakerState
from broker.domain.limits import PartnerLimits


def breaker(jitter: float = 1.0) -> Breaker:
    """A breaker with the limits that ship and a fixed jitter."""
    return Breaker(PartnerLimits(), lambda low, high: min(max(jitter, low), high))


def fail(one: Breaker, times: int, now_s: float) -> None:
    """So many calls in a row that the partner did not answer."""
    for _ in range(times):
        ticket = one.admit(now_s)
        assert ticket is not None
        one.failed(ticket, now_s)


def test_five_failures_in_a_row_open_it_for_five_seconds() -> None:
    """Four do not, and a success between starts the count anew."""
    one = breaker()
    fail(one, 4, 0)
    ticket = one.admit(0)
    assert ticket is not None
    one.succeeded(ticket, 0)
    fail(one, 4, 0)
    assert one.state is BreakerState.CLOSED
    fail(one, 1, 0)
    assert one.state is BreakerState.OPEN
    assert one.admit(4.99) is None
    assert one.admit(5.0) is not None


def test_half_of_twenty_in_ten_seconds_open_it() -> None:
    """Every second call fails: never five in a row, and open at the twentieth."""
    one = breaker()
    for count in range(20):
        ticket = one.admit(count * 0.5)
        assert ticket is not None, count
        (one.failed if count % 2 else one.succeeded)(ticket, count * 0.5)
    assert one.state is BreakerState.OPEN


def test_the_same_twenty_over_a_longer_time_do_not() -> None:
    """Old failures say little of now."""
    one = breaker()
    for count in range(40):
        ticket = one.admit(count * 0.6)
        assert ticket is not None
        (one.failed if count % 2 else one.succeeded)(ticket, count * 0.6)
    assert one.state is BreakerState.CLOSED


def test_exactly_one_probe_goes_through_when_the_time_is_over() -> None:
    """Twenty ask at once; nineteen are refused until the probe is back."""
    one = breaker()
    fail(one, 5, 0)
    tickets = [one.admit(5.0) for _ in range(20)]
    assert sum(ticket is not None for ticket in tickets) == 1
    assert one.refuses(1_000)
    assert tickets[0] is not None
    one.succeeded(tickets[0], 5.1)
    assert one.state is BreakerState.CLOSED
    assert all(one.admit(5.2) is not None for _ in range(20))


def test_each_failed_probe_doubles_the_time_up_to_three_hundred_seconds() -> None:
    """5, 10, 20 ... 300, and after one success 5 again."""
    one = breaker()
    fail(one, 5, 0)
    now_s, waits = 0.0, []
    for _ in range(8):
        wait_s = next(step for step in range(1, 400) if not one.refuses(now_s + step))
        waits.append(wait_s)
        now_s += wait_s
        fail(one, 1, now_s)
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    ticket = one.admit(now_s + 300)
    assert ticket is not None
    one.succeeded(ticket, now_s + 300)
    fail(one, 5, now_s + 301)
    assert one.refuses(now_s + 305.9)
    assert not one.refuses(now_s + 306)


@pytest.mark.parametrize(("jitter", "open_s"), [(0.0, 4.0), (2.0, 6.0)])
def test_the_time_varies_by_a_fifth(jitter: float, open_s: float) -> None:
    """Replicas do not probe together."""
    one = breaker(jitter)
    fail(one, 5, 0)
    assert one.refuses(open_s - 0.01)
    assert not one.refuses(open_s)


def test_an_abandoned_probe_counts_as_neither() -> None:
    """The next call may probe at once."""
    one = breaker()
    fail(one, 5, 0)
    ticket = one.admit(5)
    assert ticket is not None
    one.abandoned(ticket)
    assert one.state is BreakerState.OPEN
    assert one.admit(5) is not None


def test_a_call_from_before_it_opened_no_longer_counts() -> None:
    """A late success does not close it, a late failure does not fail its probe."""
    one = breaker()
    early, late = one.admit(0), one.admit(0)
    assert early is not None
    assert late is not None
    fail(one, 5, 0)
    one.succeeded(early, 1)
    assert one.state is BreakerState.OPEN
    assert one.admit(5) is not None
    one.failed(late, 5)
    assert one.state is BreakerState.HALF_OPEN
