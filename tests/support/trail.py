"""The audit trail of a running broker, read from its file: in order, and whether it holds together."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import verify_store
from broker.adapters.release_store.entries import Body, read_body
from broker.domain.audit import RecordKind
from broker.domain.outcome import PartnerOutcome
from broker.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its number over the whole store, and what stands in clear."""

    sequence: int
    body: Body


def rows(settings: Settings) -> list[Row]:
    """Every durable record, oldest first."""
    return rows_in(settings.store_path)


def rows_in(store: Path) -> list[Row]:
    """Every durable record of the store in this file, oldest first."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT id, body FROM record ORDER BY id").fetchall()
    return [Row(sequence, read_body(raw)) for sequence, raw in found]


def of_kind(settings: Settings, kind: RecordKind) -> list[Row]:
    """The records of one kind."""
    return [row for row in rows(settings) if row.body.kind is kind]


def outcomes(row: Row) -> dict[str, PartnerOutcome]:
    """The exact outcome of each partner."""
    return {one.partner_id: one for one in row.body.outcomes}


async def all_ended(settings: Settings) -> None:
    """Wait until every intent has its ending: that of an answer is written behind it."""
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0)
            intents = {row.sequence for row in of_kind(settings, RecordKind.INTENT)}
            if intents == {row.body.intent for row in of_kind(settings, RecordKind.OUTCOME)}:
                return


def assert_whole(settings: Settings) -> None:
    """The chain verifies; each intent has at most one disclosure, before its end; every tally balances; and
    nothing is released but what is shown, of which a page or one item is a part. A stream has several
    disclosures, and in them each partner once.
    """
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    verdict = verify_store(settings.store_path, ring)
    assert verdict.fault is None, verdict.fault
    intents = {row.sequence for row in of_kind(settings, RecordKind.INTENT)}
    disclosed: dict[int | None, set[str]] = {}
    for row in rows(settings):
        assert all(one.tally.balances for one in row.body.outcomes)
        if row.body.kind in {RecordKind.DISCLOSURE, RecordKind.OUTCOME}:
            assert row.body.intent in intents
            assert row.sequence > (row.body.intent or 0)
        if row.body.kind is RecordKind.DISCLOSURE:
            assert row.body.interaction == "stream" or row.body.intent not in disclosed
            named, before = set(outcomes(row)), disclosed.setdefault(row.body.intent, set())
            assert named.isdisjoint(before)
            before |= named
            for one in row.body.outcomes:
                assert row.body.released.get(one.partner_id, 0) <= one.tally.shown
