"""What goes wrong with a store's disk, made to happen to a real one."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.release_store.writer import Job
from broker.domain.errors import ServiceDown


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def down(work: Awaitable[object]) -> str:
    """The service that is named when `work` is refused."""
    with pytest.raises(ServiceDown) as refused:
        await work
    return refused.value.service


async def capped(store: SqliteReleaseStore, spare_pages: int) -> None:
    """Cap the store from inside its own thread."""

    def run(database: sqlite3.Connection, _: object) -> None:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages + spare_pages}")

    await store._writer.do(Job(service="audit", run=run, writes=False))
