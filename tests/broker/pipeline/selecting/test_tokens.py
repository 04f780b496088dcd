"""Codes against what was asked: system and code, code alone, no system, any code of a system."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.records import item, readable
from tests.support.selected import coded, dated, matched, search

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
STATUS = "http://hl7.org/fhir/observation-status"
ACTIVE = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
}
OBSERVATIONS = [
    item("Observation", "loinc", status="final", code={"coding": [{"system": LOINC, "code": "2160-0"}]}),
    item(
        "Observation",
        "both",
        status="amended",
        code={"coding": [{"system": SNOMED, "code": "1"}, {"system": LOINC, "code": "2160-0"}]},
        category=[{"coding": [{"system": "c", "code": "laboratory"}]}, {"text": "Blood"}],
    ),
    item("Observation", "local", status="final", code={"coding": [{"code": "2160-0"}], "text": "Creatinine"}),
    item("Observation", "words", status="final", code={"text": "2160-0"}),
    item("Observation", "odd", status="final", code={"coding": {"system": LOINC}, "text": "x"}),
    item("Observation", "without", status="final"),
    item("Observation", "part", component=[{"code": {"coding": [{"system": LOINC, "code": "2160-0"}]}}]),
]
FOUND = [
    (("2160-0",), ["loinc", "both", "local"]),
    ((f"{LOINC}|2160-0",), ["loinc", "both"]),
    (("|2160-0",), ["local"]),
    ((f"{LOINC}|",), ["loinc", "both"]),
    ((f"{SNOMED}|",), ["both"]),
    ((f"{SNOMED}|2160-0",), []),
    ((f"{SNOMED}|1", "|2160-0"), ["both", "local"]),
    (("2160-O",), []),
    (("Creatinine",), []),
    (("http://LOINC.org|2160-0",), []),
]


@pytest.mark.parametrize(("asked", "found"), FOUND)
def test_a_code_is_found_in_its_system(asked: tuple[str, ...], found: list[str]) -> None:
    """Any of a list; words are no code, and what has no readable code is found by none."""
    items = readable(OBSERVATIONS)[1:]
    assert matched(items, search("Observation", coded("code", *asked))) == found


def test_a_parameter_given_again_must_hold_too() -> None:
    """Once is or, twice is and; another parameter is and as well."""
    items = readable(OBSERVATIONS)[1:]
    both = coded("code", f"{SNOMED}|1"), coded("code", f"{LOINC}|2160-0")
    assert matched(items, search("Observation", *both)) == ["both"]
    assert matched(items, search("Observation", both[1], coded("status", "final"))) == ["loinc"]
    assert matched(items, search("Observation", both[1], dated("date", "2020"))) == []
    assert matched(items, search("Observation", coded("combo-code", f"{LOINC}|2160-0"))) == [
        "loinc",
        "both",
        "part",
    ]


@pytest.mark.parametrize(
    ("asked", "found"), [("final", 5), (f"{STATUS}|final", 5), ("|final", 5), ("x|final", 0)]
)
def test_a_plain_code_is_of_the_system_that_it_is_bound_to(asked: str, found: int) -> None:
    """A status names no system: R4 binds it to one."""
    items = readable(OBSERVATIONS)[1:]
    assert len(matched(items, search("Observation", coded("status", asked)))) == found


ELEMENTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("Condition", "clinical-status", {"clinicalStatus": ACTIVE}, "active"),
    (
        "Condition",
        "verification-status",
        {"verificationStatus": {"coding": [{"code": "confirmed"}]}},
        "confirmed",
    ),
    ("AllergyIntolerance", "category", {"category": ["food", "medication"]}, "medication"),
    (
        "AllergyIntolerance",
        "code",
        {"reaction": [{"substance": {"coding": [{"system": SNOMED, "code": "7"}]}}]},
        f"{SNOMED}|7",
    ),
    ("Encounter", "class", {"class": {"system": "act", "code": "AMB"}}, "act|AMB"),
    ("Immunization", "vaccine-code", {"vaccineCode": {"coding": [{"system": SNOMED, "code": "7"}]}}, "7"),
    ("MedicationRequest", "code", {"medicationCodeableConcept": {"coding": [{"code": "7"}]}}, "|7"),
    ("MedicationRequest", "status", {"status": "active"}, "active"),
    ("DocumentReference", "type", {"type": {"coding": [{"code": "letter"}]}}, "letter"),
    ("DocumentReference", "setting", {"context": {"practiceSetting": {"coding": [{"code": "7"}]}}}, "7"),
    ("Observation", "value-concept", {"valueCodeableConcept": {"coding": [{"code": "7"}]}}, "7"),
    ("Goal", "lifecycle-status", {"lifecycleStatus": "active"}, "http://hl7.org/fhir/goal-status|active"),
]


@pytest.mark.parametrize(("kind", "name", "members", "asked"), ELEMENTS)
def test_a_code_parameter_looks_at_its_own_element(
    kind: str, name: str, members: dict[str, Any], asked: str
) -> None:
    """At any depth, in lists and out of them."""
    items = readable([item(kind, "with", **members), item(kind, "without")])[1:]
    assert matched(items, search(kind, coded(name, asked))) == ["with"]
    assert matched(items, search(kind, coded(name, "other"))) == []


_CODES = st.tuples(st.sampled_from([None, "s", "t"]), st.sampled_from(["1", "2"]))
_ASKED = st.sampled_from(["1", "2", "|1", "s|1", "t|2", "s|", "t|"])


def oracle(asked: str, codings: list[tuple[str | None, str]]) -> bool:
    """R4's four forms, each a sentence on the codings."""
    if asked.endswith("|"):
        return any(f"{system}|" == asked for system, _ in codings)
    if asked.startswith("|"):
        return (None, asked[1:]) in codings
    if "|" in asked:
        return any(f"{system}|{code}" == asked for system, code in codings if system)
    return asked in [code for _, code in codings]


@given(codings=st.lists(_CODES, max_size=3), asked=st.lists(_ASKED, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_form_of_any_code_is_what_the_forms_say(
    codings: list[tuple[str | None, str]], asked: list[str]
) -> None:
    """Of a list any, over every form, system and code."""
    written = [
        {"code": code} if system is None else {"system": system, "code": code} for system, code in codings
    ]
    items = readable([item("Condition", "c", code={"coding": written})])[1:]
    found = matched(items, search("Condition", coded("code", *asked)))
    assert found == (["c"] if any(oracle(one, codings) for one in asked) else [])
