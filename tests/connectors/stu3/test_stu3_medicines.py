"""The statement, the plan and the orders of one medicine are seen as one course in R4."""

from __future__ import annotations

from typing import Any

from tests.connectors.stu3.translated import PERSON, translated

_COURSE = "https://watersmeet.example/fhir/medication-course"
_DRUG = {"reference": "Medication/m"}


def _request(identity: str, intent: str, plan: str | None = None, **members: Any) -> dict[str, Any]:
    based_on = {"basedOn": [{"reference": f"MedicationRequest/{plan}"}]} if plan else {}
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": "active",
        "intent": intent,
        "medicationReference": _DRUG,
        "subject": PERSON,
        **based_on,
        **members,
    }


def _statement(plan: str, **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": "s",
        "status": "active",
        "taken": "unk",
        "medicationReference": _DRUG,
        "subject": PERSON,
        "basedOn": [{"reference": f"MedicationRequest/{plan}"}],
        **members,
    }


def test_a_statement_is_derived_from_every_order_of_its_plan() -> None:
    """Orders are no medicines of their own: the statement names them, and not those of another plan."""
    orders = [_request("o1", "order", "p"), _request("o2", "order", "p"), _request("o3", "order", "q")]
    statement, *_ = translated(_statement("p"), _request("p", "plan"), *orders)
    assert statement["basedOn"] == [{"reference": "MedicationRequest/p"}]
    assert [each["reference"] for each in statement["derivedFrom"]] == [
        "MedicationRequest/o1",
        "MedicationRequest/o2",
    ]


def test_what_a_statement_was_derived_from_already_comes_first_and_once() -> None:
    """The partner's own words stay, and nothing is said twice."""
    told = [{"reference": "Observation/x"}, {"reference": "MedicationRequest/o"}]
    statement, *_ = translated(_statement("p", derivedFrom=told), _request("o", "order", "p"))
    assert statement["derivedFrom"] == told


def test_a_plan_and_its_orders_share_an_identifier_that_no_other_course_has() -> None:
    """A reader groups the requests of one course without following references."""
    made = translated(
        _request("p", "plan"), _request("o", "order", "p"), _request("q", "plan"), _request("r", "order", "q")
    )
    groups = [each["groupIdentifier"] for each in made]
    assert groups[0] == groups[1]
    assert groups[2] == groups[3]
    assert groups[0]["value"] != groups[2]["value"]
    assert {group["system"] for group in groups} == {_COURSE}


def test_a_group_that_the_partner_gave_is_kept() -> None:
    """The partner's own identifier is never replaced."""
    _, order = translated(_request("p", "plan"), _request("o", "order", "p", groupIdentifier={"value": "77"}))
    assert order["groupIdentifier"] == {"value": "77"}


def test_a_plan_without_orders_is_no_course() -> None:
    """Nothing is concluded where nothing was said."""
    statement, plan = translated(_statement("p"), _request("p", "plan"))
    assert "derivedFrom" not in statement
    assert "groupIdentifier" not in plan


def test_an_order_of_a_plan_that_was_not_sent_still_belongs_to_it() -> None:
    """A reference that dangles names the course all the same, and one given without its list does too."""
    order = _request("o", "order") | {"basedOn": {"reference": "MedicationRequest/p"}}
    made, statement = translated(order, _statement("p"))
    assert made["groupIdentifier"]["system"] == _COURSE
    assert [each["reference"] for each in statement["derivedFrom"]] == ["MedicationRequest/o"]


def test_a_course_holds_together_where_ids_had_to_change() -> None:
    """Suppliers write `_` in ids; the references follow."""
    statement, plan, order = translated(
        _statement("p_1"), _request("p_1", "plan"), _request("o_1", "order", "p_1")
    )
    assert statement["basedOn"][0]["reference"] == f"MedicationRequest/{plan['id']}"
    assert statement["derivedFrom"][0]["reference"] == f"MedicationRequest/{order['id']}"
    assert plan["groupIdentifier"] == order["groupIdentifier"]
