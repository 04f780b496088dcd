"""What the SQLite store keeps of emergency access, and what its trail says when it is touched."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing, Purpose, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.release_store import SqliteReleaseStore, verify_store
from broker.domain.errors import ServiceDown
from broker.domain.grant_life import end
from broker.ports.grant_register import TooManyGrants
from tests.ports.grant_register_suite import OFFICER, GrantRegisterSuite, GrantsBesideObjections, opening
from tests.support.clocks import HandClock
from tests.support.grants import WORDS, first_step, granted
from tests.support.store_faults import capped, down
from tests.support.stores import ADA, NOON


@pytest.fixture
def clock() -> HandClock:
    """The store's own."""
    return HandClock(NOON)


@pytest.fixture
async def store(path: Path, ring: KeyRing, clock: HandClock) -> AsyncIterator[SqliteReleaseStore]:
    """A new one."""
    made = SqliteReleaseStore.open(path, ring, clock)
    yield made
    await made.aclose()


class TestSqliteGrants(GrantRegisterSuite, GrantsBesideObjections):
    """Held to what every store must do."""


async def test_the_trail_with_every_step_of_a_grant_follows(
    store: SqliteReleaseStore, path: Path, ring: KeyRing
) -> None:
    """Opened and ended, with its person, its opener and its words."""
    grant = granted()
    await opening(store, grant)
    await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
    assert verify_store(path, ring).fault is None


async def test_nothing_of_a_grant_that_names_anybody_stands_in_clear(
    store: SqliteReleaseStore, path: Path
) -> None:
    """Neither person, user, session, words nor witness, in no file of the store; its random id does."""
    grant = granted(ground="person-asks-now")
    await opening(store, grant)
    held = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert grant.grant_id.encode() in held
    for word in (ADA.digits, grant.user_id, grant.session_id, WORDS, grant.witness, "Willow"):
        assert word.encode() not in held


@pytest.mark.parametrize("purpose", [Purpose.INDEX, Purpose.SEAL])
async def test_a_grant_is_found_and_counted_after_the_keys_were_rotated(
    path: Path, ring: KeyRing, purpose: Purpose
) -> None:
    """By its id and by who opened it, also when what was retired has left the ring; and the trail follows."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    grant = granted()
    await opening(store, grant)
    await store.aclose()
    retired = ring.active(purpose).key_id
    rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    store = SqliteReleaseStore.open(path, rotated, HandClock(NOON))
    assert await store.grant(grant.grant_id) == grant
    await store.reseal()
    await store.aclose()
    rotated.entries = tuple(entry for entry in rotated.entries if entry.key_id != retired)
    store = SqliteReleaseStore.open(path, rotated, HandClock(NOON))
    assert await store.grant(grant.grant_id) == grant
    await opening(store, granted(), per_hour_max=2)
    with pytest.raises(TooManyGrants):
        await opening(store, granted(), per_hour_max=2)
    await store.aclose()
    assert verify_store(path, rotated).fault is None


@pytest.mark.parametrize("shelf", [4, 5])
async def test_a_grant_that_is_not_found_where_it_stood_breaks_the_trail(
    path: Path, ring: KeyRing, shelf: int
) -> None:
    """Else it could be had twice, or more often than is allowed, or be kept from the person."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    await opening(store, granted())
    await store.aclose()
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER lookup_delete")
        assert database.execute("DELETE FROM lookup WHERE objection = ?", (shelf,)).rowcount == 1
    database.close()
    fault = verify_store(path, ring).fault
    assert fault is not None
    assert fault.record == 1


async def test_on_a_full_disk_no_grant_is_opened_and_one_can_still_be_ended(
    path: Path, ring: KeyRing
) -> None:
    """What closes may use the reserve; what opens may not."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON), reserve_pieces=2)
    grant = granted()
    await opening(store, grant)
    await capped(store, spare_pages=0)
    while await _opens_another(store):
        pass
    assert await down(opening(store, granted(), per_hour_max=100_000)) == "release-store"
    await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
    found = await store.grant(grant.grant_id)
    assert found is not None
    assert found.ended
    await store.aclose()


async def _opens_another(store: SqliteReleaseStore) -> bool:
    try:
        await opening(store, granted(), per_hour_max=100_000)
    except ServiceDown:
        return False
    return True


_CHILD = """
import asyncio, sys
from pathlib import Path
from tests.ports.grant_register_suite import opening
from tests.support.clocks import HandClock
from tests.support.grants import granted
from tests.support.stores import NOON, demonstration_ring
from broker.adapters.release_store import SqliteReleaseStore

async def run():
    store = SqliteReleaseStore.open(Path(sys.argv[1]), demonstration_ring(Path(sys.argv[2])), HandClock(NOON))
    async def emergencies():
        while True:
            grant = granted()
            await opening(store, grant, per_hour_max=100_000)
            print(grant.grant_id, flush=True)
    await asyncio.gather(*[emergencies() for _ in range(4)])

asyncio.run(run())
"""


def killed_while_opening(path: Path, keys: Path, count: int) -> set[str]:
    """The ids of the grants that a process reported before it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(path), str(keys)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    answered = {child.stdout.readline().strip() for _ in range(count)}
    os.kill(child.pid, signal.SIGKILL)
    child.stdout.close()
    child.wait()
    return answered


async def test_every_grant_that_was_answered_waits_for_review_after_a_kill(
    tmp_path: Path, path: Path, ring: KeyRing
) -> None:
    """Killed in the middle of openings, again and again: none is lost, and the trail follows."""
    rounds = (20, 27, 34)
    answered = set().union(*(killed_while_opening(path, tmp_path / "keys", count) for count in rounds))
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    waiting = {one.last.grant.grant_id for one in await store.grants_since(None) if one.is_open_for_review}
    await store.aclose()
    assert len(answered) == sum(rounds)
    assert answered <= waiting
    assert verify_store(path, ring).fault is None
