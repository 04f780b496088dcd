from __future__ import annotations

from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing, Purpose, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.release_store import SqliteReleaseStore, verify_store
from tests.ports.release_store_suite import READER
from tests.support.clocks import HandClock
from tests.support.store_faults import down
from tests.support.stores import (
    ADA,
    BEN,
    NOON,
    demonstration_ring,
    disclosure,
    intent,
    received,
    refusal,
)


async def test_without_keys_nothing_is_recorded(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """Keys that are not there, or are taken away, name their service; given back, all goes on."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    (seal,) = (tmp_path / "keys").glob("seal-*.key")
    hidden = seal.rename(seal.with_suffix(".away"))
    assert await down(store.check()) == "keys"
    for work in (
        store.record_intent(intent()),
        store.release(disclosure(1)),
        store.record_refusal(refusal()),
        store.append_event(received()),
    ):
        assert await down(work) == "keys"
    hidden.rename(seal)
    await store.check()
    assert await store.record_intent(intent()) == 1
    await store.aclose()


async def test_only_governance_opens_the_proof(tmp_path: Path, path: Path, ring: KeyRing) -> None:
    """With the opening half each released item is listed; without it everything else is shown."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    number = await store.record_intent(intent())
    release = disclosure(number, count=7)
    await store.release(release)
    (line,) = await store.accesses(frozenset({ADA}), reader=READER)
    assert line.items == release.items
    (proof,) = (tmp_path / "keys").glob("proof-*.key")
    proof.unlink()
    file = tmp_path / "keys" / "keys.yaml"
    file.write_text(file.read_text().replace(f"    file: {proof.name}\n", ""))
    await store.aclose()
    operators = SqliteReleaseStore.open(path, demonstration_ring(tmp_path / "keys"), HandClock(NOON))
    line, _ = await operators.accesses(frozenset({ADA}), reader=READER)
    assert (line.outcome, line.items) == ("released", None)
    await operators.release(disclosure(number))
    await operators.aclose()


@pytest.mark.parametrize("purpose", [Purpose.INDEX, Purpose.SEAL, Purpose.CHAIN, Purpose.PROOF])
async def test_rotation_keeps_look_up_and_the_chain(path: Path, ring: KeyRing, purpose: Purpose) -> None:
    """What was written under the old key is found and follows, before and after resealing."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    number = await store.record_intent(intent(ADA, BEN))
    version = await store.append_event(received(ADA, BEN))
    await store.aclose()
    rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    store = SqliteReleaseStore.open(path, rotated, HandClock(NOON))
    before = await store.objections(frozenset({BEN}))
    await store.release(disclosure(number, ADA, version=version))
    assert await store.reseal() == (2 if purpose in {Purpose.INDEX, Purpose.SEAL} else 0)
    assert await store.objections(frozenset({BEN})) == before
    assert [line.outcome for line in await store.accesses(frozenset({ADA}), reader=READER)] == ["released"]
    await store.aclose()
    assert verify_store(path, rotated).fault is None


async def test_after_resealing_the_retired_keys_may_go(path: Path, ring: KeyRing) -> None:
    """Nothing is left under a retired key, in any file of the store."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    await store.record_intent(intent())
    await store.append_event(received())
    await store.aclose()
    old = [ring.active(purpose).key_id for purpose in (Purpose.INDEX, Purpose.SEAL)]
    for purpose in (Purpose.INDEX, Purpose.SEAL):
        rotate_key(ring.path, purpose, environment="demonstration")
    store = SqliteReleaseStore.open(
        path, read_key_ring(ring.path, environment="demonstration"), HandClock(NOON)
    )
    assert await store.reseal() == 2
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    await store.aclose()
    fewer = read_key_ring(ring.path, environment="demonstration")
    fewer.entries = tuple(entry for entry in fewer.entries if entry.key_id not in old)
    store = SqliteReleaseStore.open(path, fewer, HandClock(NOON))
    assert len((await store.objections(frozenset({ADA}))).objections) == 1
    await store.aclose()
    assert verify_store(path, fewer).fault is None


async def test_a_ring_without_a_key_that_objections_were_recorded_under_is_refused(
    path: Path, ring: KeyRing
) -> None:
    """A process with an older ring could not find a newer objection, and so answers nothing."""
    old = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    rotate_key(ring.path, Purpose.INDEX, environment="demonstration")
    new = SqliteReleaseStore.open(
        path, read_key_ring(ring.path, environment="demonstration"), HandClock(NOON), chain="desk"
    )
    await new.append_event(received())
    assert await down(old.objections(frozenset({ADA}))) == "keys"
    assert await down(old.release(disclosure(1))) == "keys"
    assert await down(old.check()) == "keys"
    await old.aclose()
    await new.aclose()


@pytest.mark.parametrize("purpose", [Purpose.INDEX, Purpose.SEAL])
async def test_a_link_written_under_an_old_key_leads_to_what_is_written_under_a_new_one(
    path: Path, ring: KeyRing, purpose: Purpose
) -> None:
    """Before and after resealing; and the person is told of who looked under either number."""
    store = SqliteReleaseStore.open(path, ring, HandClock(NOON))
    await store.link_numbers(frozenset({ADA, BEN}))
    await store.aclose()
    rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    store = SqliteReleaseStore.open(path, rotated, HandClock(NOON))
    await store.append_event(received(ADA))
    await store.record_refusal(refusal(ADA))
    for _ in range(2):
        assert len((await store.objections(frozenset({BEN}))).objections) == 1
        assert (await store.accesses(frozenset({BEN}), reader=READER))[0].outcome == "refused"
        await store.reseal()
    await store.aclose()
    assert verify_store(path, rotated).fault is None
