from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from broker.objections import Register, comparing
from broker.objections.comparing import compared
from broker.objections.tally import AT_THE_DESK, Tally
from tests.support.objection_files import SENDER, Intake, csv_file, numbers
from tests.support.speakers import HANDLER, intake_of, taken_back_by
from tests.support.stores import ADA


async def filled(intake: Intake, folder: Path) -> Register:
    """Three objections from a file, one of them withdrawn by it, and two of the desk, one withdrawn."""
    rows = [(str(place), number) for place, number in enumerate(numbers(3))]
    await intake.take(csv_file(folder, rows))
    await intake.take(csv_file(folder, [(*rows[0], "withdrawn")]))
    register = Register(intake.store, intake.clock)
    for _ in range(2):
        event = await register.record(frozenset({ADA}), intake_of(), by=HANDLER)
    await register.withdraw(event.objection.objection_id, taken_back_by(), by=HANDLER)
    return register


async def test_what_binds_is_counted_by_its_source(intake: Intake, tmp_path: Path) -> None:
    """Withdrawn ones are taken away, reviews change nothing, and it reads on from where it was."""
    register = await filled(intake, tmp_path)
    tally = Tally(intake.store)
    assert await tally.read_on()
    assert tally.counts == {AT_THE_DESK: 1, SENDER.source: 2}
    newest = tally.newest
    event = await register.record(frozenset({ADA}), intake_of(), by=HANDLER)
    await register.review(event.objection.objection_id, by=HANDLER)
    assert await tally.read_on()
    assert tally.counts == {AT_THE_DESK: 2, SENDER.source: 2}
    assert tally.newest == newest + 2


async def test_a_process_that_sees_the_register_has_no_fault(intake: Intake, tmp_path: Path) -> None:
    """Also when a step is taken between its answer and our count: it is asked again."""
    register = await filled(intake, tmp_path)
    theirs = Tally(intake.store)

    async def ask() -> Mapping[str, bytes]:
        whole = await theirs.read_on()
        said = {"newest": theirs.newest, "whole": whole, "in_force": theirs.counts}
        if theirs.counts[AT_THE_DESK] < 3:
            await register.record(frozenset({ADA}), intake_of(), by=HANDLER)
        return {"1-a": orjson.dumps(said)}

    (seen,) = await compared(ask, Tally(intake.store))
    assert (seen.process, seen.fault, seen.in_force[AT_THE_DESK]) == ("1-a", "", 3)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"newest": 1}, comparing.BEHIND),
        ({"whole": False}, comparing.BEHIND),
        ({"in_force": {AT_THE_DESK: 1}}, comparing.DIFFERENT),
        ({"in_force": None}, comparing.SILENT),
        (None, comparing.SILENT),
    ],
)
async def test_a_process_that_sees_something_else_is_told_of(
    intake: Intake, tmp_path: Path, change: dict[str, object] | None, fault: str
) -> None:
    """Each in its own words, and the others beside it are well."""
    await filled(intake, tmp_path)
    ours = Tally(intake.store)
    await ours.read_on()
    good = {"newest": ours.newest, "whole": True, "in_force": ours.counts}
    bad = b"" if change is None else orjson.dumps(good | change)

    async def ask() -> Mapping[str, bytes]:
        return {"1-good": orjson.dumps(good), "2-bad": bad}

    seen = await compared(ask, ours, tries=2)
    assert [(one.process, one.fault) for one in seen] == [("1-good", ""), ("2-bad", fault)]
