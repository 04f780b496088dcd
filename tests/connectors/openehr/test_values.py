"""Each data value of the reference model is said in R4 as far as R4 can, and as given where it cannot."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.openehr.values import UCUM, value_of
from tests.connectors.openehr.values import coded, dated, phrase, quantity

ARCHETYPE = "openEHR-EHR-OBSERVATION.story.v1"
SNOMED = "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("given", "member", "value"),
    [
        ({"_type": "DV_TEXT", "value": "calm"}, "valueString", "calm"),
        ({"_type": "DV_BOOLEAN", "value": False}, "valueBoolean", False),
        ({"_type": "DV_COUNT", "magnitude": 14}, "valueInteger", 14),
        ({"_type": "DV_COUNT", "magnitude": 3_000_000_000}, "valueQuantity", {"value": 3_000_000_000}),
        (dated("DV_DATE_TIME", "2016"), "valueDateTime", "2016"),
        (dated("DV_DATE", "2016-02"), "valueDateTime", "2016-02"),
        (dated("DV_DATE_TIME", "2016-02-03T10:11:12+01:00"), "valueDateTime", "2016-02-03T10:11:12+01:00"),
        (dated("DV_TIME", "10:11:12"), "valueTime", "10:11:12"),
        (dated("DV_DURATION", "P1Y2M"), "valueString", "P1Y2M"),
        ({"_type": "DV_URI", "value": "https://trust.example/x"}, "valueUri", "https://trust.example/x"),
    ],
)
def test_a_value_that_r4_can_hold_stands_alone(given: Any, member: str, value: Any) -> None:
    """Nothing is added to it, and nothing stands beside it."""
    found = value_of(given, ARCHETYPE)
    assert (found.member, found.value, found.given) == (member, value, None)


@pytest.mark.parametrize(
    "text", ["2016-02-03T10:11:12", "2016-02-03T10:11Z", "20160203T101112Z", "2016-W05", "soon"]
)
def test_a_time_that_r4_cannot_hold_is_given_as_it_is(text: str) -> None:
    """No zone is guessed, no second is made up and no form is changed."""
    found = value_of(dated("DV_DATE_TIME", text), ARCHETYPE)
    assert (found.member, found.given) == ("", text)


def test_a_comma_before_a_fraction_becomes_a_point_beside_the_text_as_given() -> None:
    """It is the same time; the characters that the server wrote are kept."""
    found = value_of(dated("DV_DATE_TIME", "2016-02-03T10:11:12,50Z"), ARCHETYPE)
    assert (found.value, found.given) == ("2016-02-03T10:11:12.50Z", "2016-02-03T10:11:12,50Z")


def test_a_magnitude_keeps_its_characters_and_its_unit() -> None:
    """`0.70` is not `0.7`. Units are UCUM unless the value says otherwise."""
    found = value_of(quantity(msgspec.Raw(b"0.70"), "mmol/l"), ARCHETYPE)
    assert bytes(found.value["value"]) == b"0.70"
    assert (found.value["unit"], found.value["system"], found.value["code"]) == ("mmol/l", UCUM, "mmol/l")
    other = value_of(quantity(1, "drop", units_system="https://trust.example/units"), ARCHETYPE)
    assert "code" not in other.value


@pytest.mark.parametrize(
    ("said", "comparator", "beside"), [("<", "<", False), ("=", None, False), ("~", None, True)]
)
def test_how_exact_a_magnitude_is_is_never_lost(said: str, comparator: str | None, beside: bool) -> None:
    """R4 has a comparator for a limit, and none for an estimate."""
    found = value_of(quantity(5, "mg", magnitude_status=said), ARCHETYPE)
    assert (found.value.get("comparator"), found.given is not None) == (comparator, beside)


@pytest.mark.parametrize(
    "limit",
    [
        {"_type": "DV_COUNT", "magnitude": 5, "magnitude_status": "less"},
        {"_type": "DV_QUANTITY", "magnitude": 5, "units": "mg", "magnitude_status": "=<"},
        {"_type": "DV_QUANTITY", "magnitude": 5, "units": "mg", "magnitude_status": ["<"]},
        {"_type": "DV_COUNT", "magnitude": 5, "magnitude_status": {}},
        {"_type": "DV_DURATION", "value": "P5D", "magnitude_status": ">"},
        {"_type": "DV_DATE", "value": "2016", "magnitude_status": "<"},
        {"_type": "DV_PROPORTION", "numerator": 1, "denominator": 2, "magnitude_status": "<"},
        {
            "_type": "DV_INTERVAL",
            "lower": {"_type": "DV_QUANTITY", "magnitude": 5, "units": "mg", "magnitude_status": ">"},
        },
        {
            "_type": "DV_INTERVAL",
            "lower_unbounded": True,
            "lower": {"_type": "DV_QUANTITY", "magnitude": 5, "units": "mg"},
        },
    ],
)
def test_a_limit_that_r4_cannot_say_is_no_value(limit: dict[str, Any]) -> None:
    """Read without its sign, five would be five."""
    found = value_of(limit, ARCHETYPE)
    assert (found.member, found.given) == ("", limit)


def test_a_count_below_a_limit_keeps_its_comparator() -> None:
    """Fewer than five is a quantity, as an integer of R4 has no sign."""
    found = value_of({"_type": "DV_COUNT", "magnitude": 5, "magnitude_status": "<"}, ARCHETYPE)
    assert (found.member, found.value) == ("valueQuantity", {"comparator": "<", "value": 5})
    estimate = value_of({"_type": "DV_COUNT", "magnitude": 5, "magnitude_status": "~"}, ARCHETYPE)
    assert (estimate.member, estimate.given is not None) == ("valueInteger", True)


@pytest.mark.parametrize(
    "more",
    [{"precision": 2}, {"normal_range": {"lower": 1}}, {"normal_status": phrase("x", "H")}, {"accuracy": 1}],
)
def test_what_r4_has_no_member_for_stands_beside_the_value(more: dict[str, Any]) -> None:
    """The whole value is given again, so that a reference range or a flag is there to be read."""
    given = quantity(5, "mg", **more)
    assert value_of(given, ARCHETYPE).given == given


@pytest.mark.parametrize(
    ("terminology", "system"),
    [
        ("SNOMED-CT", SNOMED),
        ("SNOMED CT", SNOMED),
        ("LOINC", "http://loinc.org"),
        ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10"),
        ("local", f"https://watersmeet.example/fhir/openehr/terminology/local/{ARCHETYPE}"),
        ("RiO codes", "https://watersmeet.example/fhir/openehr/terminology/RiO-codes"),
    ],
)
def test_a_code_keeps_its_terminology(terminology: str, system: str) -> None:
    """A local code is of its archetype alone, so that two archetypes' `at0004` are never one code."""
    found = value_of(coded("Low", terminology, "at0004"), ARCHETYPE)
    assert found.value == {"coding": [{"system": system, "code": "at0004", "display": "Low"}], "text": "Low"}


def test_a_terminologys_version_is_a_version() -> None:
    """It is written behind the terminology's name."""
    (coding,) = value_of(coded("Low", "SNOMED-CT(20240401)", "1"), ARCHETYPE).value["coding"]
    assert (coding["system"], coding["version"]) == (SNOMED, "20240401")


def test_a_mapping_is_a_second_code_and_how_well_it_fits_stands_beside() -> None:
    """A broader code must not be read as the same."""
    mapping = {"match": ">", "target": phrase("SNOMED-CT", "73211009")}
    given = {"_type": "DV_TEXT", "value": "sugar", "mappings": [mapping]}
    found = value_of(given, ARCHETYPE)
    assert found.value == {"coding": [{"system": SNOMED, "code": "73211009"}], "text": "sugar"}
    assert found.given == given


def test_a_score_has_its_words_its_code_and_its_number() -> None:
    """The number of an ordinal stands on the code that it scores."""
    symbol = coded("Nearly every day", "local", "at0008")
    found = value_of({"_type": "DV_ORDINAL", "value": 3, "symbol": symbol}, ARCHETYPE)
    (coding,) = found.value["coding"]
    assert (found.value["text"], coding["code"]) == ("Nearly every day", "at0008")
    assert coding["extension"] == [
        {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 3}
    ]


@pytest.mark.parametrize(
    ("lower", "upper", "member", "value"),
    [
        (
            quantity(1, "mg"),
            quantity(2, "mg"),
            "valueRange",
            {
                "low": {"value": 1, "unit": "mg", "system": UCUM, "code": "mg"},
                "high": {"value": 2, "unit": "mg", "system": UCUM, "code": "mg"},
            },
        ),
        (dated("DV_DATE", "2016"), None, "valuePeriod", {"start": "2016"}),
        (dated("DV_DATE_TIME", "2016-02-03T10:11"), None, "", None),
        (dated("DV_TIME", "10:00:00"), dated("DV_TIME", "11:00:00"), "", None),
    ],
)
def test_an_interval_is_a_range_or_a_period_beside_itself(
    lower: Any, upper: Any, member: str, value: Any
) -> None:
    """Whether its ends belong to it has no place in R4, so it is always given as well."""
    given = {"_type": "DV_INTERVAL", "lower": lower, "upper": upper, "lower_included": False}
    found = value_of(given, ARCHETYPE)
    assert (found.member, found.value, found.given) == (member, value, given)


def test_a_proportion_is_a_ratio_beside_its_kind() -> None:
    """Whether it is a percentage or a fraction is told by its type, which R4 has not."""
    given = {"_type": "DV_PROPORTION", "numerator": 96, "denominator": 100, "type": 2}
    found = value_of(given, ARCHETYPE)
    assert found.value == {"numerator": {"value": 96}, "denominator": {"value": 100}}
    assert found.given == given


def test_a_duration_of_one_unit_is_a_quantity_beside_its_text() -> None:
    """Thirty days are thirty days; of months and days no sum is made."""
    found = value_of(dated("DV_DURATION", "P30D"), ARCHETYPE)
    assert found.value == {"value": 30, "unit": "d", "system": UCUM, "code": "d"}
    assert found.given == "P30D"
    assert value_of(dated("DV_DURATION", "PT5M"), ARCHETYPE).value["code"] == "min"


def test_an_identifier_names_who_gave_it() -> None:
    """Its kind, its characters and its issuer are kept apart."""
    given = {"_type": "DV_IDENTIFIER", "id": "R-7", "type": "referral", "issuer": "Trust", "assigner": "Ward"}
    assert value_of(given, ARCHETYPE).value == {
        "type": {"text": "referral"},
        "value": "R-7",
        "assigner": {"display": "Ward / Trust"},
    }


def test_an_attachment_is_described_and_its_other_members_stand_beside() -> None:
    """Media type, size, address and words are R4's; how it is compressed is not."""
    given = {
        "_type": "DV_MULTIMEDIA",
        "media_type": phrase("IANA_media-types", "application/pdf"),
        "size": 9,
        "uri": {"value": "https://trust.example/letter"},
        "alternate_text": "Letter",
        "compression_algorithm": phrase("x", "zip"),
    }
    found = value_of(given, ARCHETYPE)
    assert found.value == {
        "contentType": "application/pdf",
        "url": "https://trust.example/letter",
        "size": 9,
        "title": "Letter",
    }
    assert found.given == given


@pytest.mark.parametrize(
    "given",
    [
        {"_type": "DV_PARAGRAPH", "items": []},
        {"_type": "DV_QUANTITY", "magnitude": "five", "units": "mg"},
        {"_type": "DV_COUNT"},
        {"_type": "DV_CODED_TEXT"},
        {"_type": "DV_URI", "value": "not an address"},
        [1],
    ],
)
def test_a_value_of_no_shape_that_is_known_is_given_whole(given: Any) -> None:
    """It is neither dropped nor made to fit."""
    found = value_of(given, ARCHETYPE)
    assert found.member == ""
    assert found.given in (given, {"value": given})
