"""NHS numbers to the objections under them, read and appended inside the caller's transaction."""

from __future__ import annotations

import datetime as dt
import sqlite3

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store import links
from broker.adapters.release_store.entries import Entry, read_body
from broker.adapters.release_store.identity import now_text
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.shelves import ROWS, row_hash
from broker.adapters.release_store.steps import STEPS, marks_for, opened
from broker.domain.errors import ServiceDown
from broker.domain.objection import Objection, ObjectionSnapshot
from broker.domain.objection_life import ObjectionEvent, SourceRow
from broker.ports.objection_register import EarlyDisclosure, RowHistory, StepTaken

# Grants have steps too.
_OURS = "step.kind = 'objection'"


def version_under(database: sqlite3.Connection, hashes: list[bytes]) -> int:
    """The number of the newest step of any objection under these; 0 when there is none."""
    found = database.execute(
        f"SELECT ifnull(max(record), 0) FROM lookup WHERE objection = 1 AND hash IN ({marks_for(hashes)})",  # noqa: S608 - question marks only
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
    query = STEPS.format(source="record AS step", on="step.id", where=f"step.subject IS NOT NULL AND {_OURS}")
    return tuple(event for _, event in _opened(database.execute(query), ring))


def events_of(
    database: sqlite3.Connection, ring: KeyRing, objection_id: str
) -> tuple[tuple[int, ObjectionEvent], ...]:
    """The steps of one objection with their record numbers."""
    query = STEPS.format(source="record AS step", on="step.id", where=f"step.subject = ? AND {_OURS}")
    return _opened(database.execute(query, (objection_id,)), ring)


def events_after(
    database: sqlite3.Connection, ring: KeyRing, sequence: int, most: int
) -> tuple[tuple[int, ObjectionEvent], ...]:
    """The next steps of the register, with their record numbers."""
    # Cut off before boxes are fetched; the plus keeps to the order of the records: nothing is sorted.
    few = "(SELECT id FROM record WHERE id > ? AND kind = 'objection' ORDER BY id LIMIT ?) AS step"
    query = STEPS.format(source=few, on="step.id", where="TRUE")
    return _opened(database.execute(query, (sequence, most)), ring)


def sequence_before(database: sqlite3.Connection, instant: dt.datetime) -> int:
    """By halving: records are numbered in the order in which they are written."""
    text = now_text(instant)
    low, high = 0, int(database.execute("SELECT ifnull(max(id), 0) FROM record").fetchone()[0])
    while low < high:
        middle = (low + high + 1) // 2
        found = database.execute("SELECT body FROM record WHERE id <= ? ORDER BY id DESC LIMIT 1", (middle,))
        row = found.fetchone()
        if row is None or read_body(row[0]).at < text:
            low = middle
        else:
            high = middle - 1
    return low


def history_of_row(database: sqlite3.Connection, ring: KeyRing, origin: SourceRow) -> RowHistory:
    """What was imported from one row. Raises ServiceDown("keys") when an index key is gone."""
    hashes = links.hashes_of(database, ring, ())  # only to hear of a key that is missing
    hashes.extend(row_hash(origin, key) for key in ring.every(Purpose.INDEX))
    where = f"lookup.objection = {ROWS} AND lookup.hash IN ({marks_for(hashes)})"
    query = STEPS.format(source="lookup", on="lookup.record", where=where)
    found = _opened(database.execute(query, hashes), ring)
    return RowHistory(version=found[-1][0] if found else 0, events=tuple(event for _, event in found))


def refuse_if_row_moved(
    database: sqlite3.Connection, ring: KeyRing, event: ObjectionEvent, seen: int
) -> None:
    """Raises StepTaken when the row that the event is imported from is not as its reader saw it."""
    origin = event.intake.origin
    if origin is None or history_of_row(database, ring, origin).version != seen:
        raise StepTaken


def append(database: sqlite3.Connection, journal: Journal, event: ObjectionEvent, entry: Entry) -> int:
    """Raises StepTaken when another step came first."""
    query = f"SELECT count(*) FROM record AS step WHERE step.subject = ? AND {_OURS}"  # noqa: S608 - fixed words
    taken = database.execute(query, (entry.subject,)).fetchone()
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
    hashes = links.hashes_of(database, ring, first.numbers)
    rows = database.execute(
        "SELECT DISTINCT record.id, record.body FROM lookup "  # noqa: S608 - question marks only
        "JOIN record ON record.id = lookup.record "
        f"WHERE lookup.objection = 0 AND lookup.hash IN ({marks_for(hashes)}) AND record.kind = 'disclosure' "
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
    where = f"lookup.objection = 1 AND lookup.hash IN ({marks_for(hashes)})"
    query = STEPS.format(source="lookup", on="lookup.record", where=where)
    return _opened(database.execute(query, hashes), ring)


def _opened(rows: sqlite3.Cursor, ring: KeyRing) -> tuple[tuple[int, ObjectionEvent], ...]:
    found = []
    for record_id, identity in opened(rows, ring):
        if identity.event is None:
            raise ServiceDown("release-store")
        found.append((record_id, identity.event))
    return tuple(found)
