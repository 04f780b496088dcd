from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.objection_life import Actor
from broker.objections import IllegalStep, Register, importing
from broker.objections.importing import Importing, Outcome
from broker.objections.throttling import Throttle
from tests.support.clocks import HandClock
from tests.support.objection_files import SENDER, Intake, csv_file, numbers
from tests.support.speakers import HANDLER, intake_of
from tests.support.stores import ADA, NOON, demonstration_ring, intent

OTHER = Actor(role="team leader", name="Imaginary Birch")


@pytest.fixture
def clock() -> HandClock:
    """At noon."""
    return HandClock(NOON)


@pytest.fixture
async def store(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteReleaseStore]:
    """A real store."""
    opened = SqliteReleaseStore.open(tmp_path / "s.db", demonstration_ring(tmp_path / "keys"), clock)
    yield opened
    await opened.aclose()


async def receive(store: SqliteReleaseStore, clock: HandClock, *, by: Actor = HANDLER) -> str:
    """One objection; the reviews and withdrawals of it do not count."""
    register = Register(store, clock)
    name = (await register.record(frozenset({ADA}), intake_of(), by=by)).objection.objection_id
    await register.review(name, by=by)
    return name


async def test_one_person_receives_so_many_in_an_hour_and_others_as_many(
    store: SqliteReleaseStore, clock: HandClock
) -> None:
    """However their name is written; what was received an hour ago no longer counts."""
    throttle = Throttle(store, clock, per_h_max=3)
    await receive(store, clock)
    clock.pass_s(1_800)
    for _ in range(2):
        assert await throttle.left(HANDLER) != 0
        await receive(store, clock)
    same = replace(HANDLER, role="clerk", name=" imaginary  ROWAN ")
    with pytest.raises(IllegalStep, match="Name a second person"):
        await throttle.refuse_more(same)
    await throttle.refuse_more(OTHER)
    clock.pass_s(1_800)
    assert await throttle.left(HANDLER) == 1


async def test_a_second_person_lifts_it_and_is_somebody_else(
    store: SqliteReleaseStore, clock: HandClock
) -> None:
    """By role and name."""
    throttle = Throttle(store, clock, per_h_max=0)
    assert await throttle.left(HANDLER, seconded=OTHER) is None
    for nobody in (HANDLER, replace(HANDLER, name="IMAGINARY ROWAN"), Actor(role="", name="Imaginary Birch")):
        with pytest.raises(IllegalStep):
            await throttle.refuse_more(HANDLER, seconded=nobody)


async def test_the_record_before_an_instant_is_found_among_all_others(
    store: SqliteReleaseStore, clock: HandClock
) -> None:
    """By halving, at every place of the trail."""
    assert await store.sequence_before(clock.now()) == 0
    written = []
    for _ in range(9):
        at = clock.now()
        written.append((at, await store.record_intent(replace(intent(), at=at))))
        clock.pass_s(60)
    for at, sequence in written:
        assert await store.sequence_before(at) == sequence - 1
    assert await store.sequence_before(clock.now()) == written[-1][1]


async def test_an_import_by_one_person_stops_recording_and_says_which_rows_are_not(
    intake: Intake, tmp_path: Path
) -> None:
    """As many bind as may; what was recorded before takes no place; a second run takes up the rest."""
    rows = [(str(place), number) for place, number in enumerate(numbers(100))]
    path = csv_file(tmp_path, rows)

    async def take(most: int | None) -> list[Outcome]:
        run = Importing(intake.store, intake.clock, SENDER, most=most, pause_s=0)
        results = [one async for batch in run.run(intake.survey(path).readings()) for one in batch]
        refused = [one.reasons for one in results if one.outcome is Outcome.REFUSED]
        assert set(refused) <= {(importing.NOT_RECORDED,)}
        return [one.outcome for one in results]

    first = await take(40)
    assert (first.count(Outcome.PROVISIONAL), first.count(Outcome.REFUSED)) == (40, 60)
    assert len(await intake.store.events_under(None)) == 40
    second = await take(60)
    assert (second.count(Outcome.ALREADY), second.count(Outcome.PROVISIONAL)) == (40, 60)
    assert set(await take(0)) == {Outcome.ALREADY}
