"""Dates and times keep what they say: nothing is filled in, and no zone is guessed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rest_json.dates import fhir_date, fhir_date_time


@pytest.mark.parametrize(
    ("text", "form", "read"),
    [
        ("1951-04-09", "date", "1951-04-09"),
        ("1951-04", "date", "1951-04"),
        ("1951", "date", "1951"),
        ("0000", "date", None),
        ("1951-02-29", "date", None),
        ("1951-04-09T00:00:00", "date", None),
        ("09/04/1951", "date", None),
        ("09/04/1951", "day-first", "1951-04-09"),
        ("31/02/1951", "day-first", None),
        ("9/4/1951", "day-first", None),
        ("1951-04-09T00:00:00", "midnight", "1951-04-09"),
        ("1951-04-09 00:00:00.000", "midnight", "1951-04-09"),
        ("1951-04-09T00:00:00Z", "midnight", "1951-04-09"),
        ("1951-04-09T01:00:00", "midnight", None),
        ("1951-04-09", "midnight", None),
        ("١٩٥١", "date", None),
    ],
)
def test_a_date_is_read_in_its_form_alone(text: str, form: str, read: str | None) -> None:
    """At its own precision, and never a day that no calendar has."""
    assert fhir_date(text, form) == read


@pytest.mark.parametrize(
    ("text", "form", "read"),
    [
        ("2026-03-02", "date-time", "2026-03-02"),
        ("2026-03-02T10:15:00Z", "date-time", "2026-03-02T10:15:00Z"),
        ("2026-03-02T10:15:00.120+01:00", "date-time", "2026-03-02T10:15:00.120+01:00"),
        ("2026-02-30T10:15:00Z", "date-time", None),
        ("2026-03-02T10:15:00", "date-time", None),
        ("2026-03-02T10:15:00", "uk-date-time", "2026-03-02T10:15:00+00:00"),
        ("2026-07-02 10:15:00.50", "uk-date-time", "2026-07-02T10:15:00.50+01:00"),
        ("2026-07-02", "uk-date-time", "2026-07-02"),
        ("2026-07-02T10:15", "uk-date-time", None),
        ("2026-07-02T10:15:00Z", "uk-date-time", None),
        ("2026-07-02T24:15:00", "uk-date-time", None),
        ("1971-07-02T10:15:00", "uk-date-time", None),
        ("2026-03-29T00:59:59", "uk-date-time", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29T01:30:00", "uk-date-time", None),
        ("2026-03-29T02:00:00", "uk-date-time", "2026-03-29T02:00:00+01:00"),
        ("2026-10-25T00:59:59", "uk-date-time", "2026-10-25T00:59:59+01:00"),
        ("2026-10-25T01:30:00", "uk-date-time", None),
        ("2026-10-25T02:00:00", "uk-date-time", "2026-10-25T02:00:00+00:00"),
        ("02/03/2026", "day-first", "2026-03-02"),
    ],
)
def test_a_time_without_a_zone_gets_one_only_where_the_clocks_are_known(
    text: str, form: str, read: str | None
) -> None:
    """Minutes alone stay out, and so does the hour that comes twice."""
    assert fhir_date_time(text, form) == read


@given(st.datetimes(dt.datetime(1996, 1, 1), dt.datetime(2037, 12, 31)))  # noqa: DTZ001 - a clock's reading
def test_united_kingdom_clocks_are_read_as_the_zone_database_reads_them(moment: dt.datetime) -> None:
    """The same offset; none exactly in the hours that the database calls doubtful."""
    moment = moment.replace(microsecond=0)
    london = [moment.replace(tzinfo=ZoneInfo("Europe/London"), fold=fold).utcoffset() for fold in (0, 1)]
    read = fhir_date_time(moment.isoformat(), "uk-date-time")
    if london[0] != london[1]:
        assert read is None
    else:
        assert read is not None
        assert dt.datetime.fromisoformat(read).utcoffset() == london[0]
