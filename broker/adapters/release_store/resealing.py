"""Identifiers sealed and hashed under retired keys to the same under the active ones; the trail stays.

Nothing that is chained changes: a record holds a commitment to its identifying part, and the same part is
sealed again. The overwritten pages are cleared and the write-ahead log is emptied at the end.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from broker.adapters.keys import Key, KeyRing, Purpose
from broker.adapters.release_store.identity import (
    BoxFault,
    Identity,
    read,
    seal,
    unseal,
)
from broker.adapters.release_store.shelves import places_of
from broker.domain.errors import ServiceDown

RECORDS_AT_ONCE: Final = 200

_STALE = (
    "SELECT record.id, record.commitment, sealed.key, sealed.box FROM record "
    "JOIN sealed ON sealed.record = record.id WHERE record.id > ? AND (sealed.key <> ? OR EXISTS "
    "(SELECT 1 FROM lookup WHERE lookup.record = record.id AND lookup.key <> ?)) ORDER BY record.id LIMIT ?"
)


def reseal_some(database: sqlite3.Connection, ring: KeyRing, after: int) -> tuple[int, int]:
    """Reseal the next records after number `after`. Returns the last one's number and how many."""
    seal_key, index_key = ring.active(Purpose.SEAL), ring.active(Purpose.INDEX)
    rows = database.execute(_STALE, (after, seal_key.key_id, index_key.key_id, RECORDS_AT_ONCE)).fetchall()
    for record_id, commitment, key_id, box in rows:
        _reseal(database, ring, record_id, (key_id, box, commitment))
    return (rows[-1][0] if rows else after), len(rows)


def _reseal(
    database: sqlite3.Connection, ring: KeyRing, record_id: int, sealed: tuple[str, bytes, bytes]
) -> None:
    key_id, box, commitment = sealed
    try:
        plain = unseal(box, commitment, ring.named(Purpose.SEAL, key_id))
        identity = read(plain)
    except BoxFault:
        raise ServiceDown("release-store") from None
    key = ring.active(Purpose.SEAL)
    database.execute(
        "UPDATE sealed SET key = ?, box = ? WHERE record = ?", (key.key_id, seal(plain, key), record_id)
    )
    _hash_again(database, ring, record_id, identity)


def _hash_again(database: sqlite3.Connection, ring: KeyRing, record_id: int, identity: Identity) -> None:
    new = ring.active(Purpose.INDEX)
    database.execute("INSERT OR IGNORE INTO index_key VALUES (?)", (new.key_id,))
    for old in ring.every(Purpose.INDEX)[1:]:
        database.executemany(
            "UPDATE lookup SET hash = ?, key = ? WHERE record = ? AND hash = ?",
            [
                (fresh, new.key_id, record_id, stale)
                for fresh, stale in zip(_hashes(identity, new), _hashes(identity, old), strict=True)
            ],
        )


def _hashes(identity: Identity, key: Key) -> list[bytes]:
    return [found for _, found in places_of("", identity, key)]


def forget_unused_index_keys(database: sqlite3.Connection) -> None:
    """A retired index key under which nothing is left may then leave the ring."""
    database.execute("DELETE FROM index_key WHERE id NOT IN (SELECT DISTINCT key FROM lookup)")


def empty_the_log(database: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the database and cut it to nothing: it holds older pages.

    Raises ServiceDown("release-store") while another process reads; run it again then.
    """
    busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ServiceDown("release-store")
