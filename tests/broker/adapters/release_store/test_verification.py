from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import Anchor, SqliteReleaseStore, Verification, verify_store
from broker.adapters.release_store.chain import link_of
from broker.adapters.release_store.verification import _records
from tests.support.clocks import HandClock
from tests.support.stores import (
    ADA,
    BEN,
    NOON,
    demonstration_ring,
    disclosure,
    ending,
    intent,
    received,
    refusal,
)

RECORDS = 240


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """One ring for the whole module."""
    return demonstration_ring(tmp_path_factory.mktemp("ring"))


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory, ring: KeyRing) -> Path:
    """A trail of every kind of record in two chains, its log folded into one file that can be copied."""
    path = tmp_path_factory.mktemp("trail") / "release.db"
    asyncio.run(write_trail(path, ring))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("DELETE FROM reserve")
        database.commit()
        database.execute("VACUUM")
    database.close()
    return path


async def write_trail(path: Path, ring: KeyRing) -> None:
    """Forty requests and objections, by two processes in turn."""
    stores = [SqliteReleaseStore.open(path, ring, HandClock(NOON), chain=chain) for chain in ("one", "two")]
    for place in range(RECORDS // 6):
        store = stores[place % 2]
        number = await store.record_intent(intent(ADA, BEN))
        await store.release(disclosure(number, BEN, count=place % 4))
        await store.record_ending(ending(number))
        await store.record_refusal(refusal())
        await store.append_event(received(ADA, objection_id=f"ob-{place}"))
        await store.record_refusal(refusal(BEN))
    for store in stores:
        await store.aclose()


@pytest.fixture
def tampered(
    trail: Path, tmp_path: Path, ring: KeyRing
) -> Callable[[Callable[[sqlite3.Connection], None]], Verification]:
    """A copy of the trail, changed by somebody who drops every guard of the database, then verified."""

    def change(how: Callable[[sqlite3.Connection], None]) -> Verification:
        copy = tmp_path / "copy.db"
        shutil.copyfile(trail, copy)
        database = sqlite3.connect(copy)
        database.execute("PRAGMA foreign_keys = OFF")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        how(database)
        database.commit()
        database.close()
        return verify_store(copy, ring)

    return change


Tampered = Callable[[Callable[[sqlite3.Connection], None]], Verification]


def test_an_untouched_trail_follows(trail: Path, ring: KeyRing) -> None:
    """Every record, both chains, and how much is unanchored."""
    verdict = verify_store(trail, ring)
    assert (verdict.records, verdict.fault, verdict.unanchored) == (RECORDS, None, RECORDS)
    assert [head.chain for head in verdict.heads] == ["one", "two"]


_CHANGES = {
    "body": "CAST(replace(CAST(body AS TEXT), '2026', '2027') AS BLOB)",
    "commitment": "zeroblob(32)",
    "link": "zeroblob(32)",
    "kind": "'reading'",
    "chain": "'three'",
    "sequence": "sequence + 1000",
    "proof": "x'00'",
    "intent": "ifnull(intent, 0) + 1",
    "subject": "'ob-none'",
}


@pytest.mark.parametrize("column", _CHANGES)
def test_a_change_of_any_row_is_found_at_that_row(tampered: Tampered, column: str) -> None:
    """Each record's body in turn, and each other column of every seventeenth."""
    statement = f"UPDATE record SET {column} = {_CHANGES[column]} WHERE id = ?"  # noqa: S608 - words from the table above
    for record in range(1, RECORDS + 1, 1 if column == "body" else 17):
        fault = tampered(lambda db, record=record: db.execute(statement, (record,))).fault
        assert fault is not None
        assert fault.record == record


def test_each_removed_row_is_named(tampered: Tampered) -> None:
    """The first that is missing, wherever it stood; the last is missed by its head."""
    for record in range(1, RECORDS + 1):
        fault = tampered(
            lambda db, record=record: db.execute("DELETE FROM record WHERE id = ?", (record,))
        ).fault
        assert fault is not None
        assert fault.record == record
        assert "is missing" in fault.problem


def test_a_removed_row_whose_followers_moved_up_is_found(tampered: Tampered) -> None:
    """Closing the gap in the numbers does not help."""

    def how(database: sqlite3.Connection) -> None:
        for table, column in (("record", "id"), ("sealed", "record"), ("lookup", "record")):
            database.execute(f"DELETE FROM {table} WHERE {column} = 100")  # noqa: S608 - fixed names
            for place in range(101, RECORDS + 1):
                moved = f"UPDATE {table} SET {column} = {column} - 1 WHERE {column} = ?"  # noqa: S608 - as above
                database.execute(moved, (place,))

    fault = tampered(how).fault
    assert fault is not None
    assert fault.record == 100


def test_each_pair_of_swapped_rows_is_found_at_the_first(tampered: Tampered) -> None:
    """Neighbours, and rows of two chains, whole or in their bodies only."""
    for record in range(1, RECORDS - 6, 5):
        for distance in (1, 6):
            other = record + distance

            def how(database: sqlite3.Connection, record: int = record, other: int = other) -> None:
                for old, new in ((record, -1), (other, record), (-1, other)):
                    database.execute("UPDATE record SET id = ? WHERE id = ?", (new, old))

            fault = tampered(how).fault
            assert fault is not None
            assert fault.record == record


def test_an_added_row_is_found(tampered: Tampered) -> None:
    """At the end, with a link that anyone can compute, but no head that only a key can write."""

    def how(database: sqlite3.Connection) -> None:
        *_, (last, link, key_id, box) = _records(database)
        added = replace(last, id=last.id + 1, sequence=last.sequence + 1)
        database.execute(
            "INSERT INTO record SELECT ?, chain, ?, kind, intent, subject, body, commitment, proof_key, "
            "proof, ? FROM record WHERE id = ?",
            (added.id, added.sequence, link_of(added, link), last.id),
        )
        database.execute("INSERT INTO sealed VALUES (?, ?, ?)", (added.id, key_id, box))
        database.execute(
            "INSERT INTO lookup SELECT hash, objection, ?, key FROM lookup WHERE record = ?",
            (added.id, last.id),
        )

    fault = tampered(how).fault
    assert fault is not None
    assert "was added" in fault.problem


def test_a_tail_that_was_cut_off_is_found(tampered: Tampered) -> None:
    """At every length, even with everything beside it gone too."""
    for length in range(0, RECORDS, 7):

        def how(database: sqlite3.Connection, length: int = length) -> None:
            for table, column in (("record", "id"), ("sealed", "record"), ("lookup", "record")):
                database.execute(f"DELETE FROM {table} WHERE {column} > ?", (length,))  # noqa: S608 - fixed names

        fault = tampered(how).fault
        assert fault is not None
        assert fault.record == length + 1
        assert "the tail was cut off" in fault.problem


@pytest.mark.parametrize(
    ("statement", "record"),
    [
        ("UPDATE sealed SET box = zeroblob(100) WHERE record = 77", 77),
        ("UPDATE sealed SET box = (SELECT box FROM sealed WHERE record = 78) WHERE record = 77", 77),
        ("DELETE FROM sealed WHERE record = 77", 77),
        ("DELETE FROM lookup WHERE record = 77", 77),
        ("UPDATE lookup SET hash = zeroblob(20) WHERE record = 77", 77),
        ("UPDATE lookup SET objection = 1 - objection WHERE record = 77", 77),
        ("INSERT INTO lookup SELECT zeroblob(20), 0, 77, key FROM lookup WHERE record = 77 LIMIT 1", 77),
        ("INSERT INTO sealed SELECT 9999, key, box FROM sealed WHERE record = 77", 9999),
        ("INSERT INTO lookup SELECT hash, 0, 9999, key FROM lookup WHERE record = 77 LIMIT 1", 9999),
    ],
)
def test_what_is_sealed_and_looked_up_is_verified_too(
    tampered: Tampered, statement: str, record: int
) -> None:
    """An objection that could no longer be found is as bad as one that was removed."""
    fault = tampered(lambda db: db.execute(statement)).fault
    assert fault is not None
    assert fault.record == record


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE head SET sequence = sequence - 1", "no chain key wrote"),
        ("UPDATE head SET mac = zeroblob(32)", "no chain key wrote"),
        ("DELETE FROM head WHERE chain = 'two'", "has no head"),
        ("UPDATE roll SET chains = 1", "roll of chains was changed"),
        ("DELETE FROM roll", "roll of chains was changed"),
    ],
)
def test_heads_and_the_roll_are_verified(tampered: Tampered, statement: str, problem: str) -> None:
    """Only a holder of a chain key says how long a chain is, and how many there are."""
    fault = tampered(lambda db: db.execute(statement)).fault
    assert fault is not None
    assert problem in fault.problem


async def test_an_anchor_shows_an_older_file_that_was_put_back(tmp_path: Path, ring: KeyRing) -> None:
    """The file alone is right at every age; a head that was kept elsewhere is not met."""
    path, older = tmp_path / "release.db", tmp_path / "older.db"
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    await store.record_intent(intent())
    await store.aclose()
    shutil.copyfile(path, older)
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    await store.record_intent(intent())
    await store.aclose()
    anchors = verify_store(path, ring).heads
    assert verify_store(path, ring, anchors=anchors).unanchored == 0
    assert verify_store(older, ring).fault is None
    fault = verify_store(older, ring, anchors=anchors).fault
    assert fault is not None
    assert (fault.sequence, "put back" in fault.problem) == (2, True)


async def test_an_anchor_shows_a_trail_that_was_rewritten(trail: Path, ring: KeyRing) -> None:
    """Even one that was written with the right keys."""
    anchor = Anchor("one", 10, "00" * 32)
    fault = verify_store(trail, ring, anchors=(anchor,)).fault
    assert fault is not None
    assert (fault.chain, fault.sequence) == ("one", 10)
