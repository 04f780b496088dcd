from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from broker.demonstration.partners import PARTNERS
from broker.demonstration.people import MAIN_STORY, STORY_NAMES, Story, stories, story_named
from broker.demonstration.people.index import index_patient
from broker.demonstration.world import index_plan, partner_plan
from broker.domain.category import Category, category_of
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from broker.domain.json_bytes import parse_strict, write_tree

ALL = pytest.mark.parametrize("story", stories(), ids=STORY_NAMES)
SUPPLIES = {partner.partner_id: partner.supplies for partner in PARTNERS}


def category_codes(resource: dict[str, Any]) -> list[str]:
    """The codes of a resource's own category element."""
    return [
        coding["code"] for concept in resource.get("category", []) for coding in concept.get("coding", [])
    ]


def test_there_are_enough_people_each_with_a_story_of_their_own() -> None:
    """At least twelve, no number twice."""
    numbers = [story.demographics.number for story in stories()]
    assert len(stories()) >= 12
    assert len(set(numbers)) == len(numbers)
    assert [story.name for story in stories()] == list(STORY_NAMES)


@ALL
def test_every_number_is_of_the_range_that_no_person_has(story: Story) -> None:
    """It passes the check digit too, old numbers included."""
    for digits in (story.demographics.number, *story.old_numbers):
        assert NhsNumber.parse(digits).is_synthetic


@ALL
def test_every_resource_is_fhir_r4_that_the_broker_can_carry(story: Story) -> None:
    """An independent model of FHIR accepts it, and so does the strict reader."""
    for chart in story.charts.values():
        for resource in chart:
            raw = write_tree(resource)
            parse_strict(raw)
            model = get_fhir_model_class(resource["resourceType"]).model_validate_json(raw)
            assert model.id == resource["id"]


@ALL
def test_every_item_is_about_the_patient_of_its_chart_and_supplied_by_its_partner(story: Story) -> None:
    """No foreign subject, no repeated id, no category that the registration does not name."""
    for partner_id, chart in story.charts.items():
        patient, *items = chart
        assert patient["resourceType"] == "Patient"
        ids = [(one["resourceType"], one["id"]) for one in chart]
        assert len(set(ids)) == len(ids)
        for item in items:
            assert f'"Patient/{patient["id"]}"' in write_tree(item).decode()
            assert category_of(item["resourceType"], category_codes(item)) in SUPPLIES[partner_id]


def test_only_the_wrong_persons_chart_is_about_another() -> None:
    """Every other chart's Patient has the number and the birth date that the index has."""
    foreign = []
    for story in stories():
        who = story.demographics
        for partner_id, chart in story.charts.items():
            numbers = [one["value"] for one in chart[0]["identifier"] if one["system"] == NHS_NUMBER_SYSTEM]
            if (numbers, chart[0]["birthDate"]) != ([who.number], who.birth_date):
                foreign.append((story.name, partner_id))
    assert foreign == [("wrong-person", "fenland-community")]


def test_the_main_person_is_known_to_four_services_and_a_council() -> None:
    """Fifteen to sixty items, with mixed precision and numbers whose characters matter."""
    charts = story_named(MAIN_STORY).charts
    kinds = {partner.kind for partner in PARTNERS if partner.partner_id in charts}
    assert kinds == {"gp", "acute", "community", "mental-health", "social-care"}
    assert 15 <= sum(map(len, charts.values())) <= 60
    written = b"".join(write_tree(resource) for chart in charts.values() for resource in chart)
    assert b'"onsetDateTime":"2016"' in written
    assert b'"value":81.50' in written


def test_a_restricted_persons_index_entry_says_nothing_of_where_she_is() -> None:
    """No address, telephone or practice, and the label says why."""
    patient = index_patient(story_named("restricted"))
    assert patient["meta"]["security"][0]["code"] == "R"
    assert not {"address", "telecom", "generalPractitioner"} & set(patient)


def test_the_death_is_near_enough_for_care_to_be_finished() -> None:
    """The policy closes a record some weeks after a death, so the story's death is always recent."""
    who = story_named("deceased").demographics
    assert index_patient(story_named("deceased"))["deceasedDateTime"] == who.deceased


def test_carve_outs_use_the_words_of_the_policies_and_name_every_part() -> None:
    """An empty part would open nothing."""
    (objection,) = story_named("safeguarding").objections
    assert objection.carveout_roles
    assert objection.carveout_categories < set(Category)
    assert objection.carveout_partners <= set(SUPPLIES)


def test_plans_hold_everybody_and_say_who_is_down_for_whom() -> None:
    """The index knows everyone; a partner knows its own and breaks off for the story that needs it."""
    assert len(index_plan(stories()).people) == len(stories())
    assert index_plan(stories()).manners["superseded"] == {"9990000107": "9990000093"}
    down = {p.partner_id: partner_plan(p, stories()).manners["down_for"] for p in PARTNERS}
    assert {name: numbers for name, numbers in down.items() if numbers} == {"nenewest": ["9990000115"]}


def test_nothing_of_a_person_is_in_the_repr_of_a_plan() -> None:
    """A traceback that shows a plan shows no record."""
    assert "Thurlow" not in repr(index_plan(stories()))
