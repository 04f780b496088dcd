"""A number that is no person's any more, met by a request: the objections under it go to review."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from broker.domain.category import Category
from broker.domain.errors import AmbiguousPerson, Forbidden, NotFound, ObjectionInForce, ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from broker.domain.objection_life import ObjectionEvent
from broker.objections import Register
from broker.objections.noticing import Noticing
from broker.ports.connector import Traced
from broker.ports.objection_register import StepTaken
from tests.support.connector_scripts import well
from tests.support.pipeline_alone import Alone, OnePerson, Script, pipeline_over
from tests.support.records import NUMBER
from tests.support.stores import received

RESULTS = Scope(categories=frozenset({Category.RESULTS}))


class Saying(OnePerson):
    """Says the same of every number."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status

    async def trace(self, _number: NhsNumber, /, **_: Any) -> Traced:
        return Traced(status=self.status)


@asynccontextmanager
async def noticing(folder: Path, status: str) -> AsyncIterator[Alone]:
    """A pipeline whose index says `status`, and which has the register beside its store."""
    async with pipeline_over(folder, {"alder": Script(well)}, index=Saying(status)) as alone:
        register = Register(alone.store, alone.services.clock)
        alone.services = dataclasses.replace(alone.services, nobodys=Noticing(register).note)
        yield alone


async def newest(alone: Alone) -> ObjectionEvent:
    """The objection's newest step, once what requests owe is done."""
    await asyncio.gather(*alone.services.background)
    return (await alone.store.events_of("ob-1"))[-1]


@pytest.mark.parametrize("status", ["invalidated", "not-found"])
async def test_an_objection_under_a_number_that_is_nobodys_goes_to_review(
    tmp_path: Path, status: str
) -> None:
    """Once, however often it is asked for; it binds as before, and leads to no other number."""
    async with noticing(tmp_path, status) as alone:
        await alone.store.append_event(received(NUMBER, scope=RESULTS))
        for _ in range(2):
            with pytest.raises((NotFound, Forbidden)):
                await alone.record()
            event = await newest(alone)
        assert (event.step, event.invalidated, event.numbers) == (2, {NUMBER}, {NUMBER})
        assert (event.objection.scope, event.by.role) == (RESULTS, "broker")


async def test_a_number_of_several_people_is_not_called_nobodys(tmp_path: Path) -> None:
    """The index knows it, and cannot say whose it is."""
    async with noticing(tmp_path, "several") as alone:
        await alone.store.append_event(received(NUMBER, scope=RESULTS))
        with pytest.raises(AmbiguousPerson):
            await alone.record()
        assert (await newest(alone)).step == 1


async def test_where_the_objection_refuses_first_the_index_says_nothing(tmp_path: Path) -> None:
    """Nobody is asked of whoever objected to everything: the desk's own questions find that one."""
    async with noticing(tmp_path, "invalidated") as alone:
        await alone.store.append_event(received(NUMBER))
        with pytest.raises(ObjectionInForce):
            await alone.record()
        assert (await newest(alone)).step == 1


class Failing:
    """A register whose steps end so."""

    def __init__(self, error: Exception) -> None:
        self.error, self.tried = error, 0

    async def note_invalidated(self, _number: NhsNumber, *, by: object) -> None:
        del by
        self.tried += 1
        raise self.error


@pytest.mark.parametrize(("error", "tried"), [(StepTaken(), 3), (ServiceDown("release-store"), 1)])
async def test_what_could_not_be_noted_is_a_line_of_the_log(error: Exception, tried: int) -> None:
    """The request is over, and the desk asks again each day; somebody else's step is waited for."""
    register = Failing(error)
    with capture_logs() as lines:
        await Noticing(register).note(NUMBER)  # type: ignore[arg-type] # only what is used of it
    assert register.tried == tried
    assert lines == [{"event": "objection-not-noted", "log_level": "warning"}]
