"""OBX-5 by its type: the very characters of numbers, every coding, and what FHIR cannot say as given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from connectors.hl7v2.escapes import Grammar, encode
from connectors.hl7v2.reading import Value
from connectors.hl7v2.values import value_of
from connectors.r4 import AS_GIVEN
from tests.connectors.hl7v2.messages import given, result

PLAIN = Grammar()


@pytest.mark.parametrize("number", ["1.50", "0", "-0.7", "140", "1234567890123.000", "0.10"])
def test_a_number_keeps_its_characters(number: str) -> None:
    """`1.50` is not `1.5`."""
    assert result("NM", number, "mmol/L^^UCUM")["valueQuantity"] == {
        "value": number,
        "unit": "mmol/L",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    }


@pytest.mark.parametrize("number", ["+5", ".5", "5.", "007", "<5", "see note", "1e3", "\u0661", "1" * 61])
def test_what_json_cannot_write_as_this_number_stands_as_given(number: str) -> None:
    """With its units, and never as another number."""
    quantity = result("NM", number, "g/L")["valueQuantity"]
    assert "value" not in quantity
    assert given(quantity["_value"]) == [number]
    assert quantity["unit"] == "g/L"


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ("<^5", {"valueQuantity": {"value": "5", "comparator": "<", "unit": "g/L"}}),
        (">=^5.0", {"valueQuantity": {"value": "5.0", "comparator": ">=", "unit": "g/L"}}),
        ("=^5", {"valueQuantity": {"value": "5", "unit": "g/L"}}),
        (
            "^1.0^-^2.50",
            {
                "valueRange": {
                    "low": {"value": "1.0", "unit": "g/L"},
                    "high": {"value": "2.50", "unit": "g/L"},
                }
            },
        ),
    ],
)
def test_a_structured_number_keeps_its_comparator_and_its_ends(value: str, member: dict[str, Any]) -> None:
    """SN: a comparator and a number, or a range."""
    assert result("SN", value, "g/L").items() >= member.items()


def test_a_titre_is_a_ratio() -> None:
    """Of two numbers as written."""
    assert result("SN", "^1^:^128")["valueRatio"] == {
        "numerator": {"value": "1"},
        "denominator": {"value": "128"},
    }


@pytest.mark.parametrize(
    ("value", "words"), [("^2^+", "2+"), ("<^1^:^8", "<1:8"), ("^^^", None), ("<>^3", "<>3")]
)
def test_any_other_structured_value_stays_in_words(value: str, words: str | None) -> None:
    """What FHIR has no form for is not forced into one."""
    assert result("SN", value).get("valueString") == words


def test_both_codings_and_the_original_text_are_carried() -> None:
    """CWE: a national code, a local one, and what was really said."""
    value = "112144000^Group A^SCT^A^Blood group A^WINPATH^20260101^7^Grouped as A"
    concept = result("CWE", value)["valueCodeableConcept"]
    assert concept["text"] == "Grouped as A"
    first, second = concept["coding"]
    assert first == {
        "system": "http://snomed.info/sct",
        "version": "20260101",
        "code": "112144000",
        "display": "Group A",
    }
    assert (second["code"], second["display"], second["version"]) == ("A", "Blood group A", "7")
    assert "system" not in second
    assert given(second["_system"]) == ["WINPATH"]


def test_a_code_system_may_be_told_by_its_object_identifier() -> None:
    """As a table, as an identifier in the name's place, or in its own component."""
    systems = [
        result("CWE", value)["valueCodeableConcept"]["coding"][0]["system"]
        for value in ("A^a^HL70078", "A^a^2.16.840.1.113883.6.96", "A^a^^^^^^^^^^^^2.16.840.1.113883.6.1")
    ]
    assert systems == [
        "http://terminology.hl7.org/CodeSystem/v2-0078",
        "urn:oid:2.16.840.1.113883.6.96",
        "urn:oid:2.16.840.1.113883.6.1",
    ]


def test_what_a_coding_has_no_place_for_brings_the_value_along() -> None:
    """A value set, subcomponents, a system without a code."""
    for value in ("A^a^L^^^^^^^^^^^^valueset", "A&x^a^L", "^^L"):
        assert value in given(result("CWE", value)["valueCodeableConcept"])


def test_lines_of_text_are_one_text() -> None:
    """Repetitions of TX are its lines, and escapes are decoded."""
    found = result("TX", r"No growth~after 48 h.\.br\Repeat \T\ report")
    assert found["valueString"] == "No growth\nafter 48 h.\nRepeat & report"


def test_several_values_are_components_that_say_the_same_of_what() -> None:
    """One result, two numbers."""
    components = result("NM", "27~25.0", "kg")["component"]
    assert [one["valueQuantity"]["value"] for one in components] == ["27", "25.0"]
    assert all(one["code"]["coding"][0]["code"] == "2951-2" for one in components)


@pytest.mark.parametrize(
    ("kind", "value", "member"),
    [
        ("DT", "20260211", {"valueDateTime": "2026-02-11"}),
        ("TM", "093000", {"valueTime": "09:30:00"}),
        ("ST", "clear", {"valueString": "clear"}),
        ("ZZ", "a^b", {"valueString": "a^b"}),
        ("IS", "POS", {"valueCodeableConcept": {"coding": [{"code": "POS"}]}}),
        ("NR", "1^2.0", {"valueRange": {"low": {"value": "1"}, "high": {"value": "2.0"}}}),
    ],
)
def test_every_other_type_has_its_member(kind: str, value: str, member: dict[str, Any]) -> None:
    """A type that nobody knows is text, with its delimiters."""
    assert result(kind, value).items() >= member.items()


def test_units_beside_what_has_none_are_not_lost() -> None:
    """They stand as given."""
    assert "OBX-6: g/L" in given(result("ST", "trace", "g/L"))
    assert "OBX-6: g/L" in given(result("NM", "", "g/L"))


def test_units_of_a_system_of_their_own_are_carried_whole() -> None:
    """The words show, and the code as given beside them."""
    quantity = result("NM", "5", "MMOL^millimole per litre^L")["valueQuantity"]
    assert quantity["unit"] == "millimole per litre"
    assert quantity["extension"] == [{"url": AS_GIVEN, "valueString": "MMOL^millimole per litre^L"}]
    assert "code" not in quantity


@examples(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_text_comes_as_it_was_meant(text: str) -> None:
    """Through the message and into the resource."""
    written = Value(encode(text, PLAIN), PLAIN)
    assert value_of("ST", written, Value("", PLAIN)) == {"valueString": text}
