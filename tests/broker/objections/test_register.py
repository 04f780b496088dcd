from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.category import Category
from broker.domain.objection import Direction, ObjectionState, Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake
from broker.objections import IllegalStep, Register, Ruling, UnknownObjection
from broker.ports.objection_register import StepTaken
from tests.support.clocks import HandClock
from tests.support.stores import ADA, BEN, NOON, demonstration_ring

HANDLER = Actor(role="call handler", name="Imaginary Rowan")
INTAKE = Intake(
    channel=Channel.PHONE,
    received_at=NOON,
    identity_check=IdentityCheck.QUESTIONS,
    consequences_explained=False,
    on_behalf_of="attorney",
)
SCOPE = Scope(
    partners=frozenset({"acute", "D81001"}),
    direction=Direction.SOURCE,
    staff=frozenset({"555000111222"}),
    categories=frozenset({Category.RESULTS, Category.SOCIAL_CARE}),
    items=frozenset({("https://lab.example/id", "17|a")}),
    period_start="2016-01-01",
    period_end="2017-01-01",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteReleaseStore]:
    """A real store."""
    opened = SqliteReleaseStore.open(
        tmp_path / "s.db", demonstration_ring(tmp_path / "keys"), HandClock(NOON)
    )
    yield opened
    await opened.aclose()


@pytest.fixture
def register(store: SqliteReleaseStore) -> Register:
    """Over it."""
    return Register(store, HandClock(NOON))


async def test_an_objection_binds_when_it_is_recorded(register: Register, store: SqliteReleaseStore) -> None:
    """Every part of its scope and its intake comes back as it was given."""
    event = await register.record(frozenset({ADA, BEN}), INTAKE, by=HANDLER, scope=SCOPE, note="rang twice")
    assert (await store.objections(frozenset({BEN}))).objections == (event.objection,)
    assert event.objection.scope == SCOPE
    assert await register.history(event.objection.objection_id) == (event,)


async def test_a_whole_life_is_kept(register: Register, store: SqliteReleaseStore) -> None:
    """Five steps, the newest binding."""
    event = await register.record(frozenset({ADA}), INTAKE, by=HANDLER)
    name = event.objection.objection_id
    await register.review(name, by=HANDLER)
    await register.decide(name, Ruling(state=ObjectionState.UPHELD, by=HANDLER))
    await register.withdraw(name, by=HANDLER, note="rang to withdraw")
    assert [step.objection.state.value for step in await register.history(name)] == [
        "received",
        "under-review",
        "upheld",
        "withdrawn",
    ]
    (newest,) = await register.list(frozenset({ADA}))
    assert newest.objection.state is ObjectionState.WITHDRAWN
    assert (await store.objections(frozenset({ADA}))).objections == (newest.objection,)


async def test_two_reviewers_at_once_take_one_step(register: Register) -> None:
    """One is told that the other came first, or that it is done already."""
    event = await register.record(frozenset({ADA}), INTAKE, by=HANDLER)
    name = event.objection.objection_id
    results = await asyncio.gather(
        *[register.review(name, by=HANDLER) for _ in range(6)], return_exceptions=True
    )
    assert sum(isinstance(result, (StepTaken, IllegalStep)) for result in results) == 5
    assert len(await register.history(name)) == 2


async def test_the_register_lists_everybody_or_one_person(register: Register) -> None:
    """In the order of receipt."""
    first = await register.record(frozenset({ADA}), INTAKE, by=HANDLER)
    second = await register.record(frozenset({BEN}), INTAKE, by=HANDLER)
    assert await register.list() == (first, second)
    assert await register.list(frozenset({BEN})) == (second,)


async def test_an_unknown_objection_is_said_to_be_unknown(register: Register) -> None:
    """By every command that names one."""
    for work in (
        register.history("ob-none"),
        register.review("ob-none", by=HANDLER),
        register.withdraw("ob-none", by=HANDLER),
        register.early_disclosures("ob-none"),
    ):
        with pytest.raises(UnknownObjection):
            await work
