"""A composition's own facts, labels and ids go with its entries, and nothing in it is dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.openehr.translating import translate_composition
from tests.connectors.openehr.compositions import (
    composition,
    diagnosis,
    element,
    event,
    items,
    observation,
    one,
    text,
    translated,
)
from tests.connectors.openehr.scripted import EHR, entry
from tests.connectors.openehr.values import coded, dated, quantity


@pytest.mark.parametrize(
    "label",
    [
        element("Anything", "at0099", coded("restricted", "v3-Confidentiality", "R")),
        element("Sensitivity level", "at0099", coded("restricted", "local", "R")),
    ],
)
def test_a_label_of_confidentiality_is_a_security_label(label: dict[str, Any]) -> None:
    """Of the composition it marks each entry; of an entry it marks that entry alone."""
    marked = translated(
        diagnosis(), entry("EVALUATION", "health_risk.v1"), context={"other_context": items(label)}
    )
    assert [each["meta"]["security"][0]["code"] for each in marked] == ["R", "R"]
    alone = translated(diagnosis(label), entry("EVALUATION", "health_risk.v1"))
    assert ["meta" in each for each in alone] == [True, False]


def test_an_entry_without_a_label_has_none() -> None:
    """No label is made up."""
    assert "meta" not in one(diagnosis())


def test_the_ids_of_feeding_systems_are_identifiers() -> None:
    """An item that two partners hold from one source can be seen to be the same."""
    audit = {"originating_system_item_ids": [{"_type": "DV_IDENTIFIER", "id": "L-7", "issuer": "urn:lab"}]}
    found = one({**diagnosis(), "feeder_audit": audit, "uid": {"value": "e-1"}})
    assert [each["value"] for each in found["identifier"]] == ["e-1", "L-7"]
    assert found["identifier"][1]["system"] == "urn:lab"


def test_entries_of_one_composition_share_no_identifier() -> None:
    """Its id is no entry's own, or a diagnosis and a risk would be grouped as one."""
    assert all(
        "identifier" not in each for each in translated(diagnosis(), entry("EVALUATION", "health_risk.v1"))
    )


def test_a_contact_is_its_composition_and_its_entries_are_their_own() -> None:
    """Who, where and when is the contact; what was found there is of its own kind."""
    setting = coded("home", "openehr", "225")
    context = {
        "setting": setting,
        "end_time": dated("DV_DATE_TIME", "2024-03-01T10:00:00Z"),
        "location": "Ward 3",
    }
    contact, risk = translated(
        entry("EVALUATION", "health_risk.v1"), archetype="encounter.v1", context=context
    )
    assert (contact["resourceType"], risk["resourceType"]) == ("Encounter", "Flag")
    assert (contact["status"], contact["class"]["code"]) == ("finished", "225")
    assert contact["period"] == {"start": "2024-03-01T09:00:00Z", "end": "2024-03-01T10:00:00Z"}
    assert contact["identifier"][0]["value"] == "c1::trust::1"
    assert all("Ward 3" in json.dumps(each) and "Dr Reed" in json.dumps(each) for each in (contact, risk))


def test_a_care_plan_is_its_composition_and_its_entries_are_their_own() -> None:
    """The plan has its title; a risk that it names is an alert, and never hidden behind the plan."""
    plan, risk = translated(entry("EVALUATION", "health_risk.v1"), archetype="care_plan.v1")
    assert (plan["resourceType"], plan["title"], plan["created"]) == (
        "CarePlan",
        "Report",
        "2024-03-01T09:00:00Z",
    )
    assert risk["resourceType"] == "Flag"


def test_a_heading_is_told_by_what_stands_under_it() -> None:
    """The way to a value begins with the headings."""
    heading = {"_type": "SECTION", "name": text("Formulation"), "items": [diagnosis()]}
    assert '"Formulation"' in json.dumps(one(heading))


def test_a_composition_without_entries_is_still_something() -> None:
    """What it says itself is carried."""
    found = one()
    assert found["resourceType"] == "Basic"
    assert "Dr Reed" in json.dumps(found)


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b'{"_type":"COMPOSITION","_type":"X"}', b'{"_type":"EHR"}', b"\xff"]
)
def test_what_is_no_composition_is_listed(bad: bytes) -> None:
    """One item that holds whatever it was."""
    (found,) = map(json.loads, translate_composition(bad, EHR))
    assert found["extension"][0]["valueCode"] == "shape"
    assert found["subject"] == {"reference": f"Patient/{EHR}"}


@pytest.mark.parametrize("bad", ["x", 7, {"_type": "CLUSTER"}, {"_type": "SECTION", "items": 3}, [], None])
def test_what_is_no_entry_is_listed_beside_the_others(bad: Any) -> None:
    """One that cannot be read costs no other its place."""
    kinds = [each["resourceType"] for each in translated(diagnosis(), bad)]
    assert kinds == ["Condition", "Basic"]


def test_a_number_keeps_its_characters_through_everything() -> None:
    """`0.70` in a composition is `0.70` in R4, and in what is listed."""
    level = element("Level", "at0004", quantity(70, "mmol/l"))
    for given in (observation(event("2024", level)), diagnosis(level), {"_type": "OTHER", "level": level}):
        raw = composition(given).replace(b'"magnitude": 70', b'"magnitude": 0.70')
        assert b"0.70" in b"".join(translate_composition(raw, EHR))
