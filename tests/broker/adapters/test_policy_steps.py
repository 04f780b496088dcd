"""Revisions of the policies that came into force, on file: one order for every process on one store."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from broker.adapters.release_store import SqliteReleaseStore, verify_store
from broker.domain.audit import RecordKind
from broker.domain.errors import ServiceDown
from broker.domain.policy_revision import PolicyStep, PolicyTrail
from broker.ports.policy_register import PolicyMoved
from tests.support.clocks import START, HandClock
from tests.support.stores import demonstration_ring, intent, received

FIRST = PolicyStep(number=1, digest="a1" * 32, signed_by=("guardian", "chair"))
SECOND = PolicyStep(
    number=2, digest="b2" * 32, previous="a1" * 32, opens=False, forced=True, by_role="lead", because="why"
)


def opened(folder: Path, chain: str = "broker") -> SqliteReleaseStore:
    """A process's own hand on the store."""
    return SqliteReleaseStore.open(
        folder / "releases.sqlite", demonstration_ring(folder), HandClock(), chain=chain
    )


async def test_a_step_is_read_back_whole_by_another_process_and_the_trail_follows(tmp_path: Path) -> None:
    """It is a record like any other: chained, in order among the others, and after a restart still there."""
    store = opened(tmp_path)
    assert await store.policy_steps.policy_trail() == PolicyTrail()
    assert await store.policy_steps.record_policy(FIRST, after=None) == 1
    assert await store.record_intent(intent()) == 2
    assert await store.policy_steps.record_policy(SECOND, after=FIRST, by_name="Imaginary Ash") == 3
    await store.aclose()
    other = opened(tmp_path, "desk")
    assert await other.policy_steps.policy_trail() == PolicyTrail(last=SECOND, newest_at=START)
    await other.aclose()
    found = verify_store(tmp_path / "releases.sqlite", demonstration_ring(tmp_path))
    assert (found.fault, found.records) == (None, 3)


async def test_the_name_of_whoever_forced_it_is_sealed_and_the_rest_stands_in_clear(tmp_path: Path) -> None:
    """Role and reason can be read by whoever audits; a name opens with a key alone."""
    store = opened(tmp_path)
    await store.policy_steps.record_policy(SECOND, after=None, by_name="Imaginary Ash")
    await store.aclose()
    database = sqlite3.connect(tmp_path / "releases.sqlite")
    ((kind, body),) = database.execute("SELECT kind, body FROM record").fetchall()
    database.close()
    assert kind == RecordKind.POLICY
    assert b'"because":"why"' in body
    assert b"Ash" not in (tmp_path / "releases.sqlite").read_bytes()


async def test_of_two_that_follow_the_same_one_comes_first_and_the_other_is_refused(tmp_path: Path) -> None:
    """Whichever process, at whatever moment: nothing of the second is on file."""
    stores = [opened(tmp_path, chain) for chain in ("one", "two")]
    taken = await asyncio.gather(
        *(
            store.policy_steps.record_policy(
                PolicyStep(number=1, digest=f"{place}" * 64, signed_by=(str(place),)), after=None
            )
            for place, store in enumerate(stores)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in taken) == ["PolicyMoved", "int"]
    trails = [await store.policy_steps.policy_trail() for store in stores]
    assert trails[0] == trails[1]
    with pytest.raises(PolicyMoved):
        await stores[0].policy_steps.record_policy(SECOND, after=FIRST)
    for store in stores:
        await store.aclose()


async def test_it_is_found_at_once_however_long_the_trail_is(tmp_path: Path) -> None:
    """By an index, which a store that was made before it existed is given when it is opened."""
    store = opened(tmp_path)
    await store.policy_steps.record_policy(FIRST, after=None)
    await store.aclose()
    database = sqlite3.connect(tmp_path / "releases.sqlite")
    database.execute("DROP INDEX record_policy")
    database.close()
    store = opened(tmp_path)
    assert (await store.policy_steps.policy_trail()).last == FIRST
    await store.aclose()
    database = sqlite3.connect(tmp_path / "releases.sqlite")
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT body FROM record WHERE kind = 'policy' ORDER BY id DESC LIMIT 1"
    ).fetchall()
    database.close()
    assert "record_policy" in plan[0][3]


async def test_it_is_no_objection(tmp_path: Path) -> None:
    """The register of objections is read as if it were not there."""
    store = opened(tmp_path)
    await store.append_event(received())
    await store.policy_steps.record_policy(FIRST, after=None)
    assert len(await store.events_under(None)) == 1
    await store.aclose()


async def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    """Then the policies stay as they are."""
    store = opened(tmp_path)
    await store.aclose()
    with pytest.raises(ServiceDown):
        await store.policy_steps.policy_trail()
    with pytest.raises(ServiceDown):
        await store.policy_steps.record_policy(FIRST, after=None)
