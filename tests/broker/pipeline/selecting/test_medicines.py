"""A medicine's code, wherever an item has it: its own, in what it contains, or at what it names."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.criteria import Include
from tests.support.records import ENDPOINT, item, readable
from tests.support.selected import along, coded, matched, search

IBUPROFEN = {"coding": [{"system": "http://snomed.info/sct", "code": "387207008"}]}
OTHER = {"coding": [{"system": "http://snomed.info/sct", "code": "387517004"}]}
INSIDE = [{"resourceType": "Medication", "id": "m", "code": IBUPROFEN}]
MEDICINES = [
    {"resourceType": "Medication", "id": "m", "code": IBUPROFEN},
    {"resourceType": "Medication", "id": "other", "code": OTHER},
    item("Procedure", "m", code=IBUPROFEN),
    {"resourceType": "Medication", "id": "words", "code": {"text": "387207008"}},
]
NAMED: dict[str, tuple[dict[str, Any], bool]] = {
    "its own": ({"medicationCodeableConcept": IBUPROFEN}, True),
    "by reference": ({"medicationReference": {"reference": "Medication/m"}}, True),
    "by a whole address": ({"medicationReference": {"reference": f"{ENDPOINT}/Medication/m"}}, True),
    "by a version": ({"medicationReference": {"reference": "Medication/m/_history/2"}}, True),
    "inside": ({"medicationReference": {"reference": "#m"}, "contained": INSIDE}, True),
    "inside under another name": ({"medicationReference": {"reference": "#n"}, "contained": INSIDE}, False),
    "another": ({"medicationReference": {"reference": "Medication/other"}}, False),
    "in words": ({"medicationReference": {"reference": "Medication/words"}}, False),
    "one that did not come": ({"medicationReference": {"reference": "Medication/gone"}}, False),
    "something else": ({"medicationReference": {"reference": "Procedure/m"}}, False),
    "nothing": ({"medicationReference": {"display": "Ibuprofen"}}, False),
}
BY_CODE = search(
    "MedicationStatement",
    coded("code", "387207008"),
    includes=(Include("MedicationStatement", "medication"),),
)


@pytest.mark.parametrize(("members", "found"), NAMED.values(), ids=NAMED.keys())
def test_a_medicine_is_found_by_its_code_wherever_it_is_written(members: dict[str, Any], found: bool) -> None:
    """As long as it came and may be seen; words are no code."""
    items = readable([item("MedicationStatement", "s", **members), *MEDICINES])[1:]
    assert matched(items, BY_CODE) == (["s"] if found else [])


def test_the_medicine_of_a_match_comes_along_and_no_other_partners() -> None:
    """A reference is to the same partner's own; the same id elsewhere is another medicine."""
    by_reference = item("MedicationStatement", "s", medicationReference={"reference": "Medication/m"})
    items = readable([by_reference, *MEDICINES])[1:]
    assert along(items, BY_CODE) == ["m"]
    elsewhere = readable(MEDICINES, "papermill")[1:] + readable([by_reference])[1:]
    assert matched(elsewhere, BY_CODE) == []
