"""One business identifier: one thing where it says one thing, versions of one where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.merged import HOSPITAL, PRACTICE, SNOMED, clashes_of, coded, groups_of, merged, state
from tests.support.records import item

NUMBER = [{"system": "urn:lab", "value": "7"}]
RESULT: dict[str, Any] = {
    "identifier": NUMBER,
    "status": "final",
    "code": coded(("http://loinc.org", "2160-0")),
    "effectiveDateTime": "2026-09-30T09:12:00+01:00",
    "valueQuantity": {"value": 72, "unit": "umol/L"},
}


def result(local_id: str = "1", **changes: Any) -> dict[str, Any]:
    """A result under one number."""
    return item("Observation", local_id, **{**RESULT, **changes})


def test_one_identifier_needs_no_other_likeness() -> None:
    """Two codes of two systems, and one without its value."""
    other = result("2", code=coded(("urn:local", "CREA")), valueQuantity=None, effectiveDateTime=None)
    other = {name: value for name, value in other.items() if value is not None}
    view = merged((HOSPITAL, [result()]), (PRACTICE, [other]))
    assert [(len(group.members), group.why) for group in view.groups] == [(2, "same-identifier")]
    assert view.contradictions == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "amended"}, "status-differs"),
        ({"valueQuantity": {"value": 80, "unit": "umol/L"}}, "value-differs"),
        ({"effectiveDateTime": "2026-10-01T09:12:00+01:00"}, "date-differs"),
        ({"effectiveDateTime": "2026-09-30"}, "date-differs"),
        ({"bodySite": coded((SNOMED, "24028007"))}, "detail-differs"),
    ],
)
def test_versions_of_one_thing_are_a_contradiction_and_no_group(change: dict[str, Any], why: str) -> None:
    """They stand beside each other, and nothing says which is right."""
    first = result(bodySite=coded((SNOMED, "7771000"))) if why == "detail-differs" else result()
    view = merged((HOSPITAL, [first]), (PRACTICE, [result("2", **change)]))
    assert groups_of(view) == []
    assert clashes_of(view) == [(why, (0, 1))]


def test_what_agrees_among_versions_is_still_a_group() -> None:
    """Two say one thing and the third another."""
    view = merged((HOSPITAL, [result()]), (PRACTICE, [result("2"), result("3", status="amended")]))
    assert [group.members for group in view.groups] == [(0, 1)]
    assert clashes_of(view) == [("status-differs", (0, 1, 2))]


def test_another_dose_under_one_identifier_is_a_contradiction() -> None:
    """One order, two doses."""
    order = {
        "identifier": NUMBER,
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": coded((SNOMED, "325072002")),
    }
    first, second = (
        item("MedicationRequest", "1", dosageInstruction=[{"text": text}], **order) for text in ("one", "two")
    )
    assert clashes_of(merged((HOSPITAL, [first]), (PRACTICE, [second]))) == [("dose-differs", (0, 1))]


def test_an_order_under_its_plans_number_is_another_thing() -> None:
    """They do not contradict each other."""
    plan, order = (
        item("MedicationRequest", intent, identifier=NUMBER, intent=intent, status=status)
        for intent, status in (("plan", "active"), ("order", "completed"))
    )
    view = merged((PRACTICE, [plan, order]))
    assert (view.groups, view.contradictions) == ((), ())


def test_a_samples_number_on_two_results_makes_them_neither_one_nor_a_contradiction() -> None:
    """They are two results of one sample."""
    view = merged((HOSPITAL, [result(), result("2", code=coded(("http://loinc.org", "2823-3")))]))
    assert (view.groups, view.contradictions) == ((), ())


def test_one_item_with_two_meanings_is_a_contradiction() -> None:
    """A problem's number names that problem alone."""
    first, second = (
        item("Condition", "1", identifier=NUMBER, code=coded((SNOMED, code)), clinicalStatus=state("active"))
        for code in ("44054006", "46635009")
    )
    assert clashes_of(merged((HOSPITAL, [first]), (PRACTICE, [second]))) == [("code-differs", (0, 1))]


def test_a_documents_own_identifier_is_one() -> None:
    """FHIR gives it a member of its own."""
    own = {"masterIdentifier": {"system": "urn:letters", "value": "1"}, "status": "current"}
    view = merged(
        (HOSPITAL, [item("DocumentReference", "1", **own)]),
        (PRACTICE, [item("DocumentReference", "2", **own)]),
    )
    assert [group.why for group in view.groups] == ["same-identifier"]


def test_a_copy_with_a_title_of_its_own_is_the_document() -> None:
    """Under one identifier wording is free."""
    copies = [
        item(
            "DocumentReference",
            local_id,
            identifier=NUMBER,
            status="current",
            content=[{"attachment": {"title": f"Title {local_id}"}}],
        )
        for local_id in ("1", "2")
    ]
    view = merged((HOSPITAL, copies[:1]), (PRACTICE, copies[1:]))
    assert ([group.why for group in view.groups], view.contradictions) == (["same-identifier"], ())


def test_the_persons_number_groups_nothing() -> None:
    """Whatever bears it is about the person, and is not the person."""
    about = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}]
    items = [item("Observation", local_id, identifier=about, status="final") for local_id in ("1", "2")]
    assert merged((HOSPITAL, items)).groups == ()


def test_an_identifier_that_hundreds_bear_names_what_holds_them() -> None:
    """It groups nothing, and contradicts nothing."""
    items = [result(str(place), valueQuantity={"value": place}) for place in range(201)]
    view = merged((HOSPITAL, items))
    assert (view.groups, view.contradictions) == ((), ())


def test_kinds_without_a_row_are_grouped_by_their_identifier_alone() -> None:
    """Nobody has said what makes two of them alike."""
    numbered = [item("Specimen", local_id, identifier=NUMBER, status="available") for local_id in ("1", "2")]
    likely = [item("Specimen", local_id, type={"text": "Serum"}) for local_id in ("3", "4")]
    view = merged((HOSPITAL, [numbered[0], likely[0]]), (PRACTICE, [numbered[1], likely[1]]))
    assert groups_of(view) == [("addenbury Specimen/1", "fen-edge Specimen/2")]
