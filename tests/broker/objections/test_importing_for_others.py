"""A file's rows that somebody made on behalf of a person who has decided the contrary."""

from __future__ import annotations

from pathlib import Path

from broker.domain.objection_life import ObjectionEvent
from broker.objections import Register
from broker.objections.contrary import DECIDED_COMPETENTLY
from broker.objections.importing import Outcome, Result
from tests.support.objection_files import Intake
from tests.support.speakers import ASSESSOR, BORN, HANDLER, intake_of, parent, taken_back_by
from tests.support.stores import ADA

HEADING = "row_id,nhs_number,identity_check,on_behalf_of"


async def taken(intake: Intake, folder: Path, *rows: str) -> tuple[Result, ObjectionEvent]:
    """How the last row ended, and its newest step."""
    path = folder / "rows.csv"
    path.write_text("\n".join((HEADING, *rows)) + "\n")
    results = await intake.take(path)
    return results[-1], (await intake.store.events_under(frozenset({ADA})))[-1]


async def test_a_row_against_what_a_competent_child_decided_is_disputed(
    intake: Intake, tmp_path: Path
) -> None:
    """As one that is typed at the desk: it binds, and waits for the Guardian."""
    register = Register(intake.store, intake.clock)
    made = await register.record(frozenset({ADA}), intake_of(parent(), born=BORN), by=HANDLER)
    await register.withdraw(made.objection.objection_id, taken_back_by(competence=ASSESSOR), by=HANDLER)
    result, event = await taken(intake, tmp_path, f"1,{ADA.digits},documents,parent")
    assert (result.outcome, result.reasons[-1]) == (Outcome.PROVISIONAL, DECIDED_COMPETENTLY)
    assert event.disputed is not None
    assert event.note.startswith(DECIDED_COMPETENTLY)
    _, own = await taken(intake, tmp_path, f"2,{ADA.digits},documents,")
    assert own.disputed is None


async def test_a_row_for_somebody_who_decided_nothing_is_not_disputed(intake: Intake, tmp_path: Path) -> None:
    """It holds provisionally, as any row that names a proxy."""
    result, event = await taken(intake, tmp_path, f"1,{ADA.digits},documents,parent")
    assert result.outcome is Outcome.PROVISIONAL
    assert event.disputed is None
