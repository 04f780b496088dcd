"""An entry to a row at the end of its chain, inside the transaction of whoever calls."""

from __future__ import annotations

import sqlite3

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store.chain import START, Head, Record, head_mac, link_of, roll_mac, same
from broker.adapters.release_store.entries import Entry
from broker.domain.errors import ServiceDown

_INSERT = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Journal:
    """The end of one chain. `begin` reads it from the database inside the transaction, `finish` writes it
    back, so several processes may share a file, and even a chain.

    Raises ServiceDown("audit") when the head on file is not what a chain key wrote, or is older than
    what this process has seen: to go on would hide it.
    """

    def __init__(self, chain: str, ring: KeyRing) -> None:
        """`chain` names the process whose chain this is."""
        self._chain, self._ring = chain, ring
        self._head = Head(chain, 0, START)
        self._next_id = 1
        self._is_new = False
        self._written = False
        self._seen = 0

    def begin(self, database: sqlite3.Connection) -> None:
        """Read the chain's end. The transaction must already hold the write lock."""
        row = database.execute("SELECT sequence, link, key, mac FROM head WHERE chain = ?", (self._chain,))
        found = row.fetchone()
        self._is_new, self._written = found is None, False
        self._head = Head(self._chain, 0, START) if found is None else self._checked(*found)
        if self._head.sequence < self._seen:
            raise ServiceDown("audit")
        self._next_id = 1 + int(database.execute("SELECT ifnull(max(id), 0) FROM record").fetchone()[0])

    def append(self, database: sqlite3.Connection, entry: Entry) -> int:
        """Returns the record's number, counted over the whole store."""
        record = self._record(entry)
        link = link_of(record, self._head.link)
        database.execute(
            _INSERT,
            (
                record.id,
                record.chain,
                record.sequence,
                record.kind,
                record.intent,
                record.subject,
                record.body,
                record.commitment,
                record.proof_key,
                record.proof,
                link,
            ),
        )
        _insert_beside(database, record.id, entry)
        self._head = Head(self._chain, record.sequence, link)
        self._next_id += 1
        self._written = True
        return record.id

    def mark(self) -> tuple[Head, int, bool]:
        """Where the chain ends now; give it to `back_to` when a savepoint is rolled back."""
        return self._head, self._next_id, self._written

    def back_to(self, mark: tuple[Head, int, bool]) -> None:
        """Forget what was appended after `mark`."""
        self._head, self._next_id, self._written = mark

    def finish(self, database: sqlite3.Connection) -> None:
        """Write the head, once for everything appended since `begin`."""
        if not self._written:
            return
        key = self._ring.active(Purpose.CHAIN)
        if self._is_new:
            self._enter_in_roll(database)
        mac = head_mac(self._head, key)
        row = (self._chain, self._head.sequence, self._head.link, key.key_id, mac)
        database.execute(
            "INSERT INTO head VALUES (?, ?, ?, ?, ?) ON CONFLICT (chain) DO UPDATE SET "
            "sequence = excluded.sequence, link = excluded.link, key = excluded.key, mac = excluded.mac",
            row,
        )

    def committed(self) -> None:
        """The head is durable: from now on an older one is refused."""
        self._seen = max(self._seen, self._head.sequence)

    def _record(self, entry: Entry) -> Record:
        return Record(
            id=self._next_id,
            chain=self._chain,
            sequence=self._head.sequence + 1,
            kind=entry.kind.value,
            intent=entry.intent,
            subject=entry.subject,
            body=entry.body,
            commitment=entry.commitment,
            proof_key=entry.proof_key,
            proof=entry.proof,
        )

    def _checked(self, sequence: int, link: bytes, key_id: str, mac: bytes) -> Head:
        head = Head(self._chain, sequence, link)
        if not same(mac, head_mac(head, self._ring.named(Purpose.CHAIN, key_id))):
            raise ServiceDown("audit")
        return head

    def _enter_in_roll(self, database: sqlite3.Connection) -> None:
        key = self._ring.active(Purpose.CHAIN)
        found = database.execute("SELECT chains, key, mac FROM roll").fetchone()
        if found is not None:
            expected = roll_mac(found[0], self._ring.named(Purpose.CHAIN, found[1]))
            if not same(found[2], expected):
                raise ServiceDown("audit")
        chains = 1 if found is None else found[0] + 1
        database.execute(
            "INSERT INTO roll VALUES (1, ?, ?, ?) ON CONFLICT (only) DO UPDATE SET "
            "chains = excluded.chains, key = excluded.key, mac = excluded.mac",
            (chains, key.key_id, roll_mac(chains, key)),
        )


def _insert_beside(database: sqlite3.Connection, record_id: int, entry: Entry) -> None:
    database.execute("INSERT INTO sealed VALUES (?, ?, ?)", (record_id, entry.seal_key, entry.box))
    if not entry.places:
        return
    database.execute("INSERT OR IGNORE INTO index_key VALUES (?)", (entry.index_key,))
    rows = [(found, shelf, record_id, entry.index_key) for shelf, found in entry.places]
    database.executemany("INSERT INTO lookup VALUES (?, ?, ?, ?)", rows)
