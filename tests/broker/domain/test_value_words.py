"""Which of a concept's words a reader sees."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.value_words import concept

_TERM = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-coding-sctdescid"


def described(display: str, term: str, name: str = "descriptionDisplay") -> dict[str, Any]:
    """A coding with a preferred term, and the one that was picked for it."""
    parts = [{"url": "descriptionId", "valueId": "7"}, {"url": name, "valueString": term}]
    return {"code": "1", "display": display, "extension": [{"url": _TERM, "extension": parts}]}


@pytest.mark.parametrize("name", ["descriptionDisplay", "DescriptionDisplay"])
def test_the_term_that_the_clinician_picked_stands_before_the_preferred_one(name: str) -> None:
    """Both spellings of the part occur."""
    assert concept({"coding": [described("Nosebleed", "Epistaxis", name)]}) == "Epistaxis"


def test_what_was_typed_stands_before_any_term() -> None:
    """A degraded code means nothing but its text."""
    assert concept({"coding": [described("Degraded entry", "Degraded")], "text": "Sore knee"}) == "Sore knee"


def test_the_coding_that_the_clinician_chose_speaks_first() -> None:
    """Whatever place it has."""
    chosen = {"code": "b", "display": "As written", "userSelected": True}
    assert concept({"coding": [{"code": "a", "display": "As mapped"}, chosen]}) == "As written"
    assert concept({"coding": [{"code": "a", "display": "As mapped", "userSelected": False}]}) == "As mapped"


def test_words_of_any_coding_stand_before_a_bare_code() -> None:
    """A code of ours may come first, and has no words."""
    assert concept({"coding": [{"code": "social-care"}, {"code": "b", "display": "Meals"}]}) == "Meals"
    assert concept({"coding": [{"code": "a"}, {"code": "b"}]}) == "a"


@pytest.mark.parametrize("extension", ["x", [1], [{"url": _TERM}], [{"url": _TERM, "extension": [None]}]])
def test_an_extension_of_another_shape_leaves_the_display(extension: Any) -> None:
    """It says no term."""
    assert concept({"coding": [{"display": "Cough", "extension": extension}]}) == "Cough"
