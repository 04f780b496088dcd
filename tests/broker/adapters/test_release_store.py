from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing, Purpose, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.release_store import SqliteReleaseStore, verify_store
from broker.adapters.release_store.schema import connect
from broker.domain.errors import ServiceDown
from tests.ports.release_store_suite import READER, ReleaseStoreSuite
from tests.support.stores import (
    ADA,
    BEN,
    StillClock,
    demonstration_ring,
    disclosure,
    ending,
    intent,
    received,
    refusal,
)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """Fresh keys of a demonstration."""
    return demonstration_ring(tmp_path / "keys")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of a test is."""
    return tmp_path / "release.db"


@pytest.fixture
async def store(path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
    """A real store on a real file."""
    opened = SqliteReleaseStore.open(path, ring, StillClock())
    yield opened
    await opened.aclose()


class TestSqliteReleaseStore(ReleaseStoreSuite):
    @pytest.fixture
    async def store(self, path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
        opened = SqliteReleaseStore.open(path, ring, StillClock())
        yield opened
        await opened.aclose()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def down(work: object) -> str:
    """The service that is named when `work` is refused."""
    with pytest.raises(ServiceDown) as refused:
        await work  # type: ignore[misc] # any awaitable
    return refused.value.service


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
async def test_what_was_written_is_not_edited(
    store: SqliteReleaseStore, path: Path, statement: str
) -> None:
    """The database itself refuses to change or remove what must stay."""
    await store.record_intent(intent())
    with sqlite3.connect(path) as database, pytest.raises(sqlite3.IntegrityError, match="kept as written"):
        database.execute(statement)


async def test_a_locked_store_is_said_to_be_down(store: SqliteReleaseStore, path: Path) -> None:
    """Whoever waits behind a lock is told after about a second, and served when it is gone."""
    with locked(path):
        started = asyncio.get_running_loop().time()
        services = await asyncio.gather(*[down(store.record_intent(intent())) for _ in range(100)])
        assert asyncio.get_running_loop().time() - started < 3
        assert set(services) == {"audit"}
        assert await down(store.append_event(received())) == "release-store"
        assert await down(store.check()) == "audit"
    assert await store.record_intent(intent()) == 1


async def test_a_full_queue_sheds_and_drops_nothing(path: Path, ring: KeyRing) -> None:
    """Over its bound the queue refuses at once; everything that it took is written."""
    store = SqliteReleaseStore.open(path, ring, StillClock(), waiting_max=20)
    results = await asyncio.gather(*[store.record_intent(intent()) for _ in range(200)], return_exceptions=True)
    await store.aclose()
    taken = [result for result in results if isinstance(result, int)]
    assert 20 <= len(taken) < 200
    assert all(isinstance(result, (int, ServiceDown)) for result in results)
    assert verify_store(path, ring).records == len(taken)


async def test_without_keys_nothing_is_recorded(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """Keys that are not there, or are taken away, name their service; given back, all goes on."""
    store = SqliteReleaseStore.open(path, ring, StillClock())
    (seal,) = (tmp_path / "keys").glob("seal-*.key")
    hidden = seal.rename(seal.with_suffix(".away"))
    assert await down(store.check()) == "keys"
    for work in (
        store.record_intent(intent()),
        store.release(disclosure(1)),
        store.record_refusal(refusal()),
        store.append_event(received()),
    ):
        assert await down(work) == "keys"
    hidden.rename(seal)
    await store.check()
    assert await store.record_intent(intent()) == 1
    await store.aclose()


def test_a_store_that_cannot_be_opened_is_down(tmp_path: Path, ring: KeyRing) -> None:
    """A folder is no store, and neither is a file of something else."""
    stranger = tmp_path / "stranger.db"
    stranger.write_bytes(b"not a database, but long enough to look at " * 200)
    for place in (tmp_path, stranger, tmp_path / "nowhere" / "release.db"):
        with pytest.raises(ServiceDown, match="release-store"):
            SqliteReleaseStore.open(place, ring, StillClock())


_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from tests.support.stores import StillClock, demonstration_ring, intent
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.errors import ServiceDown

async def run():
    path, keys = Path(sys.argv[1]), Path(sys.argv[2])
    ring = demonstration_ring(keys)
    for purpose in ring.entries: ring.complaints()
    ring.check()
    if os.geteuid() == 0:
        os.setegid(65534); os.seteuid(65534)
    try:
        store = SqliteReleaseStore.open(path, ring, StillClock())
        await store.record_intent(intent())
    except ServiceDown as down:
        print(down.service)

asyncio.run(run())
"""


async def test_a_read_only_store_is_down(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """A file that may only be read takes no record."""
    await SqliteReleaseStore.open(path, ring, StillClock()).aclose()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() and folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    path.chmod(0o444)
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(path), str(tmp_path / "keys")],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == "release-store"



@pytest.fixture
async def small(path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
    """A store whose connection a test may look into from its own thread, with a reserve of 4 pieces."""
    opened = SqliteReleaseStore.open(path, ring, StillClock(), reserve_pieces=4)
    yield opened
    await opened.aclose()


async def capped(store: SqliteReleaseStore, spare_pages: int) -> None:
    """Cap the store from inside its own thread."""
    from broker.adapters.release_store.writer import Job

    def run(database: sqlite3.Connection, _: object) -> None:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages + spare_pages}")

    await store._writer.do(Job(service="audit", run=run, writes=False))


async def test_on_a_full_disk_refusals_and_endings_are_still_written(
    small: SqliteReleaseStore, path: Path, ring: KeyRing
) -> None:
    """Intents and releases are refused; refusals, endings and objections use what was put aside."""
    number = await small.record_intent(intent())
    await capped(small, 0)
    assert await down(small.release(disclosure(number, count=400))) == "audit"
    assert await down(small.check()) == "audit"
    for _ in range(10):
        await small.record_refusal(refusal())
        await small.record_ending(ending(number))
    await small.append_event(received())
    assert await down(small.record_intent(intent())) == "audit"
    verdict = verify_store(path, ring)
    assert (verdict.records, verdict.fault) == (22, None)


async def test_a_batch_on_a_full_disk_is_judged_one_by_one(small: SqliteReleaseStore) -> None:
    """A release that finds no room takes no refusal with it."""
    number = await small.record_intent(intent())
    await capped(small, 0)
    results = await asyncio.gather(
        small.release(disclosure(number, count=400)),
        small.record_refusal(refusal()),
        small.release(disclosure(number, count=400)),
        small.record_ending(ending(number)),
        return_exceptions=True,
    )
    assert [isinstance(result, ServiceDown) for result in results] == [True, False, True, False]


async def test_when_the_reserve_is_used_up_the_audit_is_down(
    small: SqliteReleaseStore, path: Path, ring: KeyRing
) -> None:
    """Every refusal is written or says that it was not; with room again, all is well."""
    await capped(small, 0)
    results = await asyncio.gather(
        *[small.record_refusal(refusal()) for _ in range(900)], return_exceptions=True
    )
    written = [result for result in results if result is None]
    assert 50 < len(written) < 900
    assert {type(result) for result in results} == {type(None), ServiceDown}
    assert verify_store(path, ring).records == len(written)
    await capped(small, 100_000)
    assert await small.record_intent(intent()) == len(written) + 1
    await small.check()


async def test_each_process_has_its_own_chain_on_one_file(path: Path, ring: KeyRing) -> None:
    """Numbers are unique over the file, each chain is without gap, and both follow."""
    stores = [
        SqliteReleaseStore.open(path, ring, StillClock(), chain=chain) for chain in ("one", "two", "one")
    ]
    jobs = [stores[place % 3].record_intent(intent()) for place in range(90)]
    numbers = await asyncio.gather(*jobs)
    for store in stores:
        await store.aclose()
    assert sorted(numbers) == list(range(1, 91))
    verdict = verify_store(path, ring)
    assert verdict.fault is None
    assert {head.chain: head.sequence for head in verdict.heads} == {"one": 60, "two": 30}


async def test_a_chain_whose_end_was_put_back_is_not_continued(
    store: SqliteReleaseStore, path: Path
) -> None:
    """A process that remembers a longer chain refuses to hide what is gone."""
    await store.record_intent(intent())
    with sqlite3.connect(path) as database:
        older = database.execute("SELECT sequence, link, key, mac FROM head").fetchone()
    await store.record_intent(intent())
    with sqlite3.connect(path) as database:
        database.execute("UPDATE head SET sequence = ?, link = ?, key = ?, mac = ?", older)
    assert await down(store.record_intent(intent())) == "audit"


async def test_no_identifier_stands_in_clear(store: SqliteReleaseStore, path: Path) -> None:
    """Neither number, name, address nor local id is found in any file of the store."""
    number = await store.record_intent(intent())
    await store.release(disclosure(number, count=50))
    await store.append_event(received())
    written = b"".join(part.read_bytes() for part in path.parent.glob("release.db*"))
    for secret in (b"9990000018", b"Willow", b"Rowan", b"192.0.2.7", b"local-00001", b"session-of", b"555000111222"):
        assert secret not in written
    assert b"D81001" in written


async def test_only_governance_opens_the_proof(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """With the opening half each released item is listed; without it everything else is shown."""
    store = SqliteReleaseStore.open(path, ring, StillClock())
    number = await store.record_intent(intent())
    release = disclosure(number, count=7)
    await store.release(release)
    (line,) = await store.accesses(frozenset({ADA}), reader=READER)
    assert line.items == release.items
    (proof,) = (tmp_path / "keys").glob("proof-*.key")
    proof.unlink()
    file = tmp_path / "keys" / "keys.yaml"
    file.write_text(file.read_text().replace(f"    file: {proof.name}\n", ""))
    await store.aclose()
    operators = SqliteReleaseStore.open(path, demonstration_ring(tmp_path / "keys"), StillClock())
    line, _ = await operators.accesses(frozenset({ADA}), reader=READER)
    assert (line.outcome, line.items) == ("released", None)
    await operators.release(disclosure(number))
    await operators.aclose()


@pytest.mark.parametrize("purpose", [Purpose.INDEX, Purpose.SEAL, Purpose.CHAIN, Purpose.PROOF])
async def test_rotation_keeps_look_up_and_the_chain(
    tmp_path: Path, path: Path, ring: KeyRing, purpose: Purpose
) -> None:
    """What was written under the old key is found and follows, before and after resealing."""
    store = SqliteReleaseStore.open(path, ring, StillClock())
    number = await store.record_intent(intent(ADA, BEN))
    version = await store.append_event(received(ADA, BEN))
    await store.aclose()
    rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    store = SqliteReleaseStore.open(path, rotated, StillClock())
    before = await store.objections(frozenset({BEN}))
    await store.release(disclosure(number, ADA, version=version))
    assert await store.reseal() == (3 if purpose is Purpose.INDEX else 2) - 1 * (
        purpose is Purpose.INDEX
    ) - 2 * (purpose in {Purpose.CHAIN, Purpose.PROOF})
    assert await store.objections(frozenset({BEN})) == before
    assert [line.outcome for line in await store.accesses(frozenset({ADA}), reader=READER)] == ["released"]
    await store.aclose()
    assert verify_store(path, rotated).fault is None


async def test_after_resealing_the_retired_keys_may_go(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """Nothing is left under a retired key, in any file of the store."""
    store = SqliteReleaseStore.open(path, ring, StillClock())
    await store.record_intent(intent())
    await store.append_event(received())
    await store.aclose()
    old = [ring.active(purpose).key_id for purpose in (Purpose.INDEX, Purpose.SEAL)]
    for purpose in (Purpose.INDEX, Purpose.SEAL):
        rotate_key(ring.path, purpose, environment="demonstration")
    store = SqliteReleaseStore.open(
        path, read_key_ring(ring.path, environment="demonstration"), StillClock()
    )
    assert await store.reseal() == 2
    await store.aclose()
    fewer = read_key_ring(ring.path, environment="demonstration")
    fewer.entries = tuple(entry for entry in fewer.entries if entry.key_id not in old)
    store = SqliteReleaseStore.open(path, fewer, StillClock())
    assert len((await store.objections(frozenset({ADA}))).objections) == 1
    await store.aclose()
    assert verify_store(path, fewer).fault is None


async def test_a_ring_without_a_key_that_objections_were_recorded_under_is_refused(
    tmp_path: Path, path: Path, ring: KeyRing
) -> None:
    """A process with an older ring could not find a newer objection, and so answers nothing."""
    old = SqliteReleaseStore.open(path, ring, StillClock())
    rotate_key(ring.path, Purpose.INDEX, environment="demonstration")
    new = SqliteReleaseStore.open(
        path, read_key_ring(ring.path, environment="demonstration"), StillClock(), chain="desk"
    )
    await new.append_event(received())
    assert await down(old.objections(frozenset({ADA}))) == "keys"
    assert await down(old.release(disclosure(1))) == "keys"
    assert await down(old.check()) == "keys"
    await old.aclose()
    await new.aclose()


_CHILD = """
import asyncio, sys
from pathlib import Path
from tests.support.stores import StillClock, demonstration_ring, disclosure, intent
from broker.adapters.release_store import SqliteReleaseStore

async def run():
    store = SqliteReleaseStore.open(Path(sys.argv[1]), demonstration_ring(Path(sys.argv[2])), StillClock())
    async def requests():
        while True:
            number = await store.record_intent(intent())
            released = await store.release(disclosure(number, count=20))
            print(number, released, flush=True)
    await asyncio.gather(*[requests() for _ in range(8)])

asyncio.run(run())
"""


def test_what_was_reported_durable_survives_a_kill(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """Killed in the middle of releases, again and again: every reported one is there, and all follows."""
    reported: set[int] = set()
    for round_ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path), str(tmp_path / "keys")],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for _ in range(40 + round_ * 7):
            reported.update(map(int, child.stdout.readline().split()))
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read()
        reported.update(int(word) for line in rest.splitlines(keepends=True) if line.endswith("\n") for word in line.split())
        child.stdout.close()
        child.wait()
    with sqlite3.connect(path) as database:
        found = {row[0] for row in database.execute("SELECT id FROM record")}
    database.close()
    assert len(reported) > 400
    assert reported <= found
    assert verify_store(path, ring).fault is None
