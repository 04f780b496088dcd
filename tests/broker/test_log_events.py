"""Operators hear of a fault where it is first seen, once, and of its end; not once for each request."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from broker.adapters.clock import SystemClock
from broker.adapters.keys import Purpose
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.tokens.key_sets import KeySets
from broker.domain.errors import ServiceDown
from broker.http.health import Readiness, ServiceState
from broker.http.settings import DoorSettings
from broker.ports.connector import TransportFault
from tests.support.clocks import HandClock
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.http_door import get, knock, open_door
from tests.support.issuers import ISSUER, issuer_at
from tests.support.store_faults import down, locked
from tests.support.stores import demonstration_ring, refusal
from tests.support.transports import READ, permit, transport

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def events(lines: list[dict[str, object]], *names: str) -> list[object]:
    """The events of these names, in order."""
    return [line["event"] for line in lines if line["event"] in names]


async def test_a_breaker_tells_when_it_opens_and_when_it_closes() -> None:
    """Two failures open it; calls that it refuses say nothing; the probe that is answered closes it."""
    failing, well = answer(b"", "500 Internal Server Error"), answer(b"{}")
    async with FaultPartner(replies(failing, failing, well)) as partner:
        road = transport(
            partner.endpoint, breaker_failures_in_a_row=2, breaker_open_s=0.01, breaker_open_max_s=0.01
        )
        with capture_logs() as lines:
            for _ in range(2):
                await road.send(READ, permit())
            while True:
                try:
                    await road.send(READ, permit())
                except TransportFault:
                    continue
                break
        await road.aclose()
    told = [line for line in lines if line["event"].startswith("breaker")]
    assert [line["event"] for line in told] == ["breaker-opened", "breaker-closed"]
    assert {line["partner"] for line in told} == {"trust"}


async def test_an_issuer_that_fails_is_told_as_seldom_as_it_is_asked() -> None:
    """By its place in the trust file: its name is an address."""
    keys = KeySets([issuer_at("http://127.0.0.1:1/keys")], HandClock())
    with capture_logs() as lines:
        for _ in range(5):
            with pytest.raises(ServiceDown):
                await keys.key(ISSUER, "key-1")
    await keys.aclose()
    (line,) = lines
    assert (line["event"], line["issuer_place"]) == ("token-keys-failed", 1)
    assert line["error"].startswith("Client")


def test_a_clock_that_jumped_is_told_once_for_each_jump() -> None:
    """However many ask while it is behind."""
    hour = dt.timedelta(hours=1)
    readings = iter([NOON, NOON - hour, NOON - hour, NOON + hour, NOON])
    clock = SystemClock(readings.__next__)
    with capture_logs() as lines:
        for refused in (True, True, False, True):
            if refused:
                with pytest.raises(ServiceDown):
                    clock.now()
            else:
                clock.now()
    assert events(lines, "clock-jumped") == ["clock-jumped"] * 2


def test_a_key_that_is_gone_is_told_once_until_it_is_back(tmp_path: Path) -> None:
    """By its id, for as long as it is away."""
    ring = demonstration_ring(tmp_path)
    path = next(tmp_path.glob("seal-*.key"))
    secret = path.read_text()
    with capture_logs() as lines:
        for _ in range(2):
            path.unlink()
            for _ in range(3):
                with pytest.raises(ServiceDown):
                    ring.check()
            path.touch(0o600)
            path.write_text(secret)
            ring.check()
    assert events(lines, "keys-failed") == ["keys-failed"] * 2
    assert lines[0]["key_id"] == path.stem == ring.active(Purpose.SEAL).key_id


async def test_a_store_that_fails_is_told_once_until_it_writes_again(tmp_path: Path) -> None:
    """From its own thread, for as long as the disk does not answer."""
    path = tmp_path / "releases.sqlite"
    store = SqliteReleaseStore.open(path, demonstration_ring(tmp_path / "keys"), HandClock())
    with capture_logs() as lines:
        with locked(path):
            for _ in range(2):
                assert await down(store.record_refusal(refusal())) == "audit"
        await store.record_refusal(refusal())
        with locked(path):
            assert await down(store.record_refusal(refusal())) == "audit"
        await store.aclose()  # the answer comes before the line
    assert events(lines, "store-failed") == ["store-failed"] * 2


async def test_readiness_tells_its_changes_alone() -> None:
    """A line for each service that fails and one when all serve again, however often it is asked."""
    states = [True, False, False, True, True]

    async def readiness() -> Readiness:
        ok = states.pop(0) if states else True
        return Readiness(services=(ServiceState(service="audit", ok=ok),))

    with capture_logs() as lines:
        async with open_door(settings=DoorSettings(readiness_reuse_s=-1), readiness=readiness) as door:
            for _ in range(5):
                await knock(door, get("/readyz"))
    assert events(lines, "ready", "not-ready") == ["not-ready", "ready"]
    assert next(line for line in lines if line["event"] == "not-ready")["service"] == "audit"
