from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import SqliteReleaseStore, verify_store
from broker.adapters.release_store.writer import Job
from broker.domain.audit import AuditContext
from broker.domain.errors import ServiceDown
from broker.domain.objection_life import SourceRow
from tests.ports.imported_row_suite import imported
from tests.support.clocks import HandClock
from tests.support.store_faults import capped, down, locked
from tests.support.stores import (
    NOON,
    disclosure,
    ending,
    intent,
    received,
    refusal,
)

_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from tests.support.clocks import HandClock
from tests.support.stores import NOON, demonstration_ring, intent
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
        store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
        await store.record_intent(intent())
    except ServiceDown as down:
        print(down.service)

asyncio.run(run())
"""


def test_a_read_only_store_is_down(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """A file that may only be read takes no record."""
    asyncio.run(SqliteReleaseStore.open(path, ring, HandClock(NOON)).aclose())
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o7777 == 0o700:
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
    opened = SqliteReleaseStore.open(path, ring, HandClock(NOON), reserve_pieces=4)
    yield opened
    await opened.aclose()


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


async def test_an_import_stops_on_a_full_disk_before_it_uses_up_the_reserve(
    small: SqliteReleaseStore,
) -> None:
    """A file can be read again; an objection that is given at the desk cannot."""
    await capped(small, 0)
    rows = [SourceRow(source="practice-system", row_id=f"{row}-{'x' * 4_000}") for row in range(20)]
    imports = [imported(objection_id=f"ob-{place}", origin=row) for place, row in enumerate(rows)]
    ended = await asyncio.gather(
        *(small.append_from_source(event, seen=0) for event in imports), return_exceptions=True
    )
    assert isinstance(ended[-1], ServiceDown)
    assert small._reserve.is_whole
    await small.append_event(received(objection_id="ob-desk"))


async def test_nobody_without_a_token_uses_up_the_reserve(small: SqliteReleaseStore) -> None:
    """Refusals of somebody unknown stop at the full disk; those of somebody known are still written."""
    await capped(small, 0)
    unknown = dataclasses.replace(
        refusal(), context=AuditContext(request_id="r-2", requester=None, client_address="192.0.2.9")
    )
    results = await asyncio.gather(
        *[small.record_refusal(unknown) for _ in range(300)], return_exceptions=True
    )
    assert isinstance(results[-1], ServiceDown)
    assert small._reserve.is_whole
    await small.record_refusal(refusal())


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


_CHILD = """
import asyncio, sys
from pathlib import Path
from tests.support.clocks import HandClock
from tests.support.stores import NOON, demonstration_ring, disclosure, intent
from broker.adapters.release_store import SqliteReleaseStore

async def run():
    store = SqliteReleaseStore.open(Path(sys.argv[1]), demonstration_ring(Path(sys.argv[2])), HandClock(NOON))
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
        reported.update(
            int(word)
            for line in rest.splitlines(keepends=True)
            if line.endswith("\n")
            for word in line.split()
        )
        child.stdout.close()
        child.wait()
    with sqlite3.connect(path) as database:
        found = {row[0] for row in database.execute("SELECT id FROM record")}
    database.close()
    assert len(reported) > 400
    assert reported <= found
    assert verify_store(path, ring).fault is None


async def test_a_log_that_cannot_be_written_does_not_end_the_store(
    small: SqliteReleaseStore, path: Path, broken_log: None
) -> None:
    """The fault is answered first; the thread lives, and the next job is written."""
    del broken_log
    with locked(path):
        assert await down(asyncio.wait_for(small.record_intent(intent()), 5)) == "audit"
    assert await asyncio.wait_for(small.record_intent(intent()), 5) == 1


@pytest.fixture
def broken_log() -> Iterator[None]:
    """Whoever writes a line fails, as on a pipe that nobody reads any more."""

    def broken(*_: object) -> str:
        raise BrokenPipeError

    structlog.configure(processors=[broken])
    yield
    structlog.reset_defaults()


async def test_a_store_whose_thread_is_gone_refuses(small: SqliteReleaseStore) -> None:
    """Both whoever was being served and whoever comes later: nobody waits for ever."""

    class Gone(BaseException):
        """More than any guard takes."""

    def end(_database: sqlite3.Connection, _prepared: object) -> None:
        raise Gone

    excepthook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        assert await down(asyncio.wait_for(small._writer.do(Job(service="audit", run=end)), 5)) == "audit"
        await asyncio.to_thread(small._writer._thread.join, 5)
    finally:
        threading.excepthook = excepthook
    assert await down(asyncio.wait_for(small.record_intent(intent()), 5)) == "audit"


async def test_a_store_that_does_not_answer_in_time_is_down(small: SqliteReleaseStore) -> None:
    """A disk that hangs holds nobody."""
    go_on = threading.Event()

    def hang(_database: sqlite3.Connection, _prepared: object) -> None:
        go_on.wait(5)

    try:
        assert await down(small._writer.do(Job(service="audit", run=hang, patience_s=0.05))) == "audit"
    finally:
        go_on.set()
