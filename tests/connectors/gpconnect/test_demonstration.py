"""The demonstration's people at their simulated practices: sound STU3 on the wire, sound R4 after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class as r4_model
from fhir.resources.STU3 import get_fhir_model_class as stu3_model

from broker.demonstration.people import Story, stories
from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import write_tree
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import normalise
from connectors.gpconnect.areas import AREAS
from connectors.gpconnect.stu3_items import Tree
from connectors.gpconnect.stu3_record import RecordManners, record_bundle
from connectors.gpconnect.world import Practices
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import practice_ask, spoken
from tests.support.records import finished

AT_PRACTICES = [
    (story, partner_id)
    for story in stories()
    for partner_id in story.charts
    if partner_id.endswith("-practice")
]
EVERYONE = pytest.mark.parametrize(
    ("story", "partner_id"),
    AT_PRACTICES,
    ids=[f"{story.demographics.family}-{partner_id}" for story, partner_id in AT_PRACTICES],
)
CONCEPTS = ("code", "medicationCodeableConcept", "vaccineCode")
EVERYTHING = {area.parameter: dict.fromkeys(area.flags, True) for area in AREAS}


def chart_of(story: Story, partner_id: str) -> tuple[Tree, ...]:
    """What one practice holds of one person."""
    return tuple(story.charts[partner_id])


@EVERYONE
def test_what_the_simulator_sends_is_stu3(story: Story, partner_id: str) -> None:
    """Every resource of every list is one that a reader of STU3 takes."""
    number = story.demographics.number
    person = Practices({number: chart_of(story, partner_id)}, {}).by_number(number, "")
    assert person is not None
    manners = RecordManners(warnings={"all": ["confidential-items"]})
    bundle = orjson.loads(record_bundle(person, EVERYTHING, manners, "b1"))
    for entry in bundle["entry"]:
        resource = entry["resource"]
        stu3_model(resource["resourceType"]).model_validate(resource)


@EVERYONE
async def test_everything_comes_back_in_r4_about_the_same_person(story: Story, partner_id: str) -> None:
    """Each item of the practice's chart comes once, with its words; nothing is set aside."""
    chart, number = chart_of(story, partner_id), NhsNumber.parse(story.demographics.number)
    practice = chart[0]["generalPractitioner"][0]["identifier"]["value"]
    ask = practice_ask(number=number, practice_ods=practice)
    ending, heard, _ = await spoken(PLUGIN, ask, people={number.digits: chart})
    assert (ending.label, ending.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
    came: list[dict[str, Any]] = [orjson.loads(entry.raw) for entry in heard.entries]
    for resource in came:
        r4_model(resource["resourceType"]).model_validate(resource)
    for text in words_of(chart):
        assert text in b"".join(entry.raw for entry in heard.entries).decode()
    work = normalise(
        partner_id,
        heard.entries,
        ending,
        proof="demographics",
        patient=replace(ask.patient, birth_date=story.demographics.birth_date),
        endpoint="https://practice.example",
    )
    normalised = finished(work)
    assert (normalised.quarantined, normalised.unproved, normalised.unreadable) == (0, 0, 0)


def words_of(chart: tuple[Tree, ...]) -> list[str]:
    """The text of each item's own code, as JSON writes it."""
    concepts = [
        one.get("code") or one.get("medicationCodeableConcept") or one.get("vaccineCode") for one in chart
    ]
    return [write_tree(one["text"]).decode() for one in concepts if one]
