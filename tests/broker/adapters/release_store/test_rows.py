"""What the store keeps so that an imported objection is found under its source's own row."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker.adapters.keys import KeyRing, Purpose, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.release_store.identity import identity_of_event, read, written
from broker.adapters.release_store.verification import verify_store
from tests.ports.imported_row_suite import ROW, ImportedRowSuite, imported
from tests.support.clocks import HandClock
from tests.support.stores import ADA, NOON, received


class TestSqliteRows(ImportedRowSuite):
    """Held to what every register must do."""

    @pytest.fixture
    async def store(self, path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
        """A new one."""
        made = opened(path, ring)
        yield made
        await made.aclose()


def opened(path: Path, ring: KeyRing) -> SqliteReleaseStore:
    """The store at `path`."""
    return SqliteReleaseStore.open(path, ring, HandClock(NOON))


@pytest.mark.parametrize("purpose", [Purpose.INDEX, Purpose.SEAL])
async def test_a_row_is_found_again_after_the_keys_were_rotated(
    path: Path, ring: KeyRing, purpose: Purpose
) -> None:
    """Before resealing, after it, and when the retired key has left the ring; and the trail follows."""
    store = opened(path, ring)
    version = await store.append_from_source(imported(ADA), seen=0)
    await store.aclose()
    retired = ring.active(purpose).key_id
    rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    store = opened(path, rotated)
    assert (await store.history_of_row(ROW)).version == version
    await store.reseal()
    await store.aclose()
    rotated.entries = tuple(entry for entry in rotated.entries if entry.key_id != retired)
    store = opened(path, rotated)
    assert (await store.history_of_row(ROW)).version == version
    await store.aclose()
    assert verify_store(path, rotated).fault is None


async def test_an_objection_that_is_not_found_under_its_row_breaks_the_trail(
    path: Path, ring: KeyRing
) -> None:
    """Else a source's withdrawal or a second import would miss it without a word."""
    store = opened(path, ring)
    await store.append_from_source(imported(ADA), seen=0)
    await store.aclose()
    assert verify_store(path, ring).fault is None
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER lookup_delete")
        database.execute("DELETE FROM lookup WHERE objection = 3")
    database.close()
    fault = verify_store(path, ring).fault
    assert fault is not None
    assert fault.record == 1


async def test_neither_the_row_nor_its_source_stands_in_clear(path: Path, ring: KeyRing) -> None:
    """In no file of the store."""
    store = opened(path, ring)
    await store.append_from_source(imported(ADA), seen=0)
    files = [*path.parent.glob(f"{path.name}*")]
    assert files
    assert not any(b"practice-system" in file.read_bytes() for file in files)
    await store.aclose()


def test_a_step_that_was_written_before_there_were_rows_is_read() -> None:
    """It has no origin, nobody's file took it, and there were neither grants nor facts of a judgement."""
    event = received(ADA)
    plain: list[Any] = msgspec.msgpack.decode(written(identity_of_event(event)))
    del plain[-2:]
    del plain[-1]["from_source"], plain[-1]["intake"]["origin"]
    assert read(msgspec.msgpack.encode(plain)).event == event
