"""NHS numbers to every number that the patient index has said is the same person's, and their look-up hashes.

A link is a record of the trail like any other: appended, chained, sealed, never taken back. It stands on a
shelf of its own in `lookup`, so that finding none costs one step in an index. What is linked is followed
to its end: a number superseded twice is still one person.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterable
from typing import Final

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store.entries import Body, Entry, entry_of
from broker.adapters.release_store.identity import (
    SALT_BYTES,
    BoxFault,
    Identity,
    now_text,
    open_identity,
)
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.shelves import LINKS, lookup_hash
from broker.domain.audit import RecordKind
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber

Numbers = frozenset[NhsNumber]
# Past every record's number: SQLite's largest.
NEWEST: Final = 2**63 - 1


def link_entry(numbers: Numbers, at: dt.datetime, ring: KeyRing) -> Entry:
    """What the index said, ready to be appended: that these are one person's."""
    digits = tuple(sorted(number.digits for number in numbers))
    return entry_of(
        Body(kind=RecordKind.LINK, at=now_text(at)), Identity(os.urandom(SALT_BYTES), digits), ring
    )


def append(
    database: sqlite3.Connection, journal: Journal, ring: KeyRing, numbers: Numbers, entry: Entry
) -> None:
    """Append, unless the numbers were linked meanwhile."""
    if not are_linked(database, ring, numbers):
        journal.append(database, entry)


def are_linked(database: sqlite3.Connection, ring: KeyRing, numbers: Numbers) -> bool:
    """True when any one of them leads to all the others."""
    return not numbers or numbers <= linked_with(database, ring, frozenset({min(numbers)}))


def linked_with(
    database: sqlite3.Connection, ring: KeyRing, numbers: Numbers, *, until: int = NEWEST
) -> Numbers:
    """`numbers` and whatever they lead to, as it was at record `until`. Raises ServiceDown as `hashes_of`."""
    _refuse_unless_all_keys_are_here(database, ring)
    found, new = numbers, numbers
    while new:
        beside = _beside(database, ring, _hashes(ring, new), until)
        new, found = beside - found, found | beside
    return found


def hashes_of(
    database: sqlite3.Connection, ring: KeyRing, numbers: Iterable[NhsNumber], *, until: int = NEWEST
) -> list[bytes]:
    """The look-up hashes, under every index key, of the numbers and of all that are linked with them.

    Raises ServiceDown("keys") when the store was written under an index key that the ring does not have:
    what was recorded under it could not be found, and not knowing is a no.
    """
    return _hashes(ring, linked_with(database, ring, frozenset(numbers), until=until))


def _refuse_unless_all_keys_are_here(database: sqlite3.Connection, ring: KeyRing) -> None:
    known = {key.key_id for key in ring.every(Purpose.INDEX)}
    if any(row[0] not in known for row in database.execute("SELECT id FROM index_key")):
        raise ServiceDown("keys")


def _hashes(ring: KeyRing, numbers: Numbers) -> list[bytes]:
    return [lookup_hash(number.digits, key) for number in numbers for key in ring.every(Purpose.INDEX)]


def _beside(database: sqlite3.Connection, ring: KeyRing, hashes: list[bytes], until: int) -> Numbers:
    """Every number in a link that holds one of these. A link that cannot be read is not no link."""
    marks = ",".join("?" * len(hashes))
    rows = database.execute(
        "SELECT DISTINCT record.commitment, sealed.key, sealed.box FROM lookup "  # noqa: S608 - question marks only
        "LEFT JOIN record ON record.id = lookup.record LEFT JOIN sealed ON sealed.record = record.id "
        f"WHERE lookup.objection = {LINKS} AND lookup.hash IN ({marks}) AND lookup.record <= ?",
        (*hashes, until),
    )
    found: set[NhsNumber] = set()
    for commitment, key_id, box in rows.fetchall():
        if box is None:
            raise ServiceDown("release-store")
        try:
            identity = open_identity(ring, key_id, box, commitment)
        except BoxFault:
            raise ServiceDown("release-store") from None
        found.update(map(NhsNumber, identity.numbers))
    return frozenset(found)
