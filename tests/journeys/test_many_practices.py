"""One registration for many practices: the one that the index names is asked, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from broker.domain.requester import RelationshipGround
from connectors.simulation import JOURNAL, Asked
from tests.support import trail
from tests.support.network import labels, resources, simulated
from tests.support.small_network import (
    NUMBER,
    OTHER,
    Registered,
    Small,
    holding,
    indexed,
    patient,
    small_network,
)

FIRST, SECOND, THIRD, STRANGER = "D99011", "D99012", "D99013", "D99099"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SETTINGS = {
    "consumers": {"RX901": {"asid": "200000000115", "name": "Alder"}},
    "issuer": "https://broker.example/gpconnect",
}
SUPPLIES = ("demographics", "allergies", "problems")
UNASKED: list[Asked] = []


def problem(words: str) -> dict[str, Any]:
    """One problem of the person."""
    active = {"coding": [{"code": "active"}]}
    subject = {"reference": "Patient/1"}
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}], "text": words}
    return {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": active,
        "subject": subject,
        "code": code,
    }


def registered_at(number: str, practice: str) -> dict[str, Any]:
    """The index's Patient, at a practice."""
    return indexed(number, generalPractitioner=[{"identifier": {"system": ODS, "value": practice}}])


@dataclass(frozen=True, slots=True)
class County:
    """The broker, and what stands behind the two registrations of practices."""

    small: Small
    county: web.Application
    village: web.Application

    def practices_called(self) -> set[str]:
        """Whose addresses were called through the county's proxy."""
        calls = [one.path for one in self.county[JOURNAL] if not one.path.startswith("/sds/")]
        return {path.removeprefix("/https://").partition(".")[0].upper() for path in calls}


@asynccontextmanager
async def county(folder: Path, at: Mapping[str, str], **manners: object) -> AsyncIterator[County]:
    """`at` says by number where each person is registered. The first registration has two practices, one
    person at each of them, and these manners; a third practice has a registration of its own.
    """
    people = {
        NUMBER: [patient(NUMBER), problem("Asthma")],
        OTHER: [patient(OTHER), problem("Gout")],
    }
    registered = {
        name: Registered(
            connector="gpconnect_structured",
            settings=SETTINGS,
            services={"sds": "/sds"},
            supplies=SUPPLIES,
            asked="registered-practice",
            organisations=codes,
            kind="gp",
        )
        for name, codes in {"county": (FIRST, SECOND), "village": (THIRD,)}.items()
    }
    apps = {
        "alder": holding("alder"),
        "county": simulated(
            "gpconnect_structured", people, practices={NUMBER: FIRST, OTHER: SECOND}, **manners
        ),
        "village": simulated("gpconnect_structured", people, practices=dict.fromkeys(people, THIRD)),
    }
    known = {number: [registered_at(number, practice)] for number, practice in at.items()}
    index = simulated("pds", known, calls_per_s=1000)
    async with small_network(folder, apps, index=index, registered=registered) as small:
        yield County(small, apps["county"], apps["village"])
        await trail.all_ended(small.client.settings)
        trail.assert_whole(small.client.settings)


def problems(record: Mapping[str, Any]) -> list[str]:
    """The words of every problem that came."""
    return [one["code"]["text"] for one in resources(record) if one["resourceType"] == "Condition"]


@pytest.mark.parametrize(
    ("number", "practice", "words"), [(NUMBER, FIRST, "Asthma"), (OTHER, SECOND, "Gout")]
)
async def test_of_many_practices_the_one_of_the_person_is_asked(
    tmp_path: Path, number: str, practice: str, words: str
) -> None:
    """Its neighbour in the same registration hears nothing, and neither does another registration."""
    async with county(tmp_path, {number: practice}) as asked:
        status, record = await asked.small.client.record(number)
    assert (status, problems(record)) == (200, [words])
    assert labels(record)["county"] == "complete"
    assert asked.practices_called() == {practice}
    assert asked.village[JOURNAL] == UNASKED


async def test_a_person_of_a_strangers_practice_is_asked_for_at_none(tmp_path: Path) -> None:
    """Not even the directory is."""
    async with county(tmp_path, {NUMBER: STRANGER}) as asked:
        status, record = await asked.small.client.record(NUMBER)
    assert (status, problems(record)) == (200, [])
    assert (asked.county[JOURNAL], asked.village[JOURNAL]) == (UNASKED, UNASKED)


GROUNDS = [
    {"purpose": purpose, "relationship": relationship.value}
    for purpose in ("TREAT", "ETREAT")
    for relationship in RelationshipGround
    # Without any relationship nobody is asked; a launch names its one patient in the token.
    if relationship not in {RelationshipGround.NONE, RelationshipGround.LAUNCH_CONTEXT}
]


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda one: "-".join(one.values()))
async def test_a_dissent_at_the_practice_is_not_gone_around_on_any_ground(
    tmp_path: Path, ground: dict[str, str]
) -> None:
    """An emergency is none either: the practice was asked once, and its no stands."""
    async with county(tmp_path, {NUMBER: FIRST}, dissent=[NUMBER]) as asked:
        status, record = await asked.small.client.record(NUMBER, **ground)
    calls = [one for one in asked.county[JOURNAL] if not one.path.startswith("/sds/")]
    assert (status, problems(record), len(calls)) == (200, [], 1)
    assert labels(record)["county"] == "refused"
    assert asked.village[JOURNAL] == UNASKED
