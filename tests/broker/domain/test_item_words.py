"""An item in words: nothing that changes its meaning is left out, and no absence is read as another."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.item_words import CANNOT_BE_SHOWN, words_of

NOT = [{"url": "urn:not", "valueBoolean": True}]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ({"coding": [{"code": "nilknown"}]}, "Allergies: none known, says this source"),
        ({"coding": [{"code": "withheld"}]}, "Allergies: withheld by this source"),
        ({"coding": [{"code": "notasked"}]}, "Allergies: not asked by this source"),
        ({"coding": [{"code": "unavailable"}]}, "Allergies: not available from this source"),
        ({"coding": [{"code": "no-content-recorded"}]}, "Allergies: nothing recorded by this source"),
        ({"text": "Moved to another system"}, "Allergies: empty (Moved to another system)"),
    ],
)
def test_a_list_says_why_it_is_empty(reason: dict[str, Any], words: str) -> None:
    """Withheld, not asked, not available and none known are different things."""
    assert words_of({"resourceType": "List", "title": "Allergies", "emptyReason": reason}) == words


def test_a_dose_without_words_is_not_no_dose() -> None:
    """It is there in parts, and half of it would be another dose."""
    dosage = [{"text": "One at night"}, {"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}]}]
    medicine = {"text": "Bisoprolol"}
    said = words_of(
        {
            "resourceType": "MedicationRequest",
            "medicationCodeableConcept": medicine,
            "dosageInstruction": dosage,
        }
    )
    assert said == f"Bisoprolol: One at night; dose {CANNOT_BE_SHOWN}"


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("MedicationRequest", "dosageInstruction"),
        ("MedicationStatement", "dosage"),
        ("Observation", "component"),
        ("AllergyIntolerance", "reaction"),
    ],
)
def test_a_modifier_of_a_part_sends_the_reader_to_the_source(kind: str, member: str) -> None:
    """As one of the whole does: nobody here knows what it changes."""
    part = {"text": "One at night", "modifierExtension": NOT}
    item = {"resourceType": kind, "code": {"text": "Something"}, member: [part]}
    assert words_of(item) == f"{kind}: {CANNOT_BE_SHOWN}"


def test_a_result_says_its_value_and_its_parts() -> None:
    """Neither a total nor a reason for having none hides them."""
    part = {"code": {"text": "Breathing"}, "valueInteger": 2}
    score = {"resourceType": "Observation", "code": {"text": "Score"}, "component": [part]}
    assert words_of({**score, "valueInteger": 9}) == "Score: 9, Breathing 2"
    absent = {"text": "not done"}
    assert words_of({**score, "dataAbsentReason": absent}) == "Score: not done, Breathing 2"
