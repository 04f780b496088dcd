"""An observation that a report or the list of investigations names is a result, and says so in R4."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.pipeline.normalisation.reading import read_resource
from connectors.stu3 import Translation
from tests.connectors.stu3.translated import run, written

PATIENT = {"reference": "Patient/p1"}


def observation(local_id: str, *members: str, **more: Any) -> dict[str, Any]:
    """An STU3 Observation with these as its members."""
    related = [{"type": "has-member", "target": {"reference": f"Observation/{one}"}} for one in members]
    return {
        "resourceType": "Observation",
        "id": local_id,
        "status": "final",
        "subject": PATIENT,
        "code": {"text": "Sodium"},
        **({"related": related} if related else {}),
        **more,
    }


def report(*results: str) -> dict[str, Any]:
    """A report over these observations."""
    named = [{"reference": f"Observation/{one}"} for one in results]
    return {
        "resourceType": "DiagnosticReport",
        "id": "d1",
        "status": "final",
        "subject": PATIENT,
        "code": {"text": "Bloods"},
        "result": named,
    }


def listed(code: str, *items: str) -> dict[str, Any]:
    """A list of these observations."""
    return {
        "resourceType": "List",
        "id": "l1",
        "status": "current",
        "mode": "snapshot",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        "entry": [{"item": {"reference": f"Observation/{one}"}} for one in items],
    }


def made(*resources: dict[str, Any]) -> Translation:
    """What becomes of these."""
    return run(written(*resources))


def categories(answer: Translation) -> dict[str, Category]:
    """Each observation's category, as the broker reads it."""
    read = [read_resource("practice", entry, {}) for entry in answer.entries]
    return {
        one.header.id or "": one.category for one in read if one and one.header.resourceType == "Observation"
    }


@pytest.mark.parametrize("holder", [report("o1"), listed("887191000000108", "o1")])
def test_what_a_report_or_the_list_of_investigations_names_is_a_result(holder: dict[str, Any]) -> None:
    """Its members are results as well, however deep; nothing else is."""
    answer = made(
        holder, observation("o1", "o2"), observation("o2", "o3"), observation("o3"), observation("o4")
    )
    assert categories(answer) == {
        "o1": Category.RESULTS,
        "o2": Category.RESULTS,
        "o3": Category.RESULTS,
        "o4": Category.OBSERVATIONS,
    }


def test_members_that_go_round_are_each_a_result_once() -> None:
    """Two observations that name each other end."""
    answer = made(report("o1"), observation("o1", "o2"), observation("o2", "o1"))
    assert set(categories(answer).values()) == {Category.RESULTS}


def test_another_list_makes_no_results() -> None:
    """Uncategorised data stay observations."""
    answer = made(listed("826501000000100", "o1"), observation("o1"))
    assert categories(answer) == {"o1": Category.OBSERVATIONS}


def test_a_category_of_its_own_is_kept_beside_it() -> None:
    """What the practice wrote stays first."""
    own = [{"coding": [{"system": "urn:own", "code": "x"}]}]
    answer = made(report("o1"), observation("o1", category=own))
    assert categories(answer) == {"o1": Category.RESULTS}
    assert b'"category":[{"coding":[{"system":"urn:own","code":"x"}]},' in b"".join(
        e.raw for e in answer.entries
    )
