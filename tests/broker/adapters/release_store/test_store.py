from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import SqliteReleaseStore, verify_store
from broker.adapters.release_store.entries import Entry, intent_entry
from broker.adapters.release_store.schema import connect
from broker.adapters.release_store.writer import Job
from broker.domain.errors import ServiceDown
from broker.ports.objection_register import StepTaken
from tests.ports.release_store_suite import ReleaseStoreSuite
from tests.support.clocks import HandClock
from tests.support.store_faults import down, locked
from tests.support.stores import NOON, disclosure, intent, received


@pytest.fixture
async def store(path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
    """A real store on a real file."""
    opened = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    yield opened
    await opened.aclose()


class TestSqliteReleaseStore(ReleaseStoreSuite):
    @pytest.fixture
    async def store(self, path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
        opened = SqliteReleaseStore.open(path, ring, HandClock(NOON))
        yield opened
        await opened.aclose()


def test_the_durable_settings_are_in_force(path: Path) -> None:
    """A commit is on disk when it returns, and what is deleted is overwritten."""
    database = connect(path)
    found = {
        name: database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "temp_store", "foreign_keys")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "foreign_keys": 1,
    }
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET kind = 'refusal'",
        "DELETE FROM record",
        "DELETE FROM sealed",
        "DELETE FROM lookup",
        "UPDATE lookup SET objection = 1",
        "DELETE FROM head",
        "DELETE FROM roll",
    ],
)
async def test_what_was_written_is_not_edited(store: SqliteReleaseStore, path: Path, statement: str) -> None:
    """The database itself refuses to change or remove what must stay."""
    await store.record_intent(intent())
    with sqlite3.connect(path) as database, pytest.raises(sqlite3.IntegrityError, match="kept as written"):
        database.execute(statement)


async def test_a_locked_store_is_said_to_be_down(store: SqliteReleaseStore, path: Path) -> None:
    """Whoever waits behind a lock is told after about a second, and served when it is gone."""
    with locked(path):
        started = asyncio.get_running_loop().time()
        services = await asyncio.gather(*[down(store.record_intent(intent())) for _ in range(400)])
        assert asyncio.get_running_loop().time() - started < 3
        assert set(services) == {"audit"}
        assert await down(store.append_event(received())) == "release-store"
        assert await down(store.check()) == "audit"
    assert await store.record_intent(intent()) == 1


async def test_a_full_queue_sheds_and_drops_nothing(path: Path, ring: KeyRing) -> None:
    """Over its bound the queue refuses at once; everything that it took is written."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON), waiting_max=20)
    results = await asyncio.gather(
        *[store.record_intent(intent()) for _ in range(200)], return_exceptions=True
    )
    await store.aclose()
    taken = [result for result in results if isinstance(result, int)]
    assert 20 <= len(taken) < 200
    assert all(isinstance(result, (int, ServiceDown)) for result in results)
    assert verify_store(path, ring).records == len(taken)


def test_a_store_that_cannot_be_opened_is_down(tmp_path: Path, ring: KeyRing) -> None:
    """A folder is no store, and neither is a file of something else."""
    stranger = tmp_path / "stranger.db"
    stranger.write_bytes(b"not a database, but long enough to look at " * 200)
    for place in (tmp_path, stranger, tmp_path / "nowhere" / "release.db"):
        with pytest.raises(ServiceDown, match="release-store"):
            SqliteReleaseStore.open(place, ring, HandClock(NOON))


async def test_each_process_has_its_own_chain_on_one_file(path: Path, ring: KeyRing) -> None:
    """Numbers are unique over the file, each chain is without gap, and both follow."""
    stores = [
        SqliteReleaseStore.open(path, ring, HandClock(NOON), chain=chain) for chain in ("one", "two", "one")
    ]
    jobs = [stores[place % 3].record_intent(intent()) for place in range(90)]
    numbers = await asyncio.gather(*jobs)
    for store in stores:
        await store.aclose()
    assert sorted(numbers) == list(range(1, 91))
    verdict = verify_store(path, ring)
    assert verdict.fault is None
    assert {head.chain: head.sequence for head in verdict.heads} == {"one": 60, "two": 30}


_FORGET_THE_SECOND = (
    "DELETE FROM lookup WHERE record = 2",
    "DELETE FROM sealed WHERE record = 2",
    "DELETE FROM record WHERE id = 2",
)


async def test_a_chain_whose_end_was_put_back_is_not_continued(store: SqliteReleaseStore, path: Path) -> None:
    """A process that remembers a longer chain refuses to hide what is gone."""
    await store.record_intent(intent())
    with sqlite3.connect(path) as database:
        older = database.execute("SELECT sequence, link, key, mac FROM head").fetchone()
    await store.record_intent(intent())
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in _FORGET_THE_SECOND:
            database.execute(statement)
        database.execute("UPDATE head SET sequence = ?, link = ?, key = ?, mac = ?", older)
    assert await down(store.record_intent(intent())) == "audit"


async def test_a_job_that_fails_half_way_leaves_nothing(
    store: SqliteReleaseStore, path: Path, ring: KeyRing
) -> None:
    """What it had appended is taken back, and its neighbours in the same commit stand."""

    def append_then_fail(database: sqlite3.Connection, entry: Entry) -> None:
        store._append(database, entry)
        raise StepTaken

    failing = Job(service="audit", prepare=lambda: intent_entry(intent(), ring), run=append_then_fail)
    results = await asyncio.gather(
        store.record_intent(intent()),
        store._writer.do(failing),
        store.record_intent(intent()),
        return_exceptions=True,
    )
    assert results[::2] == [1, 2]
    assert isinstance(results[1], StepTaken)
    verdict = verify_store(path, ring)
    assert (verdict.records, verdict.fault) == (2, None)


async def test_no_identifier_stands_in_clear(store: SqliteReleaseStore, path: Path) -> None:
    """Neither number, name, address nor local id is found in any file of the store."""
    number = await store.record_intent(intent())
    await store.release(disclosure(number, count=50))
    await store.append_event(received())
    written = b"".join(part.read_bytes() for part in path.parent.glob("release.db*"))
    for secret in (
        b"9990000018",
        b"Willow",
        b"Rowan",
        b"192.0.2.7",
        b"local-00001",
        b"session-of",
        b"555000111222",
    ):
        assert secret not in written
    assert b"D81001" in written
