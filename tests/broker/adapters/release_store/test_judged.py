"""What one record was judged on is read as it stood, under every number that led to the person by then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.audit import Intent
from tests.ports.grant_register_suite import OFFICER, opening
from tests.support.clocks import HandClock
from tests.support.grants import granted
from tests.support.stores import ADA, BEN, NOON, REASONS, context, received


@pytest.fixture
async def store(path: Path, ring: KeyRing) -> AsyncIterator[SqliteReleaseStore]:
    """A new one."""
    made = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    yield made
    await made.aclose()


async def judged(store: SqliteReleaseStore, *, version: int = 0, grant_id: str = "") -> int:
    """The number of a record about Ben, judged on that version of the register."""
    about = replace(context(BEN, version=version), grant_id=grant_id)
    return await store.record_intent(Intent(context=about, at=NOON, reasons=REASONS))


async def test_an_objection_is_found_that_a_later_link_led_to(store: SqliteReleaseStore) -> None:
    """The version of the register is that of its last step; the numbers were linked after it."""
    await store.append_event(received(ADA))
    await store.link_numbers(frozenset({ADA, BEN}))
    snapshot = await store.objections(frozenset({BEN}))
    sequence = await judged(store, version=snapshot.version)
    found = await store.judged_record(sequence, reader=OFFICER)
    assert found is not None
    assert found.objections == snapshot


async def test_a_link_that_came_after_the_record_is_not_followed(store: SqliteReleaseStore) -> None:
    """Nobody knew of it then."""
    await store.append_event(received(ADA))
    sequence = await judged(store, version=1)
    await store.link_numbers(frozenset({ADA, BEN}))
    found = await store.judged_record(sequence, reader=OFFICER)
    assert found is not None
    assert found.objections.objections == ()


async def test_a_grant_is_known_by_every_number_that_led_to_its_person(store: SqliteReleaseStore) -> None:
    """As it was when it was judged."""
    grant = granted()
    await opening(store, grant)
    await store.link_numbers(frozenset({ADA, BEN}))
    sequence = await judged(store, grant_id=grant.grant_id)
    found = await store.judged_record(sequence, reader=OFFICER)
    assert found is not None
    assert found.grant == await store.grant(grant.grant_id)
