"""Results as series: every value as it was given, nothing converted, and what was done elsewhere lately."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from broker.domain.json_bytes import write_tree
from broker.domain.query import Interaction
from broker.domain.view import Group
from tests.support.records import item
from tests.support.useful_views import coded, from_both, told

LAB = [{"coding": [{"code": "laboratory"}]}]
POTASSIUM = coded("2823-3", "Potassium", "http://loinc.org")


def result(local_id: str, value: str = "4.10", unit: str = "mmol/L", **members: Any) -> Any:
    """A final potassium whose number is written exactly so."""
    given = {
        "status": "final",
        "category": LAB,
        "code": POTASSIUM,
        "effectiveDateTime": "2026-11-01",
        "valueQuantity": {"value": msgspec.Raw(value.encode()), "unit": unit},
    }
    return write_tree(item("Observation", local_id, **{**given, **members}))


def results(*charts: list[Any], **changes: Any) -> dict[str, Any]:
    """The view of what one or two partners hold."""
    return told(Interaction.VIEW_RESULTS, from_both(*charts), **changes)


@pytest.mark.parametrize("number", ["1.50", "0.010", "100", "1.0E1"])
def test_a_value_its_unit_and_its_range_are_as_given(number: str) -> None:
    """`1.50` is never 1.5, and a range keeps its own units, words and people."""
    given = {"low": {"value": msgspec.Raw(b"3.50"), "unit": "mmol/L"}, "appliesTo": [{"text": "adults"}]}
    [row] = results([result("1", number, referenceRange=[given])])["rows"]
    [point] = row["points"]
    assert (point["value"], point["unit"], point["text"]) == (number, "mmol/L", f"{number} mmol/L")
    assert point["ranges"] == [{"low": "3.50 mmol/L", "of": "adults"}]


def test_two_units_are_two_series_and_nothing_is_converted() -> None:
    """Whoever compares them must know what they do."""
    rows = results([result("1", "58", "mmol/mol")], [result("2", "7.5", "%")])["rows"]
    assert [(row["test"], row["unit"], len(row["points"])) for row in rows] == [
        ("Potassium", "%", 1),
        ("Potassium", "mmol/mol", 1),
    ]


def test_one_test_of_two_sources_is_one_series_newest_first() -> None:
    """A year is placed by its beginning and stays a year; what has no date is last."""
    view = results(
        [result("1", "3.9", effectiveDateTime="2025"), result("2", "4.0", effectiveDateTime="2026-10-02")],
        [
            result("3", "4.1", effectiveDateTime="2026-10-01T09:00:00+01:00"),
            result("4", "5", effectiveDateTime=None),
        ],
    )
    [row] = view["rows"]
    assert [point.get("at") for point in row["points"]] == [
        "2026-10-02",
        "2026-10-01T09:00:00+01:00",
        "2025",
        None,
    ]
    assert row["sources"] == ["Addenbury", "Papermill"]


def test_the_same_words_under_two_codes_are_two_series() -> None:
    """Creatinine is measured in blood and in urine."""
    codes = [coded(code, "Creatinine", "http://loinc.org") for code in ("2160-0", "2161-8")]
    assert len(results([result(str(n), code=one) for n, one in enumerate(codes)])["rows"]) == 2


def test_each_component_is_a_series_of_its_own() -> None:
    """A blood pressure is two, and a header without a value of its own stands with the reports."""
    parts = [
        {"code": coded(code, text), "valueQuantity": {"value": number, "unit": "mmHg"}}
        for code, text, number in (("271649006", "Systolic", 144), ("271650006", "Diastolic", 86))
    ]
    pressure = item("Observation", "1", status="final", code={"text": "Blood pressure"}, component=parts)
    header = item(
        "Observation",
        "2",
        status="final",
        code={"text": "Full count"},
        hasMember=[{"reference": "Observation/1"}],
    )
    view = results([pressure, header])
    assert [(row["test"], row["points"][0]["value"]) for row in view["rows"]] == [
        ("Blood pressure: Diastolic", "86"),
        ("Blood pressure: Systolic", "144"),
    ]
    assert [one["what"] for one in view["reports"]] == ["Full count"]


def test_a_group_is_one_point_with_all_its_sources() -> None:
    """The very same result of two hospitals."""
    items = from_both([result("1")], [result("1")])
    [row] = told(Interaction.VIEW_RESULTS, items, groups=(Group((0, 1), "same-content"),))["rows"]
    [point] = row["points"]
    assert [entry["source"] for entry in point["entries"]] == ["Addenbury", "Papermill"]


def test_a_value_that_a_modifier_changes_is_not_compared() -> None:
    """It is shown to be there, and its reader is sent to the source."""
    [row] = results([result("1", "999", modifierExtension=[{"url": "urn:x", "valueBoolean": True}])])["rows"]
    assert "999" not in str(row)
    assert "see the source" in row["points"][0]["text"]


DONE = {
    "within the days": ({"effectiveDateTime": "2026-11-01"}, True),
    "a month that reaches into them": ({"effectiveDateTime": "2026-10"}, True),
    "before them": ({"effectiveDateTime": "2026-09"}, False),
    "booked for later": ({"effectiveDateTime": "2026-12-01"}, False),
    "without a date": ({"effectiveDateTime": None}, False),
    "cancelled": ({"status": "cancelled"}, False),
    "in error": ({"status": "entered-in-error"}, False),
    "not final yet": ({"status": "preliminary"}, True),
}


@pytest.mark.parametrize(("change", "done"), DONE.values(), ids=DONE.keys())
def test_what_was_done_elsewhere_lately_is_told_by_its_own_date(change: dict[str, Any], done: bool) -> None:
    """Of thirty days before the question, which was on 22 November 2026."""
    view = results([result("1", **change)], within_days=30)
    assert bool(view["elsewhere"]) is done


def test_what_the_askers_own_organisation_did_was_not_done_elsewhere() -> None:
    """It still stands in its series."""
    view = results([result("1")], [result("2")], own=frozenset({"addenbury"}))
    assert [one["sources"] for one in view["elsewhere"]] == [["Papermill"]]
    assert view["rows"][0]["sources"] == ["Addenbury", "Papermill"]


def test_what_is_asked_for_and_not_done_yet_stands_beside_the_series() -> None:
    """A request of a laboratory, and no referral."""
    lab = [{"coding": [{"code": "108252007"}]}]
    asked = item("ServiceRequest", "1", status="active", category=lab, code={"text": "HbA1c"})
    view = results([asked, item("ServiceRequest", "2", status="active", code={"text": "Podiatry"})])
    assert [one["what"] for one in view["requested"]] == ["HbA1c"]
