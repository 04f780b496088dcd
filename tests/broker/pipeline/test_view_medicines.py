"""Current medicines side by side: each source with its own dose and last issue."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.query import Interaction
from broker.domain.view import Contradiction, Group
from tests.support.records import item
from tests.support.useful_views import coded, from_both, presented, told

RAMIPRIL = coded("318900001", "Ramipril 5mg capsules")


def request(local_id: str, **members: Any) -> dict[str, Any]:
    """A MedicationRequest that is an active order."""
    given = {"status": "active", "intent": "order", "medicationCodeableConcept": RAMIPRIL}
    return item("MedicationRequest", local_id, **{**given, **members})


def dose(text: str) -> dict[str, Any]:
    """Of a request."""
    return {"dosageInstruction": [{"text": text}]}


def medicines(*charts: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The view of what one or two partners hold."""
    return told(Interaction.VIEW_MEDICINES, from_both(*charts), **changes)


def test_one_medicine_of_two_sources_is_one_row_with_each_dose_as_it_was_written() -> None:
    """Side by side, not made into one: the doses differ."""
    [row] = medicines([request("1", **dose("One each morning"))], [request("9", **dose("Two at night"))])[
        "rows"
    ]
    assert row["medicine"] == "Ramipril 5mg capsules"
    assert row["sources"] == ["Addenbury", "Papermill"]
    assert [one["doses"] for one in row["entries"]] == [["One each morning"], ["Two at night"]]


def test_a_course_and_what_was_issued_under_it_are_one_entry_with_the_last_issue() -> None:
    """A statement, its plan and two issues, as a practice sends them."""
    [row] = medicines(
        [
            request("issue-2", basedOn=[{"reference": "MedicationRequest/plan"}], authoredOn="2026-09-07"),
            request("issue-1", basedOn=[{"reference": "MedicationRequest/plan"}], authoredOn="2026-06-01"),
            request("plan", intent="plan", authoredOn="2024-01-02"),
            item(
                "MedicationStatement",
                "s",
                status="active",
                medicationCodeableConcept=RAMIPRIL,
                basedOn=[{"reference": "MedicationRequest/plan"}],
                dosage=[{"text": "One each morning"}],
            ),
        ]
    )["rows"]
    [entry] = row["entries"]
    assert (entry["kind"], entry["last_issued"], entry["issues"]) == ("MedicationStatement", "2026-09-07", 2)
    assert len(entry["items"]) == 4


def test_a_statement_says_when_it_was_last_issued_where_no_issue_came() -> None:
    """GP Connect's extension, as written."""
    url = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationStatementLastIssueDate-1"
    statement = item(
        "MedicationStatement",
        "s",
        status="active",
        medicationCodeableConcept=RAMIPRIL,
        extension=[{"url": url, "valueDateTime": "2026-08"}],
    )
    [row] = medicines([statement])["rows"]
    assert row["entries"][0]["last_issued"] == "2026-08"


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error"])
def test_what_has_ended_is_counted_and_not_listed(status: str) -> None:
    """What nobody says has ended stays: an unknown status may be current."""
    view = medicines([request("1", status=status), request("2", status="unknown")])
    assert (len(view["rows"]), view["not_current"]) == (1, 1)
    assert view["rows"][0]["entries"][0]["status"] == "unknown"


def test_what_was_only_given_stands_with_its_time() -> None:
    """A depot that a trust gave has no request here, and works for weeks."""
    given = item(
        "MedicationAdministration",
        "1",
        status="completed",
        medicationCodeableConcept=coded("1", "Paliperidone 150mg"),
        effectiveDateTime="2026-11-02",
    )
    [row] = medicines([given])["rows"]
    assert row["entries"][0]["last_given"] == "2026-11-02"


def test_a_medicine_that_another_item_names_goes_by_that_name_and_shows_both() -> None:
    """The lender's words stand in the answer, so the disclosure names it."""
    lender = {"resourceType": "Medication", "id": "m", "code": RAMIPRIL}
    order = request("1", medicationReference={"reference": "Medication/m"})
    del order["medicationCodeableConcept"]
    [row] = medicines([lender, order])["rows"]
    assert row["medicine"] == "Ramipril 5mg capsules"
    assert row["entries"][0]["words"].startswith("Ramipril")
    assert len(row["entries"][0]["items"]) == 2


def test_what_must_not_be_given_and_what_is_not_understood_say_so() -> None:
    """Half a fact is worse than none: no dose is picked out of what a modifier changes."""
    modifier = [{"url": "urn:x", "valueBoolean": True}]
    modified = request("2", modifierExtension=modifier, **dose("Ten"))
    in_part = request("3", dosageInstruction=[{"text": "Ten in a part", "modifierExtension": modifier}])
    rows = medicines([request("1", doNotPerform=True), modified, in_part])["rows"]
    words = [entry["words"] for row in rows for entry in row["entries"]]
    assert any(one.startswith("DO NOT GIVE") for one in words)
    assert any("cannot be shown safely" in one for one in words)
    assert "Ten" not in str(rows)


def test_a_mark_has_its_words_where_the_other_side_is_no_longer_taken() -> None:
    """Active here and stopped there: the row that stands says what its mark is. Of others nothing is said."""
    items = from_both([request("1"), request("2", status="stopped"), request("3", status="stopped")])
    clashes = (Contradiction((0, 1), "status-differs"), Contradiction((1, 2), "dose-differs"))
    view = told(Interaction.VIEW_MEDICINES, items, contradictions=clashes)
    [row] = view["rows"]
    assert row["contradictions"] == ["c1"]
    assert [one["code"] for one in view["notices"] if one["code"].startswith("c1")] == ["c1"]
    assert "different doses" not in str(view["notices"])


def test_a_contradiction_is_marked_at_its_row_and_at_each_side() -> None:
    """A request that contradicts something is never folded into a course."""
    order = request("2", basedOn=[{"reference": "MedicationRequest/1"}])
    items = from_both([request("1"), order])
    view = told(Interaction.VIEW_MEDICINES, items, contradictions=(Contradiction((0, 1), "status-differs"),))
    [row] = view["rows"]
    assert row["contradictions"] == ["c1"]
    assert [one["contradictions"] for one in row["entries"]] == [["c1"], ["c1"]]
    assert "different states" in str(view["notices"])


def test_of_a_contradiction_between_items_that_are_not_here_nothing_is_said() -> None:
    """The disclosure does not name them."""
    items = from_both([request("1"), request("2", status="stopped"), request("3", status="stopped")])
    clash = (Contradiction((1, 2), "status-differs"),)
    assert "different states" not in str(told(Interaction.VIEW_MEDICINES, items, contradictions=clash))


def test_a_group_is_one_row_with_both_sources() -> None:
    """And each entry says of which group it is."""
    items = from_both([request("1")], [request("1")])
    [row] = told(Interaction.VIEW_MEDICINES, items, groups=(Group((0, 1), "same-content"),))["rows"]
    assert [entry["group"] for entry in row["entries"]] == ["g1", "g1"]


def test_nobody_is_named_to_the_reader_of_a_protected_persons_record() -> None:
    """Neither in a row nor in an item's id."""
    answer = presented(Interaction.VIEW_MEDICINES, from_both([request("1")]), locationless=True, lines=())
    body = b"".join(answer.body)
    assert b"ddenbury" not in body


def test_a_degraded_code_does_not_make_two_medicines_one() -> None:
    """It says that a code was lost, and is every such entry's."""
    lost = [coded("196421000000109", name) for name in ("Old tablets", "Other tablets")]
    rows = medicines([request(str(n), medicationCodeableConcept=one) for n, one in enumerate(lost)])["rows"]
    assert [row["medicine"] for row in rows] == ["Old tablets", "Other tablets"]
