"""A client library that this project did not write finds a person, reads, searches and pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhirpy import AsyncFHIRClient

from tests.support.json_text import resource_texts
from tests.support.network import NHS, Client, resources
from tests.support.real_network import whole_record
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson
from tests.support.undoing import without_found_at

# When we found that items contradict each other, which is said anew by each answer.
FOUND_AT = "identifiedDateTime"
TYPES = ("Observation", "Condition", "Encounter", "Immunization", "Procedure", "DiagnosticReport")


@pytest.fixture
def library(broker: Client) -> AsyncFHIRClient:
    """The library, with a doctor's token."""
    return AsyncFHIRClient(broker.door.url, authorization=f"Bearer {broker.token()}")


async def found(library: AsyncFHIRClient, person: SyntheaPerson) -> Any:
    """The one Patient that the library finds by NHS number."""
    return await library.resources("Patient").search(identifier=f"{NHS}|{person.number.digits}").get()


async def test_the_one_person_is_found_and_read_again(library: AsyncFHIRClient, everyone: RealServer) -> None:
    """`get` of one match limits its search to two, to see that there is one; a read gives the same."""
    person = everyone.people[0]
    patient = await found(library, person)
    assert patient["birthDate"] == person.birth_date
    assert [name["family"] for name in patient["name"]] == [person.family]
    again = await patient.to_reference().to_resource()
    assert again.serialize() == patient.serialize()


async def test_the_whole_record_is_the_one_that_a_plain_client_gets(
    library: AsyncFHIRClient, broker: Client, everyone: RealServer
) -> None:
    """`$everything` through the library, resource for resource."""
    for person in everyone.people[:2]:
        patient = await found(library, person)
        bundle = await patient.execute("$everything", method="get")
        plain = json.loads(await whole_record(broker, person))
        assert without_times(resources(bundle)) == without_times(resources(plain))


def without_times(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items and the index's Patient: the outcome and our own issues hold the moment at which it was asked."""
    kept = [one for one in shown if one["resourceType"] != "OperationOutcome"]
    return [{name: value for name, value in one.items() if name != FOUND_AT} for one in kept]


@pytest.mark.parametrize("resource_type", TYPES)
async def test_a_type_searched_for_page_by_page_is_the_same_set(
    library: AsyncFHIRClient, broker: Client, everyone: RealServer, resource_type: str
) -> None:
    """All at once, in pages of seven through our own links, by form, and as a part of the whole."""
    person = everyone.people[2]
    patient = await found(library, person)
    whole = [
        one
        for one in resources(json.loads(await whole_record(broker, person)))
        if one["resourceType"] == resource_type
    ]
    search = library.resources(resource_type).search(patient=patient)
    at_once = [one.serialize() for one in await search.fetch_all()]
    paged = [one.serialize() async for one in search.limit(3)]
    assert len(whole) > 1
    assert at_once == paged == await by_form(broker, resource_type, patient["id"]) == whole


async def by_form(broker: Client, resource_type: str, patient_id: str) -> list[dict[str, Any]]:
    """`POST {type}/_search` by a plain client: the library has no such call."""
    url, form = f"{broker.door.url}/{resource_type}/_search", {"patient": f"Patient/{patient_id}"}
    async with broker.session.post(url, data=form, headers=broker.headers()) as answer:
        assert answer.status == 200
        return [
            one
            for one in resources(await answer.json(content_type=None))
            if one["resourceType"] == resource_type
        ]


async def test_the_whole_record_in_pages_is_the_whole_record(broker: Client, everyone: RealServer) -> None:
    """Byte for byte, in the same order, each item on one page."""
    person = everyone.people[3]
    whole = await whole_record(broker, person)
    patient_id = await broker.patient_id(person.number.digits)
    link, pages, texts = f"Patient/{patient_id}/$everything?_count=25", 0, []
    while link:
        status, body = await broker.get(link)
        assert status == 200
        texts += resource_texts(body.decode())[2:]
        pages += 1
        links = {one["relation"]: one["url"] for one in json.loads(body)["link"]}
        link = links.get("next", "")
    assert list(map(without_found_at, texts)) == list(map(without_found_at, resource_texts(whole)[2:]))
    assert pages == -(-len(texts) // 25)


async def test_one_item_is_found_by_its_id(library: AsyncFHIRClient, everyone: RealServer) -> None:
    """`_id` beside the patient gives that item alone."""
    patient = await found(library, everyone.people[0])
    several = await library.resources("Observation").search(patient=patient).fetch()
    for one in several[:3]:
        search = library.resources("Observation").search(patient=patient, _id=one["id"])
        assert (await search.get()).serialize() == one.serialize()


async def test_a_reference_to_the_person_is_followed(library: AsyncFHIRClient, everyone: RealServer) -> None:
    """What an item says of its subject resolves through the library to the person."""
    patient = await found(library, everyone.people[1])
    condition = await library.resources("Condition").search(patient=patient).first()
    subject = await condition["subject"].to_resource()
    assert subject.serialize() == patient.serialize()
