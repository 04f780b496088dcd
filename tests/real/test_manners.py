"""Every way in which `fhir_r4` can ask a real server gives the same person's same items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from tests.support.network import Partner
from tests.support.real_network import broker_among, newest_release, whole_record
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson

# Nobody permitted these; the two that say who and where are found by `$everything` alone.
NOT_PERMITTED = {"Claim", "ExplanationOfBenefit"}
WHO_AND_WHERE = {"Practitioner", "Organization"}

# The server ignores `patient` for Goal, CareTeam and others, and answers for everybody, unless it is held
# to every parameter: so those types are not searched for.
SEARCHED_BY_PATIENT = [
    "AllergyIntolerance",
    "CarePlan",
    "Condition",
    "DiagnosticReport",
    "Encounter",
    "Immunization",
    "Medication",
    "MedicationRequest",
    "Observation",
    "Procedure",
]
BY_TYPE = {"ask": "by-type", "count": 10, "types": SEARCHED_BY_PATIENT}
STRICT = {"ask": "by-type", "strict": True}
MANNERS: dict[str, dict[str, object]] = {
    "each type by form": BY_TYPE,
    "each type by address": {**BY_TYPE, "search_by": "get"},
    "the person as Patient/id": {**BY_TYPE, "reference": "typed"},
    "held to every parameter": {**BY_TYPE, "strict": True},
    "everything, narrowed to types": {"narrow_everything": True},
}


def kinds(person: SyntheaPerson, without: set[str]) -> Counter[str]:
    """How many resources of each type Synthea wrote, less some types."""
    written = (one["resourceType"] for one in person.resources())
    return Counter(kind for kind in written if kind not in without)


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS.keys())
async def test_each_manner_brings_every_item_once(
    manner: dict[str, object], sekmet: RealServer, tmp_path: Path
) -> None:
    """In pages of ten by type, through the server's own links, or all in one answer."""
    partners = {"sekmet": Partner(endpoint=sekmet.base_url, settings=manner)}
    without, ended = NOT_PERMITTED, (OutcomeLabel.COMPLETE, Cause.NONE)
    if "types" in manner:  # what is not searched for is never "none recorded"
        without, ended = NOT_PERMITTED | WHO_AND_WHERE, (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
    async with broker_among(tmp_path, sekmet.people, partners) as client:
        for person in sekmet.people:
            await whole_record(client, person)
            release = await newest_release(client, person.number)
            outcome = release.outcomes["sekmet"]
            assert (outcome.label, outcome.cause) == ended
            assert Counter(kind for kind, _ in release.items) == kinds(person, without)
            assert len(release.items) == len(set(release.items))


async def test_a_type_that_the_server_refuses_to_search_makes_it_partial(
    sekmet: RealServer, tmp_path: Path
) -> None:
    """Held to every parameter, it refuses some types: nobody may say that it holds none of them."""
    person = sekmet.people[1]
    partners = {"sekmet": Partner(endpoint=sekmet.base_url, settings=STRICT)}
    async with broker_among(tmp_path, sekmet.people, partners) as client:
        bundle = await whole_record(client, person)
        release = await newest_release(client, person.number)
    outcome = release.outcomes["sekmet"]
    assert (outcome.label, outcome.cause) == (OutcomeLabel.PARTIAL, Cause.STATUS)
    assert Counter(kind for kind, _ in release.items) == kinds(person, NOT_PERMITTED | WHO_AND_WHERE)
    assert "none-recorded" not in bundle


async def test_a_limit_of_pages_is_said_and_what_came_is_shown(sekmet: RealServer, tmp_path: Path) -> None:
    """Three more pages than the first of each type: partial, and nothing is shown twice."""
    person = sekmet.people[3]
    limited = Partner(endpoint=sekmet.base_url, settings=BY_TYPE, limits={"pages_max": 4})
    async with broker_among(tmp_path, sekmet.people, {"sekmet": limited}) as client:
        await whole_record(client, person)
        release = await newest_release(client, person.number)
    outcome = release.outcomes["sekmet"]
    assert (outcome.label, outcome.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LIMIT)
    assert 10 < outcome.tally.shown < sum(kinds(person, NOT_PERMITTED | WHO_AND_WHERE).values())
    assert len(release.items) == len(set(release.items))
