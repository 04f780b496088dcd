"""NHS numbers to the objections under them, read and appended inside the caller's transaction."""

from __future__ import annotations

import datetime as dt
import sqlite3

from broker.adapters.keys import KeyRing
from broker.adapters.release_store.entries import Entry, read_body
from broker.adapters.release_store.identity import BoxFault, now_text, open_identity
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.links import hashes_of
from broker.domain.errors import ServiceDown
from broker.domain.objection import Objection, ObjectionSnapshot
from broker.domain.objection_life import ObjectionEvent
from broker.ports.objection_register import EarlyDisclosure, StepTaken

_EVENTS = (
    "SELECT DISTINCT record.id, record.commitment, sealed.key, sealed.box FROM {source} "
    "LEFT JOIN record ON record.id = {on} LEFT JOIN sealed ON sealed.record = record.id "
    "WHERE {where} ORDER BY record.id"
)


def version_under(database: sqlite3.Connection, hashes: list[bytes]) -> int:
    """The number of the newest step of any objection under these; 0 when there is none."""
    marks = ",".join("?" * len(hashes))
    found = database.execute(
        f"SELECT ifnull(max(record), 0) FROM lookup WHERE objection = 1 AND hash IN ({marks})",  # noqa: S608 - question marks only
        hashes,
    )
    return int(found.fetchone()[0])


def snapshot_under(database: sqlite3.Connection, ring: KeyRing, hashes: list[bytes]) -> ObjectionSnapshot:
    """Every objection in its newest state."""
    newest: dict[str, Objection] = {}
    version = 0
    for record_id, event in _events_by_hash(database, ring, hashes):
        newest[event.objection.objection_id] = event.objection
        version = record_id
    return ObjectionSnapshot(version=version, objections=tuple(newest.values()))


def events_under(
    database: sqlite3.Connection, ring: KeyRing, hashes: list[bytes]
) -> tuple[ObjectionEvent, ...]:
    """Every step under these, oldest first."""
    return tuple(event for _, event in _events_by_hash(database, ring, hashes))


def events_in_all(database: sqlite3.Connection, ring: KeyRing) -> tuple[ObjectionEvent, ...]:
    """The whole register, oldest step first."""
    query = _EVENTS.format(source="record AS step", on="step.id", where="step.subject IS NOT NULL")
    return tuple(event for _, event in _opened(database.execute(query), ring))


def events_of(
    database: sqlite3.Connection, ring: KeyRing, objection_id: str
) -> tuple[tuple[int, ObjectionEvent], ...]:
    """The steps of one objection with their record numbers."""
    query = _EVENTS.format(source="record AS step", on="step.id", where="step.subject = ?")
    return _opened(database.execute(query, (objection_id,)), ring)


def append(database: sqlite3.Connection, journal: Journal, event: ObjectionEvent, entry: Entry) -> int:
    """Raises StepTaken when another step came first."""
    taken = database.execute("SELECT count(*) FROM record WHERE subject = ?", (entry.subject,)).fetchone()
    if event.step != taken[0] + 1:
        raise StepTaken
    return journal.append(database, entry)


def early_disclosures(
    database: sqlite3.Connection, ring: KeyRing, objection_id: str
) -> tuple[EarlyDisclosure, ...]:
    """Releases after receipt and before acknowledgement; the second by order of record, not by a clock."""
    steps = events_of(database, ring, objection_id)
    if not steps:
        return ()
    acknowledged, first = steps[0]
    hashes = hashes_of(database, ring, first.numbers)
    marks = ",".join("?" * len(hashes))
    rows = database.execute(
        "SELECT DISTINCT record.id, record.body FROM lookup "  # noqa: S608 - question marks only
        "JOIN record ON record.id = lookup.record "
        f"WHERE lookup.objection = 0 AND lookup.hash IN ({marks}) AND record.kind = 'disclosure' "
        "AND record.id < ? ORDER BY record.id",
        (*hashes, acknowledged),
    )
    received = now_text(first.intake.received_at)
    found = (_early(row[0], row[1]) for row in rows if read_body(row[1]).at >= received)
    return tuple(found)


def _early(sequence: int, raw: bytes) -> EarlyDisclosure:
    body = read_body(raw)
    return EarlyDisclosure(
        sequence=sequence,
        at=dt.datetime.fromisoformat(body.at),
        organisation_ods=body.organisation_ods,
        roles=body.roles,
        purpose=body.purpose,
        partners=tuple(body.released),
    )


def _events_by_hash(
    database: sqlite3.Connection, ring: KeyRing, hashes: list[bytes]
) -> tuple[tuple[int, ObjectionEvent], ...]:
    marks = ",".join("?" * len(hashes))
    where = f"lookup.objection = 1 AND lookup.hash IN ({marks})"
    query = _EVENTS.format(source="lookup", on="lookup.record", where=where)
    return _opened(database.execute(query, hashes), ring)


def _opened(rows: sqlite3.Cursor, ring: KeyRing) -> tuple[tuple[int, ObjectionEvent], ...]:
    """Raises ServiceDown when any step cannot be read whole: a lost objection is not no objection."""
    found = []
    for record_id, commitment, key_id, box in rows:
        if record_id is None or box is None:
            raise ServiceDown("release-store")
        try:
            event = open_identity(ring, key_id, box, commitment).event
        except BoxFault:
            raise ServiceDown("release-store") from None
        if event is None:
            raise ServiceDown("release-store")
        found.append((int(record_id), event))
    return tuple(found)
