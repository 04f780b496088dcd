"""Rows of the store to the steps that are sealed beside them, each opened whole or nothing at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from broker.adapters.keys import KeyRing
from broker.adapters.release_store.identity import BoxFault, Identity, open_identity
from broker.domain.errors import ServiceDown

STEPS: Final = (
    "SELECT DISTINCT record.id, record.commitment, sealed.key, sealed.box FROM {source} "
    "LEFT JOIN record ON record.id = {on} LEFT JOIN sealed ON sealed.record = record.id "
    "WHERE {where} ORDER BY record.id"
)


def opened(rows: sqlite3.Cursor, ring: KeyRing) -> Iterator[tuple[int, Identity]]:
    """Raises ServiceDown when any step cannot be read whole: a lost objection is not no objection."""
    for record_id, commitment, key_id, box in rows:
        if record_id is None or box is None:
            raise ServiceDown("release-store")
        try:
            yield int(record_id), open_identity(ring, key_id, box, commitment)
        except BoxFault:
            raise ServiceDown("release-store") from None


def marks_for(values: list[bytes]) -> str:
    """A question mark for each value."""
    return ",".join("?" * len(values))
