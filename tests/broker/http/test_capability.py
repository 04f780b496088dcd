"""The CapabilityStatement and the reference page say what the routes do, and are made from them."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from broker.http.reference import BEGIN, END, routes_section
from broker.http.routes import ROUTES, SEARCHABLE_TYPES
from tests.support.http_door import IDENTIFIER, TOKEN, Answers, open_door

API_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"


async def _statement() -> tuple[CapabilityStatement, str]:
    async with (
        open_door() as door,
        aiohttp.ClientSession() as client,
        client.get(f"{door.url}/metadata?_format=json") as response,
    ):
        assert response.status == 200
        return CapabilityStatement.model_validate_json(await response.read()), door.url


async def test_the_statement_is_valid_and_needs_no_token() -> None:
    """FHIR 4.0.1, this instance, JSON only, at our own address."""
    statement, url = await _statement()
    assert statement.fhirVersion == "4.0.1"
    assert statement.kind == "instance"
    assert statement.status == "active"
    assert statement.implementation.url == url
    assert statement.format == ["application/fhir+json", "json"]


async def test_the_statement_claims_reads_alone() -> None:
    """No write, no history, no system interaction, no patch; only Patient and Consent are read by id."""
    statement, _ = await _statement()
    [rest] = statement.rest
    assert rest.interaction is None
    assert {resource.type for resource in rest.resource} == {"Patient", "Consent", *SEARCHABLE_TYPES}
    for resource in rest.resource:
        codes = {interaction.code for interaction in resource.interaction}
        by_id = {"read"} if resource.type in {"Patient", "Consent"} else set()
        assert codes == {"search-type"} | by_id
        assert resource.versioning == "no-version"
    assert statement.patchFormat is None


async def test_every_search_parameter_that_the_statement_lists_is_served() -> None:
    """What is claimed is tried, over the socket, for every type."""
    statement, _ = await _statement()
    answers = Answers()
    values = {"identifier": IDENTIFIER, "patient": "Patient/token", "_id": "acute-1"}
    of_kind = {"token": "active", "date": "ge2020"}
    async with open_door(answers) as door, aiohttp.ClientSession(headers=TOKEN) as client:
        for resource in statement.rest[0].resource:
            given = {
                parameter.name: values.get(parameter.name) or of_kind[parameter.type]
                for parameter in resource.searchParam
            }
            async with client.get(f"{door.url}/{resource.type}", params=given) as response:
                assert response.status == 200, resource.type
            async with client.post(f"{door.url}/{resource.type}/_search", data=given) as response:
                assert response.status == 200, resource.type
        operations = [o.name for r in statement.rest[0].resource for o in r.operation or []]
        assert operations == ["everything", "summary"]
        for name in operations:
            async with client.get(f"{door.url}/Patient/token/${name}") as response:
                assert response.status == 200
    assert len(answers.asked) == 2 * len(statement.rest[0].resource) + len(operations)


@pytest.mark.parametrize("resource_type", ["Medication", "Practitioner", "Claim", "observation", "Patients"])
async def test_a_type_that_the_statement_does_not_list_is_not_served(resource_type: str) -> None:
    """404."""
    async with (
        open_door() as door,
        aiohttp.ClientSession(headers=TOKEN) as client,
        client.get(f"{door.url}/{resource_type}?patient=token") as response,
    ):
        assert response.status == 404


def test_the_reference_page_is_the_route_table() -> None:
    """`docs/reference/api.md` holds the generated section as the code would write it now."""
    page = API_PAGE.read_text()
    section = page[page.index(BEGIN) : page.index(END) + len(END)]
    assert section == routes_section()
    assert all(route.template in section for route in ROUTES)
