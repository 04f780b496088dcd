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
from broker.objections.tracing import Traces, Tracing, numbers_in_force
from broker.ports.connector import Traced
from tests.support.records import person
from tests.support.stores import ADA, BEN, CLEO, demonstration_ring, received

BY = Actor(role="call handler", name="Imaginary Rowan")


class Index:
    """Knows that ADA was superseded by BEN, and cannot say of CLEO."""

    partner_id = "index"

    async def trace(self, number: NhsNumber, /, **_: Any) -> Traced:
        """As the class says."""
        if number == CLEO:
            raise ServiceDown("patient-index")
        return Traced(status="found", identity=person(number=BEN, numbers=frozenset({number, BEN})))


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
    tracing = Tracing(store, Index(), SystemClock(), deadline_s=5.0)
    numbers = numbers_in_force(await store.events_under(None))
    assert await tracing.trace(numbers, by=BY) == Traces(asked=1, superseded=1)
    assert len((await store.objections(frozenset({BEN}))).objections) == 1


async def test_an_index_that_cannot_say_is_counted_and_every_question_is_on_file(
    store: SqliteReleaseStore,
) -> None:
    """With whoever asked it, before it was asked and how it ended."""
    tracing = Tracing(store, Index(), SystemClock(), deadline_s=5.0)
    assert await tracing.trace({ADA, BEN, CLEO}, by=BY) == Traces(asked=3, superseded=1, unanswered=1)
    ends = {}
    for number in (ADA, CLEO):
        access = (await store.accesses(frozenset({number}), reader=BY))[0]
        ends[number] = (access.interaction, access.user, access.ended)
    name = "Imaginary Rowan"
    assert ends == {ADA: ("objection-trace", name, "traced"), CLEO: ("objection-trace", name, "failed")}


def test_a_withdrawn_objection_is_not_traced() -> None:
    """Nobody is asked about without reason."""
    first = received(ADA)
    gone = dataclasses.replace(
        first, step=2, objection=dataclasses.replace(first.objection, state=ObjectionState.WITHDRAWN)
    )
    assert numbers_in_force([first, gone, received(BEN, objection_id="ob-2")]) == {BEN}
