"""Keys stay fresh, survive their endpoint, and cannot be used to make the broker fetch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from broker.adapters.tokens.checks import KeyUnknown
from broker.adapters.tokens.key_sets import UNKNOWN_KEY_IDS_MAX, KeySets
from broker.domain.errors import ServiceDown
from tests.support.clocks import HandClock
from tests.support.issuers import ISSUER, KeySetServer, Signer, issuer_at, key_set_server
from tests.support.loop_watch import LoopWatch

GOOD = Signer()


@pytest.fixture
async def server() -> AsyncIterator[KeySetServer]:
    """An endpoint that publishes one good key."""
    async with key_set_server(GOOD) as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    """Time by hand."""
    return HandClock()


@pytest.fixture
async def keys(server: KeySetServer, clock: HandClock) -> AsyncIterator[KeySets]:
    """Key sets over that endpoint."""
    made = KeySets([issuer_at(server.url)], clock)
    yield made
    await made.aclose()


async def _fetch_ends(keys: KeySets) -> None:
    fetching = keys._held[ISSUER].fetching
    if fetching is not None:
        await fetching


async def test_many_callers_cause_one_fetch(keys: KeySets, server: KeySetServer) -> None:
    """A hundred requests that find no keys wait for the same read."""
    found = await asyncio.gather(*(keys.key(ISSUER, "key-1") for _ in range(100)))
    assert len({id(key) for key in found}) == 1
    assert server.reads == 1


async def test_one_caller_who_leaves_does_not_take_the_keys_along(
    keys: KeySets, server: KeySetServer
) -> None:
    """Cancelled while waiting: the others still get their key from the same read."""
    server.may_answer.clear()
    leaving = asyncio.create_task(keys.key(ISSUER, "key-1"))
    staying = asyncio.create_task(keys.key(ISSUER, "key-1"))
    await server.asked.wait()
    leaving.cancel()
    server.may_answer.set()
    assert (await staying).key_id == "key-1"
    assert leaving.cancelled()
    assert server.reads == 1


async def test_ten_thousand_invented_key_ids_cause_one_fetch_in_thirty_seconds(
    keys: KeySets, server: KeySetServer, clock: HandClock, loop_watch: LoopWatch
) -> None:
    """CVE-2026-48524: over five minutes of flood the endpoint is read at most once in 30 s."""
    await keys.key(ISSUER, "key-1")
    with loop_watch:
        for number in range(10_000):
            clock.pass_s(0.01)
            with pytest.raises(KeyUnknown):
                await keys.key(ISSUER, f"invented-{number}")
    assert server.reads <= 1 + 100 / 30 + 1
    assert len(keys._held[ISSUER].unknown) <= UNKNOWN_KEY_IDS_MAX
    assert (await keys.key(ISSUER, "key-1")).key_id == "key-1"


async def test_failed_fetches_count_against_the_flood_too(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """While the endpoint fails, invented key ids cause no more reads and the held keys stay."""
    await keys.key(ISSUER, "key-1")
    server.status = 500
    clock.pass_s(31)
    for number in range(1_000):
        with pytest.raises(KeyUnknown):
            await keys.key(ISSUER, f"invented-{number}")
    assert server.reads == 2
    assert (await keys.key(ISSUER, "key-1")).key_id == "key-1"


async def test_one_invented_key_id_is_not_looked_for_again(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """A key id that was looked for and not found causes no read for five minutes."""
    server.headers = {"Cache-Control": "max-age=86400"}
    await keys.key(ISSUER, "key-1")
    for _ in range(9):
        clock.pass_s(31)
        with pytest.raises(KeyUnknown):
            await keys.key(ISSUER, "invented")
    assert server.reads == 2


async def test_a_new_key_is_found_as_soon_as_it_is_used(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """Rotation: a key id not seen before is looked for at once."""
    await keys.key(ISSUER, "key-1")
    server.keys.append(Signer(key_id="key-2").jwk)
    clock.pass_s(31)
    assert (await keys.key(ISSUER, "key-2")).key_id == "key-2"


@pytest.mark.parametrize(
    ("cache_control", "fresh_s", "due_s"),
    [
        ("max-age=300", 239, 240),
        ("", 239, 240),
        ("public, max-age=100", 79, 80),
        ("max-age=1", 59, 60),
        ("no-store", 59, 60),
        ("max-age=86400", 899, 900),
    ],
)
async def test_keys_are_read_again_at_four_fifths_of_their_age(
    keys: KeySets, server: KeySetServer, clock: HandClock, cache_control: str, fresh_s: int, due_s: int
) -> None:
    """Never more often than once a minute, never later than a quarter of an hour, and in the background."""
    server.headers = {"Cache-Control": cache_control}
    first = await keys.key(ISSUER, "key-1")
    clock.pass_s(fresh_s)
    assert keys.held(ISSUER, "key-1") is first
    assert server.reads == 1
    clock.pass_s(due_s - fresh_s)
    assert keys.held(ISSUER, "key-1") is first
    await _fetch_ends(keys)
    assert server.reads == 2
    assert keys.held(ISSUER, "key-1") is first


async def test_a_removed_key_is_gone_at_the_next_read(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """A13: what is no longer published no longer verifies."""
    await keys.key(ISSUER, "key-1")
    server.keys = [Signer(key_id="key-2").jwk]
    clock.pass_s(300)
    with pytest.raises(KeyUnknown):
        await keys.key(ISSUER, "key-1")


async def test_keys_survive_a_failing_endpoint_for_an_hour_and_no_longer(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """Stale keys serve while the endpoint fails; after an hour nothing does, until it answers again."""
    await keys.key(ISSUER, "key-1")
    server.status = 503
    clock.pass_s(300 + 3_599)
    assert (await keys.key(ISSUER, "key-1")).key_id == "key-1"
    clock.pass_s(31)
    with pytest.raises(ServiceDown) as caught:
        await keys.key(ISSUER, "key-1")
    assert caught.value.service == "token-keys"
    server.status = 200
    clock.pass_s(31)
    assert (await keys.key(ISSUER, "key-1")).key_id == "key-1"


async def test_an_endpoint_that_hangs_holds_no_one_who_has_a_key(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """Once it is known to fail, its next reads happen behind the requests."""
    await keys.key(ISSUER, "key-1")
    server.status = 500
    clock.pass_s(301)
    await keys.key(ISSUER, "key-1")
    server.may_answer.clear()
    clock.pass_s(31)
    async with asyncio.timeout(1):
        assert (await keys.key(ISSUER, "key-1")).key_id == "key-1"


async def test_keys_never_obtained_are_our_service_down(
    keys: KeySets, server: KeySetServer, clock: HandClock
) -> None:
    """503 names the service, and the endpoint is asked once in 30 s."""
    server.status = 500
    for _ in range(5):
        with pytest.raises(ServiceDown):
            await keys.key(ISSUER, "key-1")
    assert server.reads == 1
    assert not await keys.prefetch()
    server.status = 200
    clock.pass_s(30)
    assert await keys.prefetch()


def _padded(size: int) -> bytes:
    return json.dumps({"keys": [GOOD.jwk], "padding": "x" * size}).encode()


@pytest.mark.parametrize(
    "manner",
    [
        {"status": 302, "headers": {"Location": "/elsewhere"}},
        {"status": 204},
        {"raw": b""},
        {"raw": b"<html>"},
        {"raw": b"[]"},
        {"raw": b"{}"},
        {"raw": _padded(64 * 1024)},
        {"raw": b'{"keys":[],"keys":[]}'},
        {"headers": {"Content-Encoding": "gzip"}},
    ],
)
async def test_an_answer_that_is_not_a_plain_small_key_set_is_no_answer(
    keys: KeySets, server: KeySetServer, manner: dict[str, Any]
) -> None:
    """Redirects are not followed, long and compressed bodies not read, broken ones not believed."""
    for name, value in manner.items():
        setattr(server, name, value)
    with pytest.raises(ServiceDown):
        await keys.key(ISSUER, "key-1")
    assert server.reads == 1


async def test_nothing_of_the_environment_or_an_earlier_answer_is_sent(
    keys: KeySets, server: KeySetServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy, no cookie, no credentials."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.headers = {"Set-Cookie": "a=b"}
    await keys.key(ISSUER, "key-1")
    clock.pass_s(301)
    await keys.key(ISSUER, "key-1")
    assert server.reads == 2
    assert all("Cookie" not in seen and "Authorization" not in seen for seen in server.seen)
