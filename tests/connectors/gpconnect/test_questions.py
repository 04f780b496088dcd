"""What is permitted of a person is asked for by its area, with all of it, and with nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.ports.connector import HttpRequest
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import DIRECT, STRUCTURED, practice_ask, spoken, told
from tests.connectors.test_gpconnect_structured import RESOURCES
from tests.support.patients import ASHA, patient
from tests.support.sender import said

_NOT_HAD = said(b"", 503)


def parameters_of(*categories: Category, **changes: Any) -> dict[str, dict[str, Any]]:
    """What a practice is asked for: each parameter with its parts."""
    ask = practice_ask(categories, **changes)
    _, heard = told(PLUGIN.create(DIRECT).fetch(ask), lambda _: _NOT_HAD)
    body = orjson.loads(heard.requests[0].body or b"")
    assert body["resourceType"] == "Parameters"
    first, *rest = body["parameter"]
    assert first["name"] == "patientNHSNumber"
    assert first["valueIdentifier"] == {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": ASHA.digits}
    return {one["name"]: {part["name"]: part["valueBoolean"] for part in one.get("part", [])} for one in rest}


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (Category.ALLERGIES, {"includeAllergies": {"includeResolvedAllergies": True}}),
        (Category.MEDICINES, {"includeMedication": {"includePrescriptionIssues": True}}),
        (Category.CONTACTS, {"includeConsultations": {}}),
        (Category.PROBLEMS, {"includeProblems": {}}),
        (Category.VACCINATIONS, {"includeImmunisations": {"includeNotGiven": True}}),
        (Category.OBSERVATIONS, {"includeUncategorisedData": {}}),
        (Category.RESULTS, {"includeInvestigations": {}}),
        (Category.REFERRALS, {"includeReferrals": {}}),
        (Category.PLANS, {"includeDiaryEntries": {}}),
    ],
)
def test_a_category_is_asked_for_by_its_area(category: Category, expected: dict[str, Any]) -> None:
    """That area alone, with all of it: what ended, what was issued, what was not given."""
    assert parameters_of(category, Category.DEMOGRAPHICS) == expected


def test_only_the_permitted_areas_are_asked_for() -> None:
    """A category without an area adds nothing, and neither does a type that was not asked for."""
    assert set(parameters_of(Category.ALLERGIES, Category.PLANS, Category.DOCUMENTS)) == {
        "includeAllergies",
        "includeDiaryEntries",
    }
    wanted = parameters_of(*STRUCTURED, resource_types=frozenset({"Observation"}))
    assert set(wanted) == {"includeUncategorisedData", "includeInvestigations"}


@pytest.mark.parametrize("other", [Category.CONTACTS, Category.PROBLEMS])
def test_what_the_guide_forbids_together_is_not_asked_for_together(other: Category) -> None:
    """Beside consultations or problems a practice refuses the question for vaccinations not given."""
    assert parameters_of(Category.VACCINATIONS, other)["includeImmunisations"] == {}


async def test_a_vaccination_that_was_not_given_comes_where_it_can_be_asked_for() -> None:
    """Said to be not done, never as given."""
    refused = {**RESOURCES[6], "id": "i2", "status": "not-done"}
    people = {ASHA.digits: (patient(ASHA.digits, "a1"), RESOURCES[6], refused)}
    ask = practice_ask({Category.VACCINATIONS})
    _, heard, _ = await spoken(PLUGIN, ask, people=people)
    found = [orjson.loads(entry.raw) for entry in heard.entries if b'"Immunization"' in entry.raw]
    assert {one["status"] for one in found if one["resourceType"] == "Immunization"} == {
        "completed",
        "not-done",
    }


def test_the_number_stands_in_the_body_alone() -> None:
    """Neither the address nor a header of a structured question names the person."""
    _, heard = told(PLUGIN.create(DIRECT).fetch(practice_ask()), lambda _: _NOT_HAD)
    request: HttpRequest = heard.requests[0]
    assert ASHA.digits not in f"{request.path}{request.query}{request.headers}"
    assert ASHA.digits.encode() in (request.body or b"")
