"""What one source says twice: a likely duplicate, or two."""

from __future__ import annotations

from typing import Any

from tests.support.alike import one
from tests.support.merged import HOSPITAL, PRACTICE, groups_of, merged


def twice(kind: str, **changes: Any) -> list[tuple[str, ...]]:
    """The groups of one source that says a thing twice."""
    return groups_of(merged((HOSPITAL, [one(kind, "1", **changes), one(kind, "2", **changes)])))


def test_a_result_that_one_source_sends_twice_is_a_likely_duplicate() -> None:
    """Under two local ids, at one moment or on one day."""
    assert len(twice("Observation")) == 1
    assert len(twice("Observation", effectiveDateTime="2026-09-30")) == 1


def test_what_is_given_twice_on_one_day_at_one_source_is_two() -> None:
    """A day is no moment; the very moment is."""
    assert twice("Immunization") == []
    assert len(twice("Immunization", occurrenceDateTime="2026-10-02T10:00:00Z")) == 1


def test_two_prescriptions_that_one_source_numbers_apart_are_two() -> None:
    """Also at one moment; a third source's copy says nothing of which it is."""
    at = {"authoredOn": "2026-03-01T10:00:00Z"}
    numbered = [
        one("MedicationRequest", number, identifier=[{"system": "urn:rx", "value": number}], **at)
        for number in ("1", "2")
    ]
    assert groups_of(merged((PRACTICE, numbered))) == []
    assert groups_of(merged((PRACTICE, numbered), (HOSPITAL, [one("MedicationRequest", **at)]))) == []


def test_two_reports_of_one_source_are_never_alike() -> None:
    """What they hold is in other items."""
    assert twice("DiagnosticReport") == []
