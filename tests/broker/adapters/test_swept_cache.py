from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.swept_cache import SweptCache
from tests.support.clocks import HandClock


class Canary(bytes):
    """Bytes that say when they leave memory."""

    gone: asyncio.Event

    def __del__(self) -> None:
        """The last reference went."""
        self.gone.set()


def canary(gone: asyncio.Event) -> Canary:
    """Sets `gone` when nothing holds it any more."""
    made = Canary(b"something clinical")
    made.gone = gone
    return made


@pytest.fixture
def hand() -> HandClock:
    """At its start."""
    return HandClock()


@pytest.fixture
async def cache(hand: HandClock) -> Iterator[SweptCache[str, bytes]]:
    """Ten seconds, and ten bytes."""
    made: SweptCache[str, bytes] = SweptCache(10.0, 10, hand, size_of=len)
    yield made
    made.clear()


async def test_a_value_is_kept_for_its_time_and_no_longer(
    cache: SweptCache[str, bytes], hand: HandClock
) -> None:
    """To the second."""
    cache.put("a", b"1")
    hand.pass_s(9.9)
    assert cache.get("a") == b"1"
    hand.pass_s(0.2)
    assert cache.get("a") is None


async def test_a_values_time_may_have_begun_before_it_was_there(
    cache: SweptCache[str, bytes], hand: HandClock
) -> None:
    """What took long to make is kept less long; what took longer than that is not kept at all."""
    began_s = hand.monotonic_s()
    hand.pass_s(8)
    cache.put("a", b"1", since_s=began_s)
    hand.pass_s(2.1)
    assert cache.get("a") is None
    cache.put("b", b"1", since_s=began_s)
    assert cache.is_empty


async def test_each_value_leaves_memory_by_itself_when_its_own_time_is_over() -> None:
    """Nobody asks, and nothing else is written."""
    earlier, later = asyncio.Event(), asyncio.Event()
    clock = SystemClock()
    cache: SweptCache[str, bytes] = SweptCache(0.3, 100, clock, size_of=len)
    cache.put("b", canary(later))
    cache.put("a", canary(earlier), since_s=clock.monotonic_s() - 0.2)
    async with asyncio.timeout(2):
        await earlier.wait()
        assert not later.is_set()
        await later.wait()
    assert cache.is_empty


async def test_what_is_let_go_of_leaves_memory_at_once() -> None:
    """One by its key, some by what they are, and all."""
    gone = [asyncio.Event() for _ in range(3)]
    cache: SweptCache[int, Canary] = SweptCache(60.0, 100, SystemClock(), size_of=len)
    for place, event in enumerate(gone):
        cache.put(place, canary(event))
    cache.drop(0)
    assert [one.is_set() for one in gone] == [True, False, False]
    cache.drop_where(lambda kept: kept.gone is gone[1])
    assert [one.is_set() for one in gone] == [True, True, False]
    cache.clear()
    assert gone[2].is_set()


async def test_what_was_asked_for_longest_ago_gives_way_to_what_would_not_fit(
    cache: SweptCache[str, bytes],
) -> None:
    """All of it together stays within its bytes."""
    cache.put("a", b"12345")
    cache.put("b", b"12345")
    assert cache.get("a") is not None
    cache.put("c", b"123")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"12345", None, b"123")


async def test_what_alone_is_too_large_is_not_kept(cache: SweptCache[str, bytes]) -> None:
    """Nor is what stood under its key before."""
    cache.put("a", b"1")
    cache.put("b", b"1")
    cache.put("a", b"x" * 11)
    assert (cache.get("a"), cache.get("b")) == (None, b"1")
