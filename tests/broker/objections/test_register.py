from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.category import Category
from broker.domain.objection import Direction, ObjectionState, Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake
from broker.domain.objection_speaker import Authority, Proof, Speaker, Standing
from broker.objections import IllegalStep, Register, Ruling, UnknownObjection
from broker.objections.register import EVENTS_AT_ONCE
from broker.ports.objection_register import StepTaken
from tests.support.clocks import HandClock
from tests.support.speakers import ASSESSOR, BORN, intake_of, parent, taken_back_by
from tests.support.stores import ADA, BEN, NOON, TAKEN_BACK, TWO_IDENTIFIERS, demonstration_ring

HANDLER = Actor(role="call handler", name="Imaginary Rowan")
ATTORNEY = Speaker(
    standing=Standing.ATTORNEY,
    name="Imaginary Elder",
    authority=Authority(proof=Proof.OPG_REGISTER, reference="OPG-1"),
)
BY_ATTORNEY = replace(TAKEN_BACK, channel=Channel.POST, form_for_another=True, speaker=ATTORNEY)
INTAKE = Intake(
    channel=Channel.POST,
    received_at=NOON,
    identity_check=IdentityCheck.QUESTIONS,
    consequences_explained=False,
    identifiers=TWO_IDENTIFIERS,
    speaker=ATTORNEY,
    form_for_another=True,
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
    await register.decide(name, Ruling(state=ObjectionState.UPHELD, by=HANDLER), grounds={})
    await register.withdraw(name, BY_ATTORNEY, by=HANDLER, note="rang to withdraw")
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
    assert [event async for event in register.newest()] == [first, second]
    assert await register.list(frozenset({BEN})) == (second,)


async def test_an_unknown_objection_is_said_to_be_unknown(register: Register) -> None:
    """By every command that names one."""
    for work in (
        register.history("ob-none"),
        register.review("ob-none", by=HANDLER),
        register.withdraw("ob-none", BY_ATTORNEY, by=HANDLER),
        register.early_disclosures("ob-none"),
    ):
        with pytest.raises(UnknownObjection):
            await work


async def test_a_parents_objection_against_what_a_competent_child_decided_is_disputed(
    register: Register,
) -> None:
    """It binds, and waits for the Guardian; where nobody found the child competent it is as any other."""
    own = await register.record(frozenset({ADA}), intake_of(born=BORN, competence=ASSESSOR), by=HANDLER)
    first = await register.record(frozenset({ADA}), intake_of(parent(), born=BORN), by=HANDLER)
    assert first.disputed is None
    await register.withdraw(own.objection.objection_id, taken_back_by(competence=ASSESSOR), by=HANDLER)
    second = await register.record(frozenset({ADA}), intake_of(parent(), born=BORN), by=HANDLER)
    assert second.disputed is not None
    assert second.objection.state is ObjectionState.RECEIVED
    assert (await register.record(frozenset({BEN}), intake_of(parent()), by=HANDLER)).disputed is None


async def test_the_register_is_read_a_part_at_a_time(register: Register) -> None:
    """Each objection once, in its newest state, over the edges of the parts."""
    names = [
        (await register.record(frozenset({ADA}), INTAKE, by=HANDLER)).objection.objection_id
        for _ in range(EVENTS_AT_ONCE + 5)
    ]
    await register.review(names[0], by=HANDLER)
    found = [event async for event in register.newest()]
    assert [event.objection.objection_id for event in found] == [*names[1:], names[0]]
    assert found[-1].objection.state is ObjectionState.UNDER_REVIEW
