"""What is permitted of a person is asked for by its area, with all of it, and with nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.outcome import OutcomeLabel
from broker.ports.connector import Ending, HttpRequest
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import DIRECT, STRUCTURED, practice_ask, spoken, told
from tests.connectors.test_gpconnect_structured import RESOURCES
from tests.support.patients import ASHA, patient
from tests.support.sender import said

_NOT_HAD = said(b"", 503)


def parameters_of(*categories: Category, **changes: Any) -> dict[str, dict[str, Any]]:
    """What a practice is asked for: each parameter with its parts."""
    [parameters] = parameters_of_each(*categories, **changes)
    return parameters


def parameters_of_each(*categories: Category, **changes: Any) -> list[dict[str, dict[str, Any]]]:
    """The same for each of the calls that are sent at once."""
    _, heard = told(PLUGIN.create(DIRECT).fetch(practice_ask(categories, **changes)), lambda _: _NOT_HAD)
    return [_parameters_in(orjson.loads(request.body or b"")) for request in heard.requests]


def _parameters_in(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
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
    """Beside consultations or problems a practice refuses the question for vaccinations not given: they are
    asked for in a call of their own.
    """
    record, vaccinations = parameters_of_each(Category.VACCINATIONS, Category.ALLERGIES, other)
    assert "includeImmunisations" not in record
    assert len(record) == 2
    assert vaccinations == {"includeImmunisations": {"includeNotGiven": True}}


@pytest.mark.parametrize(
    "categories", [{Category.VACCINATIONS, Category.ALLERGIES}, {Category.CONTACTS, Category.PROBLEMS}]
)
def test_what_may_be_asked_for_together_is_asked_for_in_one_call(categories: set[Category]) -> None:
    """A second call is made for what the guide forbids, and for nothing else."""
    assert len(parameters_of_each(*categories)) == 1


@pytest.mark.parametrize("categories", [{Category.VACCINATIONS}, STRUCTURED])
async def test_a_vaccination_that_was_not_given_comes_whatever_stands_beside_it(categories: Any) -> None:
    """Said to be not done, never as given, and never as if nothing were recorded."""
    refused = {**RESOURCES[6], "id": "i2", "status": "not-done"}
    people = {ASHA.digits: (patient(ASHA.digits, "a1"), refused)}
    ending, heard, _ = await spoken(PLUGIN, practice_ask(categories), people=people)
    found = [orjson.loads(entry.raw) for entry in heard.entries if b'"Immunization"' in entry.raw]
    assert [one["status"] for one in found if one["resourceType"] == "Immunization"] == ["not-done"]
    assert ending == Ending(OutcomeLabel.COMPLETE)


async def test_a_vaccination_that_was_given_comes_beside_one_that_was_not() -> None:
    """Each once, by its own word."""
    refused = {**RESOURCES[6], "id": "i2", "status": "not-done"}
    people = {ASHA.digits: (patient(ASHA.digits, "a1"), RESOURCES[6], refused)}
    _, heard, _ = await spoken(PLUGIN, practice_ask(), people=people)
    found = [orjson.loads(entry.raw) for entry in heard.entries if b'"Immunization"' in entry.raw]
    words = [one["status"] for one in found if one["resourceType"] == "Immunization"]
    assert sorted(words) == ["completed", "not-done"]


def test_the_number_stands_in_the_body_alone() -> None:
    """Neither the address nor a header of a structured question names the person."""
    _, heard = told(PLUGIN.create(DIRECT).fetch(practice_ask()), lambda _: _NOT_HAD)
    requests: list[HttpRequest] = heard.requests
    assert len(requests) == 2
    for request in requests:
        assert ASHA.digits not in f"{request.path}{request.query}{request.headers}"
        assert ASHA.digits.encode() in (request.body or b"")


def test_each_call_has_an_id_and_a_token_of_its_own_practice() -> None:
    """Spine tells two calls apart by their ids; who asks whom is the same in both."""
    _, heard = told(PLUGIN.create(DIRECT).fetch(practice_ask()), lambda _: _NOT_HAD)
    first, second = (dict(request.headers) for request in heard.requests)
    assert first.pop("Ssp-TraceID") != second.pop("Ssp-TraceID")
    assert first == second
    assert first["Authorization"].startswith("Bearer ")
