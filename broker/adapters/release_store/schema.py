"""A path to an open database that keeps its promises: durable commits, nothing edited in place.

`record` is the trail and is never changed. What is sealed stands beside it, in `sealed` (the identifying
part) and `lookup` (keyed hashes of NHS numbers), because keys are rotated and the trail is not: a record
holds a salted commitment to its identifying part, and only that is chained. `lookup.objection` is the
shelf, of which `shelves` tells. `record.subject` names what a record is a step of: an objection or a grant.
The rows of `sealed` and `lookup` may be resealed, never removed.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from broker.domain.errors import ServiceDown

BUSY_S: Final = 1.0
FORMAT: Final = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
  id INTEGER PRIMARY KEY,
  chain TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  intent INTEGER,
  subject TEXT,
  body BLOB NOT NULL,
  commitment BLOB NOT NULL,
  proof_key TEXT,
  proof BLOB,
  link BLOB NOT NULL,
  UNIQUE (chain, sequence)
) STRICT;
CREATE INDEX IF NOT EXISTS record_subject ON record (subject) WHERE subject IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_intent ON record (intent) WHERE intent IS NOT NULL;
CREATE TABLE IF NOT EXISTS sealed (
  record INTEGER PRIMARY KEY REFERENCES record (id),
  key TEXT NOT NULL,
  box BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS index_key (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lookup (
  hash BLOB NOT NULL,
  objection INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES record (id),
  key TEXT NOT NULL REFERENCES index_key (id),
  PRIMARY KEY (hash, objection, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lookup_record ON lookup (record);
CREATE TABLE IF NOT EXISTS head (
  chain TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  link BLOB NOT NULL,
  key TEXT NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS roll (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  chains INTEGER NOT NULL,
  key TEXT NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS reserve (piece INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pulse (only INTEGER PRIMARY KEY CHECK (only = 1), beats INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO pulse VALUES (1, 0);
"""

# Since it was added, a store that was made before gets it when it is opened.
_INDEX_OF_POLICIES = "CREATE INDEX IF NOT EXISTS record_policy ON record (id) WHERE kind = 'policy'"

_KEPT = {
    "record": ("UPDATE", "DELETE"),
    "sealed": ("UPDATE OF record", "DELETE"),
    "lookup": ("UPDATE OF record, objection", "DELETE"),
    "head": ("DELETE",),
    "roll": ("DELETE",),
    "index_key": ("UPDATE",),
}


def connect(path: Path, *, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open the store, make its tables when it is new, and assert every setting that a promise rests on.

    Raises ServiceDown("release-store") when any of it fails.
    """
    try:
        _create_private(path)
        database = sqlite3.connect(path, timeout=busy_s, isolation_level=None, cached_statements=64)
    except (OSError, sqlite3.Error):
        raise ServiceDown("release-store") from None
    try:
        _set_and_assert(database)
        _make_tables(database)
    except sqlite3.Error:
        database.close()
        raise ServiceDown("release-store") from None
    return database


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open an existing store for looking only. Raises ServiceDown("release-store")."""
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        database.execute("PRAGMA temp_store = MEMORY")
        database.execute("SELECT count(*) FROM pulse").fetchone()
    except sqlite3.Error:
        raise ServiceDown("release-store") from None
    return database


def _create_private(path: Path) -> None:
    """Only the owner may read it, from its first byte on; SQLite gives its side files the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _set_and_assert(database: sqlite3.Connection) -> None:
    wanted = (
        ("journal_mode", "WAL", "wal"),
        ("synchronous", "FULL", 2),
        ("secure_delete", "ON", 1),
        ("temp_store", "MEMORY", 2),
        ("foreign_keys", "ON", 1),
        ("trusted_schema", "OFF", 0),
    )
    for name, value, expected in wanted:
        database.execute(f"PRAGMA {name} = {value}")
        (found,) = database.execute(f"PRAGMA {name}").fetchone()
        if found != expected:
            raise sqlite3.DatabaseError(name)


def _make_tables(database: sqlite3.Connection) -> None:
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found == FORMAT:
        database.execute(_INDEX_OF_POLICIES)
        return
    if found != 0:
        raise sqlite3.DatabaseError("format")
    triggers = "".join(_trigger(table, what) for table, whats in _KEPT.items() for what in whats)
    made = f"{_TABLES}{triggers}{_INDEX_OF_POLICIES};"
    database.executescript(f"BEGIN IMMEDIATE;{made}PRAGMA user_version = {FORMAT};COMMIT;")


def _trigger(table: str, what: str) -> str:
    name = f"{table}_{what[:6].lower()}"
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {what} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'kept as written'); END;\n"
    )
