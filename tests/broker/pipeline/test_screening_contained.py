"""What a resource contains is judged as if it stood alone."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Withhold
from tests.support.records import ALL, NUMBER, OTHER, decision, item, patient
from tests.support.screening import body, released, screened

LABORATORY = [{"coding": [{"code": "laboratory"}]}]


def holding(*contained: object, **members: Any) -> dict[str, Any]:
    """A procedure that contains these, and refers to the first as its reason."""
    return item(
        "Procedure", "r1", contained=list(contained), reasonReference=[{"reference": "#in"}], **members
    )


def inner(kind: str, **members: Any) -> dict[str, Any]:
    """A contained resource under the id `in`."""
    return {"resourceType": kind, "id": "in", **members}


def by_period(*categories: Category) -> Decision:
    """An objection to the spring of 2016."""
    hidden = Withhold(categories=frozenset(categories), period_start="2016-03-01", period_end="2016-06-01")
    return decision(withholds=(hidden,))


OBJECTED_ITEM = decision(
    withholds=(Withhold(categories=frozenset({Category.PROBLEMS}), items=frozenset({("urn:x", "7")})),)
)
REMOVED = {
    "its category": (inner("Condition"), decision(categories=ALL - {Category.PROBLEMS})),
    "its category code": (
        inner("Observation", category=LABORATORY),
        decision(categories=ALL - {Category.RESULTS}),
    ),
    "a category that nobody can read": (inner("Observation", category=5), decision()),
    "a kind that no table knows": (inner("Basic"), decision()),
    "an objected item": (inner("Condition", identifier=[{"system": "urn:x", "value": "7"}]), OBJECTED_ITEM),
    "an item that could be the objected one": (inner("Condition"), OBJECTED_ITEM),
    "an objected period": (inner("Condition", recordedDate="2016-04-01"), by_period(Category.PROBLEMS)),
    "scopes": (inner("Condition"), decision(resource_types=frozenset({"Procedure", "Patient"}))),
    "somebody else's": (inner("Observation", subject={"reference": "Patient/OTHER"}), decision()),
    "on another server": (
        inner("Observation", subject={"reference": "https://elsewhere.example/Patient/p1"}),
        decision(),
    ),
    "somebody else by number": (
        inner(
            "Observation",
            subject={"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": OTHER.digits}},
        ),
        decision(),
    ),
    "another person": ({**patient(OTHER.digits), "id": "in"}, decision()),
    "a person without a number": ({**patient(), "id": "in", "identifier": []}, decision()),
    "another birth date": ({**patient(), "id": "in", "birthDate": "1999-01-01"}, decision()),
    "something that contains": (inner("Location", contained=[{"resourceType": "Condition"}]), decision()),
}


@pytest.mark.parametrize(("contained", "ruling"), REMOVED.values(), ids=REMOVED.keys())
def test_what_may_not_be_seen_goes_with_its_references(contained: dict[str, Any], ruling: Decision) -> None:
    """And the member goes when nothing is left in it."""
    tree = body(screened([holding(contained, performedDateTime="2010-01-01")], ruling), "Procedure/r1")
    assert not {"contained", "reasonReference"} & tree.keys()


def test_what_may_be_seen_stays_beside_what_may_not() -> None:
    """The rest keeps its place and its references."""
    place = {"resourceType": "Location", "id": "where", "name": "Ward 4"}
    holder = holding(inner("Condition"), place, location={"reference": "#where"})
    tree = body(screened([holder], decision(categories=ALL - {Category.PROBLEMS})), "Procedure/r1")
    assert (tree["contained"], tree["location"]) == ([place], {"reference": "#where"})


def test_a_full_permit_keeps_every_byte_of_what_is_contained() -> None:
    """The person's own Patient and items about the person, in every way that names them."""
    same = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER.digits}}
    kept = [
        {**patient(), "id": "who"},
        inner("Condition", subject={"reference": "#who"}),
        {"resourceType": "Observation", "id": "a", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "Observation", "id": "b", "subject": same},
        {"resourceType": "Medication", "id": "c"},
    ]
    (_, resource) = screened([holding(*kept)], decision()).released
    assert resource.raw == orjson.dumps(holding(*kept))


def test_the_persons_own_contained_patient_may_go_and_the_subject_stays() -> None:
    """Who the person is may be withheld; whose item it is may not."""
    holder = holding({**patient(), "id": "in"})
    holder["subject"] = {"reference": "#in"}
    del holder["reasonReference"]
    tree = body(screened([holder], decision(categories=ALL - {Category.DEMOGRAPHICS})), "Procedure/r1")
    assert "contained" not in tree
    assert tree["subject"] == {"reference": "Patient/p1"}


@pytest.mark.parametrize(
    "unreadable", [{"id": "in"}, {"resourceType": "Condition", "id": 5}, 5, None, "text", [], {}]
)
@pytest.mark.parametrize("ruling", [decision(), decision(categories=ALL - {Category.PROBLEMS})])
def test_something_inside_that_nobody_can_read_withholds_its_holder(
    unreadable: object, ruling: Decision
) -> None:
    """Nothing is raised, the neighbours are shown, and the category is not called empty."""
    referring = item("Encounter", "e1", partOf={"reference": "Procedure/r1"})
    one = screened([holding(unreadable), referring], ruling)
    assert released(one) == ["Patient/p1", "Encounter/e1"]
    assert one.fallen == {Category.PROCEDURES}
    assert "partOf" not in body(one, "Encounter/e1")
    assert one.narrative_hidden


def test_a_contained_medicine_takes_the_prescription_that_is_nothing_without_it() -> None:
    """A contained one goes with all that names it, down to its holder."""
    medicine = {"resourceType": "Medication", "id": "m", "identifier": [{"system": "urn:x", "value": "7"}]}
    order = item(
        "MedicationRequest",
        "q1",
        identifier=[{"system": "urn:x", "value": "8"}],
        contained=[medicine],
        medicationReference={"reference": "#m"},
    )
    ruling = decision(withholds=(Withhold(items=frozenset({("urn:x", "7")})),))
    assert released(screened([order], ruling)) == ["Patient/p1"]


def test_a_member_that_holds_nothing_is_no_fault() -> None:
    """An explicit null contains nothing."""
    empty = item("Procedure", "r1", contained=None, focus={"display": "Secret"})
    tree = body(screened([empty], decision(categories=ALL - {Category.PROBLEMS})), "Procedure/r1")
    assert "focus" not in tree
