"""What states that nothing of a category is known, and what says less than that."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.none_known import ANY, DENIED_ALLERGIES, says_none_known
from tests.support.merged import HOSPITAL, SNOMED, coded, items_of
from tests.support.records import item

NIL_KNOWN = coded(("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown"))
IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def states(tree: dict[str, Any]) -> bool:
    """Whether an item states it."""
    [one] = items_of(HOSPITAL, tree)
    return says_none_known(one)


@pytest.mark.parametrize(
    ("denial", "denied"), DENIED_ALLERGIES.items(), ids=[word for _, word in DENIED_ALLERGIES]
)
def test_only_who_denies_every_allergy_states_that_none_is_known(
    denial: tuple[str | None, str], denied: str
) -> None:
    """No known food allergy says nothing of penicillin: it is shown as what it is."""
    system, word = denial
    code = coded((system, word)) if system else {"text": word}
    assert states(item("AllergyIntolerance", "1", code=code)) is (denied == ANY)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("Condition", (SNOMED, "160245001")),
        ("Condition", (IPS, "no-known-problems")),
        ("Procedure", (IPS, "no-known-procedures")),
    ],
)
def test_problems_and_procedures_are_denied_by_code(kind: str, code: tuple[str, str]) -> None:
    """As the International Patient Summary writes it."""
    assert states(item(kind, "1", code=coded(code)))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("886921000000105", True),
        ("717711000000103", True),
        ("1103671000000101", False),
        ("1149501000000101", False),
        ("problems-medications", False),
    ],
    ids=["allergies", "problems", "ended allergies", "consultations", "what belongs to a problem"],
)
def test_only_a_list_of_a_whole_category_can_be_emptied_for_it(code: str, *, said: bool) -> None:
    """That no allergy has ended is not that none is known."""
    emptied = item("List", "1", status="current", code=coded((SNOMED, code)), emptyReason=NIL_KNOWN)
    assert states(emptied) is said


def test_a_list_that_holds_something_denies_nothing() -> None:
    """Whatever reason it gives for being empty."""
    entry = [{"item": {"reference": "AllergyIntolerance/1"}}]
    code = coded((SNOMED, "886921000000105"))
    assert not states(item("List", "1", status="current", code=code, emptyReason=NIL_KNOWN, entry=entry))
