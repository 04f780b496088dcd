"""Searches through the running broker: what is found, what comes along, what is said, and what is not."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.objection import Direction, Scope
from tests.support import trail
from tests.support.network import object_to, objections_desk, simulated
from tests.support.small_network import NUMBER, Small, bundle, patient, small_network, telling

SNOMED = "http://snomed.info/sct"
LAB = [{"system": "https://laboratory.example/id", "value": "rx-1"}]


def medicine(local_id: str, status: str, authored: str, **members: Any) -> dict[str, Any]:
    """A prescription of the person."""
    return {
        "resourceType": "MedicationRequest",
        "id": local_id,
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "authoredOn": authored,
        "medicationCodeableConcept": {
            "coding": [{"system": SNOMED, "code": "387207008"}],
            "text": "Ibuprofen",
        },
        **members,
    }


CHARTS: dict[str, list[dict[str, Any]]] = {
    "alder": [
        patient(),
        medicine("new", "active", "2026-03-01", identifier=LAB, encounter={"reference": "Encounter/seen"}),
        medicine("old", "completed", "2019-05"),
        medicine("plain", "active", "2024", medicationCodeableConcept={"text": "A cream"}),
        {
            "resourceType": "Encounter",
            "id": "seen",
            "status": "finished",
            "subject": {"reference": "Patient/1"},
            "class": {"code": "AMB"},
        },
    ],
    "beech": [
        patient(),
        medicine("stopped", "stopped", "2026-03-01", identifier=LAB),
        {
            "resourceType": "MedicationStatement",
            "id": "taken",
            "status": "active",
            "subject": {"reference": "Patient/1"},
            "medicationReference": {"reference": "Medication/drug"},
        },
        {
            "resourceType": "Medication",
            "id": "drug",
            "code": {"coding": [{"system": SNOMED, "code": "372687004"}], "text": "Amoxicillin"},
        },
    ],
}


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """A practice and a hospital; at the end the trail is whole."""
    apps = {name: simulated("fhir_r4", {NUMBER: chart}) for name, chart in CHARTS.items()}
    async with small_network(tmp_path, apps) as made:
        yield made
        trail.assert_whole(made.client.settings)


class Searcher:
    """Somebody who searches one person's record."""

    def __init__(self, small: Small, patient_id: str) -> None:
        self._small, self.patient_id = small, patient_id

    async def get(self, path: str) -> dict[str, Any]:
        """A 200 as JSON."""
        status, body = await self._small.client.get(path)
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found

    async def search(self, parameters: str, kind: str = "MedicationRequest") -> dict[str, Any]:
        """A search for one type."""
        return await self.get(f"{kind}?patient=Patient/{self.patient_id}&{parameters}")


@pytest.fixture
async def searcher(small: Small) -> Searcher:
    """With the person's id."""
    return Searcher(small, await small.client.patient_id(NUMBER))


def found(tree: dict[str, Any], mode: str = "match") -> list[tuple[str, str]]:
    """Status and date of what is there as a match, or came along."""
    return [
        (one["resource"]["status"], one["resource"].get("authoredOn", ""))
        for one in tree["entry"]
        if one["search"]["mode"] == mode
        and one["resource"]["resourceType"] not in {"Patient", "DetectedIssue"}
    ]


def lasting(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries behind the outcome, without the time at which we said something of them."""
    entries: list[dict[str, Any]] = tree["entry"][1:]
    for one in entries:
        one["resource"].pop("identifiedDateTime", None)
    return entries


def codes(tree: dict[str, Any]) -> list[str]:
    """The codes of the outcome's issues."""
    [outcome] = [one["resource"] for one in tree["entry"] if one["search"]["mode"] == "outcome"]
    return [one["details"].get("coding", [{}])[0].get("code", "") for one in outcome["issue"]]


async def test_a_search_for_what_is_active_shows_that_it_was_stopped_elsewhere(
    small: Small, searcher: Searcher
) -> None:
    """The contradiction is shown whole, the answer says that it is a part, the trail names what it shows."""
    tree = await searcher.search("status=active&_sort=-authoredon")
    assert found(tree) == [("active", "2026-03-01"), ("active", "2024")]
    assert found(tree, "include") == [("stopped", "2026-03-01")]
    kinds = [one["resource"]["resourceType"] for one in tree["entry"][1:]]
    assert kinds == ["MedicationRequest", "DetectedIssue", "MedicationRequest", "MedicationRequest"]
    first, issue, beside = (one["resource"] for one in tree["entry"][1:4])
    implicated = {one["reference"] for one in issue["implicated"]}
    assert implicated == {f"MedicationRequest/{one['id']}" for one in (first, beside)}
    assert (first["status"], beside["status"]) == ("active", "stopped")
    assert "filtered" in codes(tree)
    assert "total" not in tree
    newest = trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)[-1]
    assert newest.body.released == {"alder": 2, "beech": 1}


async def test_each_criterion_finds_what_it_says(searcher: Searcher) -> None:
    """By code, by date, by both, by either, and by what nobody has."""
    for parameters, expected in {
        f"code={SNOMED}%7C387207008&status=completed": [("completed", "2019-05")],
        "code=387207008&authoredon=lt2020": [("completed", "2019-05")],
        "authoredon=2024": [("active", "2024")],
        "authoredon=sa2019&authoredon=eb2026": [("active", "2024")],
        "status=completed,on-hold": [("completed", "2019-05")],
        "code=A%20cream": [],
        "_lastUpdated=ge2000": [],
    }.items():
        tree = await searcher.search(parameters)
        assert found(tree) == expected, parameters
        assert "filtered" in codes(tree)


async def test_what_a_match_names_comes_along_where_it_is_asked_for(searcher: Searcher) -> None:
    """An encounter that was gathered for it, and the person; neither without being asked for."""
    alone = await searcher.search("status=active")
    assert {one["resource"]["resourceType"] for one in alone["entry"]} == {
        "OperationOutcome",
        "MedicationRequest",
        "DetectedIssue",
    }
    tree = await searcher.search(
        "status=active&_include=MedicationRequest:encounter&_include=MedicationRequest:patient"
    )
    along = {one["resource"]["resourceType"] for one in tree["entry"] if one["search"]["mode"] == "include"}
    assert along == {"MedicationRequest", "DetectedIssue", "Encounter", "Patient"}
    [encounter] = [one["resource"] for one in tree["entry"] if one["resource"]["resourceType"] == "Encounter"]
    [named] = [one for one in tree["entry"] if "encounter" in one["resource"]]
    assert named["resource"]["encounter"]["reference"] == f"Encounter/{encounter['id']}"


async def test_a_medicine_that_is_named_by_reference_is_found_by_its_code(searcher: Searcher) -> None:
    """And comes along, so that the reader sees what was found."""
    tree = await searcher.search("code=372687004", "MedicationStatement")
    shown = [(one["resource"]["resourceType"], one["search"]["mode"]) for one in tree["entry"][1:]]
    assert shown == [("MedicationStatement", "match"), ("Medication", "include")]
    other = await searcher.search("code=387207008", "MedicationStatement")
    assert other["entry"][1:] == []


async def test_items_are_found_again_by_their_ids(searcher: Searcher) -> None:
    """Several at once; the ids are those of any other answer."""
    ids = {
        one["resource"]["authoredOn"]: one["resource"]["id"]
        for one in (await searcher.search("_count=9"))["entry"]
        if one["search"]["mode"] == "match"
    }
    tree = await searcher.search(f"_id={ids['2019-05']},{ids['2024']}")
    assert sorted(found(tree)) == [("active", "2024"), ("completed", "2019-05")]


async def test_pages_of_a_search_are_the_search(searcher: Searcher) -> None:
    """By the links alone, which say the question again and hold no number; what comes along stands on the
    page of its match.
    """
    whole = await searcher.search("code=387207008&_sort=authoredon")
    tree = await searcher.search("code=387207008&_sort=authoredon&_count=1")
    pages = [tree]
    while links := [one["url"] for one in tree["link"] if one["relation"] == "next"]:
        assert "&_sort=authoredon&code=387207008&_page=" in links[0]
        assert not re.search(r"[0-9]{10}", links[0].partition("?")[2].partition("&")[0])
        tree = await searcher.get(links[0])
        pages.append(tree)
    assert [one for page in pages for one in lasting(page)] == lasting(whole)
    assert [len(lasting(page)) for page in pages] == [1, 2, 1]
    assert all("filtered" in codes(page) for page in pages)


async def test_the_whole_record_in_part_keeps_what_does_not_say_when(searcher: Searcher) -> None:
    """An encounter without a date, and medicines that are not over, are of any year."""
    tree = await searcher.get(f"Patient/{searcher.patient_id}/$everything?start=2025")
    states = {one["resource"].get("status") for one in tree["entry"] if one["search"]["mode"] == "match"}
    assert states >= {"active", "stopped", "finished"}
    assert "completed" not in states
    assert "filtered" in codes(tree)
    since = await searcher.get(f"Patient/{searcher.patient_id}/$everything?_since=2026-01-01")
    assert len(since["entry"]) == len(
        (await searcher.get(f"Patient/{searcher.patient_id}/$everything"))["entry"]
    )


HELD_BACK = {
    "resourceType": "Condition",
    "id": "secret",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": SNOMED, "code": "86406008"}]},
    "subject": {"reference": "Patient/1"},
    "onsetDateTime": "2020",
    "encounter": {"reference": "Encounter/seen"},
}
PROBES = [
    "Condition?code=86406008", "Condition?code=http://snomed.info/sct%7C", "Condition?onset-date=2020",
    "Condition?onset-date=ne1999", "Condition?clinical-status=active", "Condition?_sort=-onset-date",
    "Condition?_include=Condition:encounter", "Condition?_lastUpdated=ge1990", "Condition?_count=1",
    "MedicationRequest?status=active", "MedicationRequest?_include=MedicationRequest:encounter",
    "Encounter?class=AMB&_sort=-date",
]  # fmt: skip


async def test_what_an_objection_holds_back_cannot_be_probed(tmp_path: Path) -> None:
    """Every question is answered alike, byte for byte, whether it is there or never was: only the times at
    which partners answered differ.
    """
    chart = CHARTS["alder"][:]

    def everything(_request: web.Request) -> bytes:
        return bundle(*(orjson.dumps(one) for one in chart))

    async with small_network(tmp_path, {"alder": telling(everything)}) as small:
        async with objections_desk(small.client.settings) as register:
            scope = Scope(categories=frozenset({Category.PROBLEMS}), direction=Direction.BOTH)
            await object_to(register, NUMBER, scope=scope)
        patient_id = await small.client.patient_id(NUMBER)

        async def answers() -> list[bytes]:
            found = []
            for probe in [*PROBES, f"Patient/{patient_id}/$everything?start=2020&end=2020"]:
                path = probe if "$" in probe else f"{probe}&patient=Patient/{patient_id}"
                status, body = await small.client.get(path)
                found.append(b"%d %b" % (status, re.sub(rb'("valueInstant":")[^"]*', rb"\1", body)))
            return found

        without = await answers()
        chart.append(HELD_BACK)
        assert await answers() == without
        assert all(one.startswith(b"200") for one in without)
        assert b"86406008" not in b"".join(one.partition(b'"entry"')[2] for one in without)
        trail.assert_whole(small.client.settings)
