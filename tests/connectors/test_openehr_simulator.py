"""The simulator of openehr plays an openEHR server with the manners that it is given."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from connectors.openehr import PLUGIN
from connectors.openehr.aql import aql_of
from connectors.openehr.sections import SECTIONS
from tests.connectors.openehr.record import RESOURCES
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import Heard, ask_for, held_conversation, road_to

NAMESPACE = "uk.nhs.nhs_number"
PEOPLE = {
    ASHA.digits: (patient(ASHA.digits, "a1"), *RESOURCES),
    BEN.digits: (patient(BEN.digits, "b1", "1980-01-01"),),
}
RESTRICTED = {
    "resourceType": "Flag",
    "id": "f9",
    "code": {"text": "Kept closely"},
    "meta": {"security": [{"code": "R"}]},
}


async def record(
    settings: dict[str, object] | None = None, people: Any = PEOPLE, **manners: object
) -> tuple[Ending, Heard]:
    """Asha's record from a simulator of these manners."""
    async with (
        served(PLUGIN.simulator(people, manners)) as origin,
        road_to(origin, PLUGIN.manifest) as send,
    ):
        return await held_conversation(PLUGIN.create(settings or {}).fetch(ask_for()), send)


def words_of(resource: dict[str, Any]) -> str:
    """What a resource is about, in words."""
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    return str(concept.get("text", resource.get("title", "")))


async def ehr_id_of(session: aiohttp.ClientSession) -> str:
    """Asha's EHR at a simulator."""
    asked = {"subject_id": ASHA.digits, "subject_namespace": NAMESPACE}
    async with session.get("/v1/ehr", params=asked) as found:
        return str((await found.json())["ehr_id"]["value"])


def came(heard: Heard) -> list[dict[str, Any]]:
    """What came, as trees."""
    return [json.loads(entry.raw) for entry in heard.entries]


@pytest.mark.parametrize(
    ("manners", "label", "cause"),
    [
        ({"times_out": ["health_risk.v1', "]}, OutcomeLabel.PARTIAL, Cause.SLOW),
        ({"times_out": ["SELECT"]}, OutcomeLabel.TIMED_OUT, Cause.SLOW),
        ({"queryable": False}, OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ({"heeds_offset": False}, OutcomeLabel.PARTIAL, Cause.PAGE_LOOP),
        ({"namespace": "hospital"}, OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF),
        ({"down": "html"}, OutcomeLabel.INVALID, Cause.MALFORMED),
        ({"down": "500"}, OutcomeLabel.UNREACHABLE, Cause.STATUS),
        ({"status_inline": False, "page_size": 1, "query_delay_s": 0.001}, OutcomeLabel.COMPLETE, Cause.NONE),
        ({"down_for": [BEN.digits]}, OutcomeLabel.COMPLETE, Cause.NONE),
    ],
)
async def test_the_server_has_the_manners_that_it_is_given(
    manners: dict[str, object], label: OutcomeLabel, cause: Cause
) -> None:
    """Each of them shows in the outcome."""
    ending, _ = await record(**manners)
    assert (ending.label, ending.cause) == (label, cause)


async def test_the_server_can_be_down_for_one_person() -> None:
    """The connection breaks for Asha."""
    ending, heard = await record(down_for=[ASHA.digits])
    assert ending.label in {OutcomeLabel.UNREACHABLE, OutcomeLabel.INVALID}
    assert heard.entries == []


async def test_a_mental_health_record_comes_in_its_own_kinds() -> None:
    """Contacts, plans, risks, legal status, problems, medicines, allergies and scores, each as what it is."""
    _, heard = await record()
    about = {(one["resourceType"], words_of(one)) for one in came(heard)}
    assert {
        ("Flag", "At risk of suicide"),
        ("Flag", "Mental Health Act section 3"),
        ("Condition", "Bipolar disorder"),
        ("MedicationRequest", "Lithium"),
        ("AllergyIntolerance", "Allergy to penicillin"),
        ("CarePlan", "Crisis plan"),
        ("Observation", "PHQ-9 score"),
        ("ServiceRequest", "Referral to psychology"),
    } <= about


async def test_values_of_the_world_come_through_as_they_were_written() -> None:
    """A date keeps its precision, a magnitude its characters and a code its system, there and back."""
    _, heard = await record()
    (condition,) = (one for one in came(heard) if one.get("code", {}).get("text") == "Bipolar disorder")
    assert (condition["onsetDateTime"], condition["recordedDate"]) == ("2015-04", "2016")
    assert condition["code"]["coding"][0]["system"] == "http://snomed.info/sct"
    assert condition["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert any(b'"value":0.70,"unit":"mmol/L"' in entry.raw for entry in heard.entries)


async def test_a_label_of_the_world_comes_back_as_a_label() -> None:
    """What is kept closely is marked in the composition, and again in R4."""
    people = {ASHA.digits: (patient(ASHA.digits, "a1"), RESTRICTED)}
    _, heard = await record(people=people)
    (flag,) = (one for one in came(heard) if one["resourceType"] == "Flag")
    assert [label["code"] for label in flag["meta"]["security"]] == ["R"]


@pytest.mark.parametrize(
    "body",
    [
        b"no",
        b"{}",
        b'{"q":"SELECT e FROM EHR e"}',
        json.dumps({"q": aql_of(SECTIONS[0], SECTIONS).replace("matches", "like")}).encode(),
    ],
)
async def test_a_query_of_another_form_is_refused(body: bytes) -> None:
    """The server answers 400, as a real one does to AQL that it cannot read."""
    async with served(PLUGIN.simulator(PEOPLE, {})) as origin, aiohttp.ClientSession(origin) as session:
        found = await session.get(
            "/v1/ehr", params={"subject_id": ASHA.digits, "subject_namespace": NAMESPACE}
        )
        ehr_id = (await found.json())["ehr_id"]["value"]
        sent = json.loads(body) if body.startswith(b'{"q"') else None
        data = json.dumps({**sent, "query_parameters": {"ehr_id": ehr_id}}).encode() if sent else body
        answer = await session.post("/v1/query/aql", data=data)
    assert answer.status == 400


async def test_rows_are_given_from_an_offset_and_no_more_than_are_fetched() -> None:
    """A result set has its columns' names, and neither a total nor a link."""
    section = next(one for one in SECTIONS if one.kind == "CarePlan")
    async with served(PLUGIN.simulator(PEOPLE, {})) as origin, aiohttp.ClientSession(origin) as session:
        found = await session.get(
            "/v1/ehr", params={"subject_id": ASHA.digits, "subject_namespace": NAMESPACE}
        )
        ehr_id = (await found.json())["ehr_id"]["value"]
        asked = {
            "q": aql_of(section, SECTIONS),
            "offset": 1,
            "fetch": 5,
            "query_parameters": {"ehr_id": ehr_id},
        }
        answer = await session.post("/v1/query/aql", json=asked)
        said = await answer.json()
    assert set(said) == {"meta", "columns", "rows"}
    assert [column["name"] for column in said["columns"]][-1] == "entry"
    assert [row[0] for row in said["rows"]] == [ehr_id]
