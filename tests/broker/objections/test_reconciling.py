from __future__ import annotations

import sqlite3
from pathlib import Path

from broker.objections import Register, reconciling
from tests.support.objection_files import SENDER, Intake, csv_file, numbers
from tests.support.stores import ADA, BEN, TAKEN_BACK

ADAS, BENS, CLEOS, DEES = "9990000018", "9990000026", "9990000034", "9990000042"
CHECKED = ("", "2026-05-01", "documents")


async def test_what_was_imported_is_in_force_to_the_last_row(intake: Intake, tmp_path: Path) -> None:
    """Provisional ones are counted apart, and a withdrawn row is withdrawn."""
    rows = [(str(place), number, *CHECKED) for place, number in enumerate(numbers(150))]
    await intake.take(csv_file(tmp_path, [*rows, ("p", ADAS), ("w", BENS, *CHECKED)]))
    path = csv_file(tmp_path, [*rows, ("p", ADAS), ("w", BENS, "withdrawn")])
    await intake.take(path)
    counts, _ = await intake.count(path)
    assert counts == {"in-force": 150, "provisional": 1, "withdrawn": 1, "surplus": 0}


async def test_every_way_to_be_missing_is_told_by_row(intake: Intake, tmp_path: Path) -> None:
    """With what to do; and what the file no longer has is in surplus."""
    await intake.take(
        csv_file(tmp_path, [("1", ADAS, *CHECKED), ("2", BENS, *CHECKED), ("3", CLEOS, *CHECKED)])
    )
    await intake.take(csv_file(tmp_path, [("3", CLEOS, "withdrawn")]))
    rows = [("1", ADAS, *CHECKED, "results"), ("2", BENS, "withdrawn"), ("3", CLEOS, *CHECKED)]
    counts, found = await intake.count(csv_file(tmp_path, [*rows, ("4", DEES, *CHECKED), ("5", "nobody")]))
    assert [row.reason for row in found[:4]] == [
        reconciling.CHANGED,
        reconciling.STILL_BINDS,
        reconciling.ACTIVE_AGAIN,
        reconciling.NOT_IMPORTED,
    ]
    assert "names nobody" in found[4].reason
    assert [row.row for row in found] == [2, 3, 4, 5, 6]
    assert counts == {"missing": 5, "surplus": 1}


async def test_what_another_source_recorded_is_neither_found_nor_in_surplus(
    intake: Intake, tmp_path: Path
) -> None:
    """Each source is held to its own file."""
    path = csv_file(tmp_path, [("1", ADAS, *CHECKED)])
    await intake.take(path)
    counts, _ = await intake.count(path, source="other")
    assert counts == {"missing": 1, "surplus": 0}


async def test_what_was_withdrawn_at_the_desk_is_withdrawn_and_not_in_surplus(
    intake: Intake, tmp_path: Path
) -> None:
    """The person's own word is not a loss; nor is it hidden."""
    path = csv_file(tmp_path, [("1", ADAS, *CHECKED), ("2", BENS, *CHECKED)])
    await intake.take(path)
    register = Register(intake.store, intake.clock)
    for event in await register.list(frozenset({ADA, BEN})):
        await register.withdraw(event.objection.objection_id, TAKEN_BACK, by=SENDER.by)
    counts, _ = await intake.count(csv_file(tmp_path, [("1", ADAS, *CHECKED)]))
    assert counts == {"withdrawn": 1, "surplus": 0}


async def test_an_objection_that_a_request_would_not_meet_is_missing(intake: Intake, tmp_path: Path) -> None:
    """Though it stands in the register under its row: that is how objections were lost elsewhere."""
    path = csv_file(tmp_path, [("1", ADAS, *CHECKED)])
    await intake.take(path)
    with sqlite3.connect(tmp_path / "s.db") as database:
        database.execute("DROP TRIGGER lookup_delete")
        database.execute("DELETE FROM lookup WHERE objection = 1")
    database.close()
    _, (found,) = await intake.count(path)
    assert found.reason == reconciling.NOT_MET


async def test_an_objection_under_a_number_linked_by_hand_stands_for_its_row_as_before(
    intake: Intake, tmp_path: Path
) -> None:
    """The right number is ours, and its source did not change: nothing is imported beside it. That a source
    says the right number too is no change either.
    """
    path = csv_file(tmp_path, [("1", ADAS, *CHECKED)])
    await intake.take(path)
    register = Register(intake.store, intake.clock)
    (event,) = await register.list(frozenset({ADA}))
    await register.note_invalidated(ADA, by=SENDER.by)
    await register.link(event.objection.objection_id, frozenset({BEN}), by=SENDER.by)
    counts, _ = await intake.count(path)
    assert counts == {"in-force": 1, "surplus": 0}
    for said, outcome in (
        (ADAS, "already-recorded"),
        (f"{ADAS};{BENS}", "already-recorded"),
        (BENS, "provisional"),
    ):
        (row,) = await intake.take(csv_file(tmp_path, [("1", said, *CHECKED)]))
        assert row.outcome == outcome
