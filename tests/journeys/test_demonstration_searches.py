"""The demonstration's mixed systems, searched as if they were one server."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from broker.demonstration.partners import ADDENBURY, CASTLE_HILL, PAPERMILL
from broker.demonstration.people import story_named
from broker.demonstration.people.words import HEART_FAILURE, NT_PROBNP
from broker.demonstration.users import token_for
from tests.support.demonstration import NHS, Watched, watched_demonstration

GROUP = "https://watersmeet.example/fhir/CodeSystem/group"


def code_of(concept: Any) -> str:
    """`system|code`, as a search says it."""
    [coding] = concept["coding"]
    return f"{coding['system']}|{coding['code']}"


async def searched(demonstration: Watched, story: str, kind: str, **parameters: str) -> list[dict[str, Any]]:
    """The entries of a search by form, with the user of the story."""
    told = story_named(story)
    token = token_for(demonstration.user(told.asked_as), demonstration.network.issuer)
    form = {"patient.identifier": f"{NHS}|{told.asked_number.digits}", **parameters}
    url = f"{demonstration.network.fhir_url}/{kind}/_search"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        session.post(url, data=form) as answer,
    ):
        assert answer.status == 200
        found: list[dict[str, Any]] = json.loads(await answer.read())["entry"]
    return found


def sources(entries: list[dict[str, Any]], mode: str = "match") -> list[str]:
    """Which partner each entry of one mode came from."""
    return [one["resource"]["meta"]["source"] for one in entries if one["search"]["mode"] == mode]


def source_of(*partners: Any) -> list[str]:
    """As `meta.source` names them."""
    return [f"urn:watersmeet:partner:{one.partner_id}" for one in partners]


async def test_one_search_finds_what_a_practice_and_two_hospitals_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By code, by date and in order, over GP Connect, HL7 v2 and FHIR alike: the same result at both
    hospitals as one group, the problem at the practice and at the hospital; nothing of another code.
    """
    async with watched_demonstration(monkeypatch) as demonstration:
        results = await searched(
            demonstration, "two-hospitals", "Observation", code=code_of(NT_PROBNP), date="2026-08-17"
        )
        assert sorted(sources(results)) == sorted(source_of(ADDENBURY, PAPERMILL))
        marks = [
            {tag["code"] for tag in one["resource"]["meta"]["tag"] if tag["system"] == GROUP}
            for one in results
            if one["search"]["mode"] == "match"
        ]
        assert marks[0] == marks[1] != set()
        problems = await searched(
            demonstration, "two-hospitals", "Condition", code=code_of(HEART_FAILURE), _sort="-onset-date"
        )
        assert set(sources(problems)) == set(source_of(CASTLE_HILL, PAPERMILL))
        onsets = [one["resource"]["onsetDateTime"] for one in problems if one["search"]["mode"] == "match"]
        assert onsets == ["2021", "2021-05"]  # a year's last moment is later than its May
        none = await searched(demonstration, "two-hospitals", "Observation", date="eb1990")
        assert sources(none) == sources(none, "include") == []
