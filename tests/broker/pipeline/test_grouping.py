"""Which codes make two items of two partners look like one fact."""

from __future__ import annotations

from typing import Any

import pytest

from broker.pipeline.merging.grouping import group_items
from tests.support.records import finished, item, readable

Coding = dict[str, str]
MEALS: Coding = {"system": "urn:local", "code": "meals"}
FALLS: Coding = {"system": "urn:local", "code": "falls"}
HOLLOW: dict[str, Coding] = {
    "degraded": {"system": "http://snomed.info/sct", "code": "196411000000103"},
    "ours": {"system": "https://watersmeet.example/fhir/CodeSystem/category", "code": "social-care"},
}


def groups(first: list[Coding], second: list[Coding]) -> int:
    """How many groups two observations of one moment make, one at each of two partners."""
    items: list[Any] = []
    for partner_id, codings in (("addenbury", first), ("papermill", second)):
        code = {"coding": codings, "text": f"As {partner_id} wrote it"}
        one = item("Observation", "1", status="final", effectiveDateTime="2026-09-30", code=code)
        items += readable((one,), partner_id)[1:]
    return len(finished(group_items(items)))


@pytest.mark.parametrize("hollow", HOLLOW.values(), ids=HOLLOW)
def test_a_code_that_says_nothing_makes_no_two_items_alike(hollow: Coding) -> None:
    """Two entries whose own codes were lost on their way may be about anything."""
    assert groups([hollow], [hollow]) == 0
    assert groups([hollow, MEALS], [hollow, FALLS]) == 0


@pytest.mark.parametrize("hollow", HOLLOW.values(), ids=HOLLOW)
def test_a_telling_code_beside_one_that_says_nothing_makes_them_alike(hollow: Coding) -> None:
    """Whichever stands first."""
    assert groups([hollow, MEALS], [hollow, MEALS]) == 1
    assert groups([hollow, MEALS], [MEALS]) == 1
