"""A useful view as a page: who answered stands first, and every source stands at its row."""

from __future__ import annotations

import json
from typing import Any

from broker.cli.table import NOT_FOR_THE_PERSON, WIDTH
from broker.cli.view_table import is_view, render_view
from broker.domain.query import Interaction
from broker.domain.view import Contradiction
from tests.support.answers import answer
from tests.support.records import item
from tests.support.useful_views import coded, from_both, presented

CODE = coded("318900001", "Ramipril 5mg capsules")


def order(local_id: str, **members: Any) -> dict[str, Any]:
    """An active order of one medicine."""
    given = {"status": "active", "intent": "order", "medicationCodeableConcept": CODE}
    return item("MedicationRequest", local_id, authoredOn="2026-09-07", **{**given, **members})


def result(local_id: str, **members: Any) -> dict[str, Any]:
    """A potassium."""
    value = {"value": 4.1, "unit": "mmol/L"}
    given = {"status": "final", "code": {"text": "Potassium"}, "effectiveDateTime": "2026-11-01"}
    return item("Observation", local_id, valueQuantity=value, **{**given, **members})


def page(interaction: Interaction, *charts: list[dict[str, Any]], **changes: Any) -> str:
    """A view as the terminal shows it, without colour."""
    body = b"".join(presented(interaction, from_both(*charts), **changes).body)
    assert is_view((body,))
    return render_view(body, colour=False)


def test_who_answered_and_what_absence_means_stand_above_the_rows() -> None:
    """Nobody reads a row first."""
    written = page(Interaction.VIEW_MEDICINES, [order("1")])
    assert written.index("Addenbury answered") < written.index("not evidence") < written.index("Ramipril")
    assert "last issued 2026-09-07" in written


def test_the_sources_of_one_medicine_stand_under_each_other() -> None:
    """The name once, each source with its own words, and a contradiction at each."""
    clash = (Contradiction((0, 1), "status-differs"),)
    one, two = (order(words, dosageInstruction=[{"text": words}]) for words in ("One", "Two"))
    written = page(Interaction.VIEW_MEDICINES, [one], [two], contradictions=clash)
    assert written.index("Addenbury  ") < written.index("Papermill")
    assert written.count("(contradiction c1)") == 2


def test_results_say_how_far_back_lately_is_and_that_none_shown_is_not_none_done() -> None:
    """Beside each series with its unit."""
    written = page(Interaction.VIEW_RESULTS, [result("1")], within_days=3)
    assert "DONE ELSEWHERE IN THE LAST 3 DAYS (0)" in written
    assert "not evidence that none was done" in written
    assert "Potassium in mmol/L" in written
    assert "2026-11-01" in written


def test_what_must_not_be_told_to_the_person_says_so_under_its_row() -> None:
    """In a timeline as in a record."""
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}
    written = page(Interaction.VIEW_TIMELINE, [result("1", meta={"security": [label]})])
    assert NOT_FOR_THE_PERSON in written


def test_who_is_involved_stands_with_role_and_last_naming() -> None:
    """And with who says so."""
    written = page(Interaction.VIEW_PEOPLE, [result("1", performer=[{"display": "Ms Grey"}])])
    assert "Ms Grey" in written
    assert "performer; last named" in written
    assert "2026-11-01" in written


def test_no_line_is_wider_than_the_terminal_and_no_text_moves_its_cursor() -> None:
    """Whatever a partner wrote."""
    hostile = coded("1", "\x1b[2J" + "Long name of a medicine " * 12)
    written = page(Interaction.VIEW_MEDICINES, [order("1", medicationCodeableConcept=hostile)])
    assert max(map(len, written.splitlines())) <= WIDTH
    assert "\x1b" not in written


def test_a_record_is_no_view() -> None:
    """Each is shown by its own page."""
    assert not is_view((answer(),))
    assert not is_view((json.dumps({"resourceType": "OperationOutcome"}).encode(),))
