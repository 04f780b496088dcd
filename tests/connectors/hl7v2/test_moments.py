"""Dates and times keep their precision, and nothing is lent to them."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hl7v2.moments import date, date_time, instant, period, time_of_day
from connectors.r4 import as_given, is_date, is_date_time


def beside(text: str) -> dict[str, Any]:
    """A value as given."""
    return {"extension": [as_given(text)]}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2026", "2026"),
        ("202602", "2026-02"),
        ("20260211", "2026-02-11"),
        ("20260211093000+0000", "2026-02-11T09:30:00+00:00"),
        ("20260211093000.1200-0530", "2026-02-11T09:30:00.1200-05:30"),
        ("20240229", "2024-02-29"),
    ],
)
def test_what_fhir_can_hold_stands_alone(text: str, whole: str) -> None:
    """A year stays a year, and a fraction keeps its digits."""
    assert date_time("when", text) == {"when": whole}


@pytest.mark.parametrize(
    "text", ["20260211093000", "202602110930+0000", "2026021109", "20260211+0100", "20260211093000+1530"]
)
def test_a_time_without_seconds_or_zone_stands_as_its_date_with_the_rest_as_given(text: str) -> None:
    """No zone is taken from the header, and no seconds are made up."""
    assert date_time("when", text) == {"when": "2026-02-11", "_when": beside(text)}


@pytest.mark.parametrize(
    "text", ["20260230", "20261301", "yesterday", "2026-02-11", "00000000", "202", "\u0662\u0660\u0662\u0666"]
)
def test_what_is_no_day_of_a_calendar_stands_as_given_alone(text: str) -> None:
    """It is neither put right nor dropped."""
    assert date_time("when", text) == {"_when": beside(text)}


def test_nothing_is_nothing() -> None:
    """No member for an empty field."""
    assert date_time("when", "") == date("when", "") == period("when", "", "") == {}


def test_a_birth_date_with_a_time_keeps_its_time_beside_it() -> None:
    """The date proves who it is; the time is not lost."""
    assert date("birthDate", "195104090312") == {
        "birthDate": "1951-04-09",
        "_birthDate": beside("195104090312"),
    }


def test_an_instant_is_whole_or_as_given() -> None:
    """A day is no instant."""
    assert instant("issued", "20260211120000+0000") == {"issued": "2026-02-11T12:00:00+00:00"}
    assert instant("issued", "20260211") == {"_issued": beside("20260211")}


def test_a_time_of_day_has_seconds() -> None:
    """Or stands as given."""
    assert time_of_day("at", "093000.5") == {"at": "09:30:00.5"}
    assert time_of_day("at", "0930") == {"_at": beside("0930")}


@given(st.text(string.digits + ".+-Z", max_size=24))
def test_whatever_stands_in_a_time_field_fhir_gets_a_valid_date_or_none(text: str) -> None:
    """And what it gets begins with the digits that were there, or the text is beside it."""
    found = date_time("when", text)
    written = found.get("when", "2026")
    assert is_date(written) or is_date_time(written)
    if text and "_when" not in found:
        assert "".join(filter(str.isdigit, written)) == "".join(filter(str.isdigit, text))
