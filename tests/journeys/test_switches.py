"""A live partner that is live for some: switched by category, and by the organisation that asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.simulation import JOURNAL, Asked
from tests.support.network import labels, resources, simulated
from tests.support.small_network import (
    NUMBER,
    Registered,
    holding,
    indexed,
    observation,
    patient,
    small_network,
)

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
UNASKED: list[Asked] = []
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "id": "a1",
    "patient": {"reference": "Patient/1"},
    "code": {"text": "Latex"},
}


async def record_with(
    folder: Path, switches: Mapping[str, object], organisation: str = "RX901"
) -> tuple[dict[str, Any], list[Asked]]:
    """What a doctor of `organisation` reads, and what the partner that is switched so was asked."""
    switched = simulated("fhir_r4", {NUMBER: [patient(), observation("o1"), ALLERGY]})
    apps = {"alder": holding("alder"), "beech": switched}
    registered = {"beech": Registered(switches=switches)}
    # Nothing is sure of anybody whose practice is out of reach: theirs is alder.
    practice = [{"identifier": {"system": ODS, "value": "RX901"}}]
    index = simulated("pds", {NUMBER: [indexed(generalPractitioner=practice)]}, calls_per_s=1000)
    async with small_network(folder, apps, index=index, registered=registered) as small:
        status, record = await small.client.record(NUMBER, organisation=organisation)
        assert status == 200, record
        return record, switched[JOURNAL]


def of_beech(record: Mapping[str, Any]) -> set[str]:
    """The kinds of the items that the switched partner gave, beside its Patient."""
    return {
        one["resourceType"]
        for one in resources(record)
        if one.get("id", "").startswith("beech-") and one["resourceType"] != "Patient"
    }


def allergies_are(record: Mapping[str, Any]) -> str:
    """The state of that section."""
    said = (issue for one in resources(record) for issue in one.get("issue", []))
    sections = (extension.get("extension", []) for issue in said for extension in issue.get("extension", []))
    states = ({part["url"]: part.get("valueCode") for part in parts} for parts in sections)
    return next(str(one["state"]) for one in states if one.get("category") == "allergies")


async def test_a_category_that_is_not_live_is_not_shown_and_nothing_is_said_to_be_absent(
    tmp_path: Path,
) -> None:
    """What is live comes as ever. Of the other nobody knows, though everybody who was asked has answered."""
    record, _ = await record_with(tmp_path / "all", {})
    assert (of_beech(record), allergies_are(record)) == ({"AllergyIntolerance", "Observation"}, "shown")
    record, _ = await record_with(tmp_path / "fewer", {"categories": {"allergies": "testing"}})
    assert (of_beech(record), allergies_are(record)) == ({"Observation"}, "not-known")


@pytest.mark.parametrize(
    ("switches", "asked"),
    [
        ({"consumers": {"RX901": "live", "others": "testing"}}, True),
        ({"consumers": {"RX901": "testing"}}, False),
        ({"consumers": {"RX902": "live", "others": "suspended"}}, False),
    ],
)
async def test_a_partner_is_asked_for_the_organisations_that_it_is_live_for(
    tmp_path: Path, switches: Mapping[str, object], *, asked: bool
) -> None:
    """For the others not a call is made, and its line says so."""
    record, journal = await record_with(tmp_path, switches)
    assert (journal != UNASKED, bool(of_beech(record))) == (asked, asked)
    assert labels(record)["beech"] == ("complete" if asked else "not-asked")
