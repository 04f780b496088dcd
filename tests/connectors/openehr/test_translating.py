"""Entries become the resources that their archetypes name, and never say less, or of somebody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.category import Category, category_of
from connectors.openehr.sections import SECTIONS, section_of
from tests.connectors.openehr.compositions import (
    MASKED,
    cluster,
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
from tests.connectors.openehr.values import coded, dated


def test_each_event_is_an_observation_of_its_own_time() -> None:
    """Two scores on two days are two observations; each has its components by name."""
    total = element("Total", "at0027", {"_type": "DV_COUNT", "magnitude": 14})
    later = element("Total", "at0027", {"_type": "DV_COUNT", "magnitude": 9})
    first, second = translated(observation(event("2024-03-01", total), event("2024-04-01T09:00", later)))
    assert (first["effectiveDateTime"], first["component"][0]["valueInteger"]) == ("2024-03-01", 14)
    assert "effectiveDateTime" not in second
    assert second["_effectiveDateTime"]["extension"][0]["valueString"] == "2024-04-01T09:00"
    assert second["component"][0]["code"]["text"] == "Total"
    assert first["id"] != second["id"]


def test_values_under_clusters_say_where_they_stood() -> None:
    """Two clusters of the same name are told apart, so that a name stays with its result."""
    found = one(
        observation(
            event(
                "2024",
                cluster("Item", element("Name", "at0001", text("Sleep"))),
                cluster("Item", element("Name", "at0001", text("Appetite"))),
            )
        )
    )
    ways = [component["extension"][0]["valueString"] for component in found["component"]]
    assert ways == ["Item", "Item (2)"]


@pytest.mark.parametrize(
    ("flavour", "code"),
    [(MASKED, "masked"), (coded("unknown", "openehr", "253"), "unknown"), (text("not asked"), None)],
)
def test_a_value_that_is_not_there_says_why(flavour: dict[str, Any], code: str | None) -> None:
    """Masked is not unknown; a reason in words alone stays in words."""
    (component,) = one(observation(event("2024", element("Mood", "at0004", null_flavour=flavour))))[
        "component"
    ]
    reason = component["dataAbsentReason"]
    assert reason["text"] == flavour["value"]
    assert [coding["code"] for coding in reason.get("coding", ())][:1] == ([code] if code else [])
    (extension,) = [
        found["extension"]
        for found in one(diagnosis(element("Severity", "at0005", null_flavour=flavour)))["extension"]
        if found["extension"][0]["valueCodeableConcept"]["text"] == "Severity"
    ]
    assert extension[-1]["valueCodeableConcept"]["text"] == flavour["value"]


@pytest.mark.parametrize(
    ("words", "code"),
    [("Refuted", "refuted"), ("Confirmed", "confirmed"), ("Suspected", "provisional"), ("Vermutet", None)],
)
def test_how_sure_the_writer_was_is_never_lost(words: str, code: str | None) -> None:
    """A refuted diagnosis does not look like one that stands; the writer's own word is kept, as the text
    where it is another than R4's and beside the code where it is the same.
    """
    found = one(diagnosis(element("Certainty", "at0073", text(words))))["verificationStatus"]
    beside = [extension["valueString"] for extension in found.get("extension", ())]
    assert ([found["text"]] if "text" in found else beside) == [words]
    assert ("text" in found) is (code is None or words.lower() != code)
    assert [coding["code"] for coding in found.get("coding", ())] == ([code] if code else [])


def test_a_diagnosis_with_a_date_of_resolution_is_resolved() -> None:
    """It has ended; one of which nothing is said has no clinical status."""
    ended = element("Resolved", "at0030", dated("DV_DATE", "2020"))
    began = element("Onset", "at0077", dated("DV_DATE_TIME", "2016"))
    found = one(diagnosis(ended, began))
    assert (found["onsetDateTime"], found["abatementDateTime"]) == ("2016", "2020")
    assert found["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert "clinicalStatus" not in one(diagnosis())
    qualifier = {
        **cluster("Status", element("Active?", "at0003", text("Inactive"))),
        "archetype_node_id": "openEHR-EHR-CLUSTER.problem_qualifier.v1",
    }
    assert one(diagnosis(qualifier))["clinicalStatus"]["coding"][0]["code"] == "inactive"


@pytest.mark.parametrize("sign", ["<", ">", "~"])
def test_an_onset_before_or_about_a_day_is_not_that_day(sign: str) -> None:
    """The date stands as given beside the gap; without its sign it would be widened to a fact."""
    onset = {**dated("DV_DATE", "2016"), "magnitude_status": sign}
    found = one(diagnosis(element("Onset", "at0077", onset)))
    assert "onsetDateTime" not in found
    assert sign in found["_onsetDateTime"]["extension"][0]["valueString"]


def test_a_resolved_allergy_is_resolved() -> None:
    """Its status says so in the archetype's own word."""
    allergy = entry(
        "EVALUATION",
        "adverse_reaction_risk.v2",
        data=items(
            element("Substance", "at0002", coded("Penicillin", "SNOMED-CT", "764146007")),
            element("Status", "at0063", text("Resolved")),
        ),
    )
    found = one(allergy)
    assert found["patient"] == {"reference": f"Patient/{EHR}"}
    assert found["code"]["coding"][0]["code"] == "764146007"
    assert found["clinicalStatus"]["coding"][0]["code"] == "resolved"


@pytest.mark.parametrize(
    ("concept", "state", "status"),
    [
        ("procedure.v1", "528", "not-done"),
        ("procedure.v1", "532", "completed"),
        ("medication.v1", "528", "not-taken"),
        ("medication.v1", "245", "active"),
        ("medication.v1", "999", "unknown"),
        ("care_plan.v0", "528", "revoked"),
    ],
)
def test_an_action_that_did_not_happen_says_so(concept: str, state: str, status: str) -> None:
    """The state of an action is R4's status; one that is not in the table is unknown."""
    transition = {"_type": "ISM_TRANSITION", "current_state": coded("state", "openehr", state)}
    action = entry("ACTION", concept, time=dated("DV_DATE_TIME", "2024"), ism_transition=transition)
    assert one(action)["status"] == status


def test_each_activity_is_a_prescription_of_its_own() -> None:
    """Two medicines in one instruction are two requests, each with its narrative and its own medicine."""
    activities = [
        {
            "_type": "ACTIVITY",
            "name": text("Order"),
            "description": items(element("Medication", "at0070", text(name))),
        }
        for name in ("Lithium", "Olanzapine")
    ]
    order = entry(
        "INSTRUCTION", "medication_order.v3", narrative=text("Two medicines"), activities=activities
    )
    found = translated(order)
    assert [each["medicationCodeableConcept"]["text"] for each in found] == ["Lithium", "Olanzapine"]
    assert all('"Two medicines"' in json.dumps(each) for each in found)


@pytest.mark.parametrize(
    ("given", "kind", "category"),
    [
        (entry("EVALUATION", "crisis_plan.v0"), "CarePlan", Category.PLANS),
        (entry("EVALUATION", "health_risk.v1"), "Flag", Category.ALERTS),
        (entry("ADMIN_ENTRY", "mental_health_act_status.v0"), "Flag", Category.ALERTS),
        (entry("ADMIN_ENTRY", "episodeofcare.v0"), "Encounter", Category.CONTACTS),
        (entry("INSTRUCTION", "service_request.v1"), "ServiceRequest", Category.REFERRALS),
        (entry("EVALUATION", "medication_summary.v0"), "MedicationStatement", Category.MEDICINES),
    ],
)
def test_an_entry_becomes_the_kind_of_its_archetype(given: Any, kind: str, category: Category) -> None:
    """Plans, risks, legal status and contacts fall in their own categories."""
    found = one(given)
    assert found["resourceType"] == kind
    assert category_of(kind) is category


def test_every_section_makes_what_falls_in_its_own_category() -> None:
    """What was asked for under one permission is never screened under another."""
    for section in SECTIONS:
        archetype = (
            section.archetypes[0] if section.archetypes else f"openEHR-EHR-{section.rm_class}.other.v0"
        )
        if section.rm_class == "COMPOSITION":
            found = one(archetype=archetype.removeprefix("openEHR-EHR-COMPOSITION."))
        else:
            found = one({**entry(section.rm_class, "x.v0"), "archetype_node_id": archetype})
        codes = [
            coding["code"]
            for concept in [*found.get("category", ()), *([found["code"]] if "code" in found else ())]
            for coding in concept["coding"]
        ]
        assert category_of(found["resourceType"], codes) is section.category, archetype


def test_no_archetype_is_in_two_sections() -> None:
    """Each is asked for once."""
    for section in SECTIONS:
        for archetype in section.archetypes:
            assert section_of(archetype, section.rm_class) is section


@pytest.mark.parametrize("kind", ["PARTY_RELATED", "PARTY_IDENTIFIED"])
def test_an_entry_about_somebody_else_is_listed_and_not_the_persons_own(kind: str) -> None:
    """Her mother's diagnosis is no diagnosis of hers. It is there to be read, of its category."""
    about = {**diagnosis(), "subject": {"_type": kind, "name": "Mother"}}
    found = one(about)
    assert (found["resourceType"], found["extension"][0]["valueCode"]) == ("Basic", "unknown-kind")
    assert json.loads(found["extension"][1]["valueString"]) == json.loads(json.dumps(about))
    assert category_of("Basic", [found["code"]["coding"][0]["code"]]) is Category.PROBLEMS
