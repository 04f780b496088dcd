"""An objection follows a number that was superseded, whoever is asked about first."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor
from broker.objections import Register
from broker.objections.due import What, due_by
from broker.objections.tracing import Traces, Tracing, numbers_in_force
from broker.ports.connector import Traced
from tests.support.records import person
from tests.support.speakers import intake_of, parent, received_by
from tests.support.stores import ADA, BEN, CLEO, demonstration_ring, received

DEE, EVE = NhsNumber("9990000042"), NhsNumber("9990000050")
NOBODYS = {DEE: "invalidated", EVE: "not-found"}
BY = Actor(role="call handler", name="Imaginary Rowan")


class Index:
    """Knows that ADA was superseded by BEN, cannot say of CLEO, and knows DEE as nobody any more."""

    partner_id = "index"

    async def trace(self, number: NhsNumber, /, **_: Any) -> Traced:
        """As the class says."""
        if number == CLEO:
            raise ServiceDown("patient-index")
        if number in NOBODYS:
            return Traced(status=NOBODYS[number])
        return Traced(status="found", identity=person(number=BEN, numbers=frozenset({number, BEN})))


def tracing_over(store: SqliteReleaseStore) -> Tracing:
    """At a desk whose index is this one."""
    clock = SystemClock()
    return Tracing(store, Register(store, clock), Index(), clock, deadline_s=5.0)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteReleaseStore]:
    """A real store on a real file."""
    ring = demonstration_ring(tmp_path / "keys")
    opened = SqliteReleaseStore.open(tmp_path / "release.db", ring, SystemClock())
    yield opened
    await opened.aclose()


async def test_an_objection_under_an_old_number_is_met_under_the_current_one(
    store: SqliteReleaseStore,
) -> None:
    """Although nobody ever asked for the record under the old one."""
    await store.append_event(received(ADA))
    assert (await store.objections(frozenset({BEN}))).objections == ()
    tracing = tracing_over(store)
    numbers = await numbers_in_force(Register(store, SystemClock()))
    assert await tracing.trace(numbers, by=BY) == Traces(asked=1, superseded=1)
    assert len((await store.objections(frozenset({BEN}))).objections) == 1


async def test_an_index_that_cannot_say_is_counted_and_every_question_is_on_file(
    store: SqliteReleaseStore,
) -> None:
    """With whoever asked it, before it was asked and how it ended."""
    tracing = tracing_over(store)
    assert await tracing.trace({ADA, BEN, CLEO}, by=BY) == Traces(asked=3, superseded=1, unanswered=1)
    ends = {}
    for number in (ADA, CLEO):
        access = (await store.accesses(frozenset({number}), reader=BY))[0]
        ends[number] = (access.interaction, access.user, access.ended)
    name = "Imaginary Rowan"
    assert ends == {ADA: ("objection-trace", name, "traced"), CLEO: ("objection-trace", name, "failed")}


async def test_a_withdrawn_objection_is_not_traced(store: SqliteReleaseStore) -> None:
    """Nobody is asked about without reason."""
    first = received(ADA)
    gone = dataclasses.replace(
        first, step=2, objection=dataclasses.replace(first.objection, state=ObjectionState.WITHDRAWN)
    )
    for event in (first, gone, received(BEN, objection_id="ob-2")):
        await store.append_event(event)
    assert await numbers_in_force(Register(store, SystemClock())) == {BEN}


@pytest.mark.parametrize("number", [DEE, EVE])
async def test_an_invalidated_number_is_for_review_and_is_linked_with_nobody(
    store: SqliteReleaseStore, number: NhsNumber
) -> None:
    """Noted once, however often the index is asked; it binds under the number as before."""
    await store.append_event(received(number))
    for _ in range(2):
        assert await tracing_over(store).trace({number}, by=BY) == Traces(asked=1, invalidated=1)
    event = (await store.events_under(frozenset({number})))[-1]
    assert (event.step, event.invalidated, event.by) == (2, frozenset({number}), BY)
    assert [due.what for due in due_by(event, event.at.date())] == [What.INVALIDATED]
    assert await store.linked_with(frozenset({number})) == {number}


async def test_an_objection_that_a_person_linked_is_met_under_the_right_number(
    store: SqliteReleaseStore,
) -> None:
    """And no other objection with it; the index's next word on the old number changes nothing."""
    await store.append_event(received(DEE))
    await store.append_event(received(DEE, objection_id="ob-2"))
    await tracing_over(store).trace({DEE}, by=BY)
    register = Register(store, SystemClock())
    linked = await register.link("ob-1", frozenset({ADA}), by=BY)
    assert [one.objection_id for one in (await store.objections(frozenset({ADA}))).objections] == ["ob-1"]
    await tracing_over(store).trace({DEE}, by=BY)
    assert (await register.history("ob-1"))[-1] == linked
    assert due_by(linked, linked.at.date()) == ()


async def test_a_parents_objection_gets_the_birth_date_that_the_index_names(
    store: SqliteReleaseStore,
) -> None:
    """Once, and nobody else's does; under the old number as well."""
    await store.append_event(received_by(intake_of(parent())))
    await store.append_event(received(ADA, objection_id="ob-own"))
    for _ in range(2):
        await tracing_over(store).trace({ADA}, by=BY)
    events = {event.objection.objection_id: event for event in await store.events_under(frozenset({ADA}))}
    assert (events["ob-1"].intake.born, events["ob-1"].step) == (person().birth_date, 2)
    assert (events["ob-own"].intake.born, events["ob-own"].step) == ("", 1)
