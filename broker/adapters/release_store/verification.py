"""A store file to a verdict: every record follows from the one before, or the first that does not is named.

Judged are the records, their links, what is sealed and looked up beside them, each chain's head and the
roll of chains. A head that was kept elsewhere (an anchor: an earlier verdict's own `heads`) also shows an
older whole file that was put back; what came after the newest anchor rests on the chain key alone, and
the verdict says how much that is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store.chain import START, Head, Record, head_mac, link_of, roll_mac, same
from broker.adapters.release_store.identity import BoxFault, Identity, open_identity
from broker.adapters.release_store.schema import connect_to_read
from broker.adapters.release_store.shelves import places_of
from broker.domain.errors import ServiceDown


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain's head as it was when somebody wrote it down elsewhere."""

    chain: str
    sequence: int
    link: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong. `record` counts over the store, `sequence` within `chain`."""

    record: int
    chain: str
    sequence: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`fault` is None when everything follows. `unanchored` counts records after the newest anchors."""

    records: int
    heads: tuple[Anchor, ...]
    unanchored: int
    fault: Fault | None = None


class _Broken(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@dataclass(slots=True)
class _Progress:
    """What has been followed so far."""

    records: int = 0
    heads: dict[str, Head] = field(default_factory=dict)
    anchors: dict[tuple[str, int], str] = field(default_factory=dict)
    anchored: dict[str, int] = field(default_factory=dict)


def verify_store(path: Path, ring: KeyRing, *, anchors: tuple[Anchor, ...] = ()) -> Verification:
    """Read the whole trail once. Raises ServiceDown when the file or a key cannot be read at all."""
    database = connect_to_read(path)
    progress = _Progress(anchors={(anchor.chain, anchor.sequence): anchor.link for anchor in anchors})
    fault = None
    try:
        database.execute("BEGIN")
        _verify(database, ring, progress, anchors)
    except _Broken as broken:
        fault = broken.fault
    except sqlite3.Error:
        raise ServiceDown("release-store") from None
    finally:
        database.close()
    heads = tuple(Anchor(head.chain, head.sequence, head.link.hex()) for head in progress.heads.values())
    unanchored = sum(head.sequence - progress.anchored.get(head.chain, 0) for head in heads)
    return Verification(records=progress.records, heads=heads, unanchored=unanchored, fault=fault)


def _verify(
    database: sqlite3.Connection, ring: KeyRing, progress: _Progress, anchors: tuple[Anchor, ...]
) -> None:
    for record, link, key_id, box in _records(database):
        _follow(progress, record, link)
        _verify_beside(database, ring, record, key_id, box)
    _verify_heads(database, ring, progress)
    _verify_roll(database, ring, progress)
    _verify_nothing_loose(database)
    for anchor in anchors:
        if progress.anchored.get(anchor.chain, 0) < anchor.sequence:
            _refuse(0, anchor.chain, anchor.sequence, "was anchored and is gone: the trail was put back")


def _records(database: sqlite3.Connection) -> Iterator[tuple[Record, bytes, str | None, bytes | None]]:
    rows = database.execute(
        "SELECT record.id, chain, sequence, kind, intent, subject, body, commitment, proof_key, proof, link, "
        "sealed.key, sealed.box FROM record LEFT JOIN sealed ON sealed.record = record.id ORDER BY record.id"
    )
    for row in rows:
        names = ("id", "chain", "sequence", "kind", "intent", "subject", "body", "commitment", "proof_key")
        record = Record(**dict(zip(names, row, strict=False)), proof=row[9])
        yield record, row[10], row[11], row[12]


def _follow(progress: _Progress, record: Record, link: bytes) -> None:
    """The record is the next of the store and of its chain, and its link says so."""
    head = progress.heads.get(record.chain, Head(record.chain, 0, START))
    expected = progress.records + 1
    if record.id != expected:
        _refuse(expected, head.chain, head.sequence + 1, "is missing")
    if record.sequence != head.sequence + 1:
        _refuse(record.id, record.chain, record.sequence, "is out of its place in the chain")
    if not same(link, link_of(record, head.link)):
        _refuse(record.id, record.chain, record.sequence, "was changed, or is not the one that stood here")
    _meet_anchor(progress, record, link)
    progress.heads[record.chain] = Head(record.chain, record.sequence, link)
    progress.records = record.id


def _meet_anchor(progress: _Progress, record: Record, link: bytes) -> None:
    anchored = progress.anchors.get((record.chain, record.sequence))
    if anchored is None:
        return
    if anchored != link.hex():
        _refuse(record.id, record.chain, record.sequence, "differs from its anchor: the trail was rewritten")
    progress.anchored[record.chain] = record.sequence


def _verify_beside(
    database: sqlite3.Connection, ring: KeyRing, record: Record, key_id: str | None, box: bytes | None
) -> None:
    """What is sealed is what was committed to, and exactly its numbers can be looked up."""
    if key_id is None or box is None:
        _refuse(record.id, record.chain, record.sequence, "has lost its sealed part")
        return
    try:
        identity = open_identity(ring, key_id, box, record.commitment)
    except (BoxFault, ServiceDown):
        _refuse(record.id, record.chain, record.sequence, "has a sealed part that does not open as its own")
        return
    found = database.execute("SELECT hash, objection, key FROM lookup WHERE record = ?", (record.id,))
    if not _can_be_looked_up(ring, found.fetchall(), identity, record.kind):
        _refuse(record.id, record.chain, record.sequence, "cannot be found under exactly its own numbers")


def _can_be_looked_up(
    ring: KeyRing, rows: list[tuple[bytes, int, str]], identity: Identity, kind: str
) -> bool:
    if not rows:
        return not identity.numbers
    keys = {key.key_id: key for key in ring.every(Purpose.INDEX)}
    used = {row[2] for row in rows}
    if len(used) != 1 or not used <= keys.keys():
        return False
    key = keys[used.pop()]
    return sorted((row[1], row[0]) for row in rows) == sorted(places_of(kind, identity, key))


def _verify_heads(database: sqlite3.Connection, ring: KeyRing, progress: _Progress) -> None:
    rows = database.execute("SELECT chain, sequence, link, key, mac FROM head ORDER BY chain").fetchall()
    for chain, sequence, link, key_id, mac in rows:
        stated = Head(chain, sequence, link)
        if not same(mac, head_mac(stated, ring.named(Purpose.CHAIN, key_id))):
            _refuse(0, chain, sequence, "is a head that no chain key wrote")
        followed = progress.heads.get(chain, Head(chain, 0, START))
        if followed.sequence < sequence:
            _refuse(progress.records + 1, chain, followed.sequence + 1, "is missing: the tail was cut off")
        if followed != stated:
            _refuse(0, chain, sequence + 1, "was added, or the head is an older one")
    strangers = progress.heads.keys() - {row[0] for row in rows}
    for chain in sorted(strangers):
        _refuse(0, chain, 1, "is in a chain that has no head")


def _verify_roll(database: sqlite3.Connection, ring: KeyRing, progress: _Progress) -> None:
    row = database.execute("SELECT chains, key, mac FROM roll").fetchone()
    chains, key_id, mac = row or (0, "", b"")
    if row is None and not progress.heads:
        return
    if row is None or not same(mac, roll_mac(chains, ring.named(Purpose.CHAIN, key_id))):
        _refuse(0, "", 0, "the roll of chains was changed")
    if chains != len(progress.heads):
        _refuse(0, "", 0, "a whole chain is missing")


def _verify_nothing_loose(database: sqlite3.Connection) -> None:
    """Nothing stands beside a record that is not there."""
    for table in ("sealed", "lookup"):
        row = database.execute(
            f"SELECT record FROM {table} WHERE record NOT IN (SELECT id FROM record) LIMIT 1"  # noqa: S608 - two fixed names
        ).fetchone()
        if row is not None:
            _refuse(row[0], "", 0, f"does not exist, and something in `{table}` belongs to it")


def _refuse(record: int, chain: str, sequence: int, problem: str) -> None:
    raise _Broken(Fault(record, chain, sequence, problem))
