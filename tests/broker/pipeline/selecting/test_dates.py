"""Dates against what was asked: R4's prefixes, each value at its own precision."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.criteria import DateValue, Prefix
from broker.domain.spans import Span, span_of
from broker.pipeline.selecting.dates import satisfies, spans_in
from tests.support.records import item, readable
from tests.support.selected import date, dated, matched, search

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)

# R4 4.0.1, search.html#prefix and #date: value asked for, value of an item, whether it is found.
EXAMPLES = [
    ("2013-01-14", "2013-01-14T00:00:00Z", True),
    ("2013-01-14", "2013-01-14T10:00:00Z", True),
    ("2013-01-14", "2013-01-15T00:00:00Z", False),
    ("2013-01-14", "2013-01", False),
    ("ne2013-01-14", "2013-01-15T00:00:00Z", True),
    ("ne2013-01-14", "2013-01-14T00:00:00Z", False),
    ("ne2013-01-14", "2013", True),
    ("lt2013-01-14T10:00:00Z", "2013-01-14", True),
    ("gt2013-01-14T10:00:00Z", "2013-01-14", True),
    ("ge2013-03-14", "2013-03-14", True),
    ("ge2013-03-14", {"start": "2013-01-21"}, True),
    ("le2013-03-14", {"start": "2013-01-21"}, True),
    ("ge2013-03-14", "2013-03-13", False),
    ("le2013-03-14", "2013-03-15", False),
    ("gt2013", "2013-12-31", False),
    ("gt2013", "2014-01-01T00:00:00Z", True),
    ("lt2013", "2013-01-01", False),
    ("lt2013", "2012", True),
    ("sa2013-03-14", {"start": "2013-03-15", "end": "2013-04"}, True),
    ("sa2013-03-14", {"start": "2013-03-14", "end": "2013-04"}, False),
    ("sa2013-03-14", {"start": "2013-03-15"}, True),
    ("eb2013-03-14", {"start": "2013-01", "end": "2013-03-13"}, True),
    ("eb2013-03-14", {"start": "2013-01", "end": "2013-03-14"}, False),
    ("eb2013-03-14", {"end": "2013-03-13"}, True),
    ("2013", {"start": "2013-02", "end": "2013-05"}, True),
    ("2013", {"start": "2013-02"}, False),
    ("ap2013", "2013-06", True),
    ("ap2013", "2014-05", True),  # within a tenth of nearly thirteen years
    ("ap2013", "2015-04", True),
    ("ap2013", "2015-05", False),
    ("ap2026-11-22", "2026-11-21", False),
    ("2016-07-01", "2016-06-30T23:30:00Z", True),  # British Summer Time
    ("2016-07-01", "2016-07-01T23:30:00Z", False),
    ("2016", {"event": ["2016-01", "2016-03"]}, True),
    ("2016", {"event": ["2016-01", "2017-03"]}, False),
    ("2016", {"repeat": {"boundsPeriod": {"start": "2016-01", "end": "2016-02"}}}, True),
]


@pytest.mark.parametrize(("asked", "own", "found"), EXAMPLES)
def test_the_examples_of_the_standard_hold(asked: str, own: Any, found: bool) -> None:
    """The span asked for against the span that the value leaves open."""
    assert satisfies(date(asked), spans_in([own]), NOON) is found


UNREADABLE = [
    "soon", "", 2016, 2016.5, True, [], {}, {"start": "soon"}, {"start": "2016", "end": "soon"}, {"start": 5},
    {"event": []}, {"event": ["soon"]}, {"event": "2016"}, {"repeat": {"boundsPeriod": "x"}}, {"repeat": []},
    {"repeat": {"frequency": 1}}, {"event": ["2016", "soon"]}, {"extension": [{"url": "x"}]},
]  # fmt: skip


@pytest.mark.parametrize("prefix", list(Prefix))
@pytest.mark.parametrize("own", UNREADABLE, ids=repr)
def test_what_is_no_date_is_found_by_none(own: Any, prefix: Prefix) -> None:
    """Not even by `ne`: nobody knows when it was."""
    assert not satisfies(date(f"{prefix}2016"), spans_in([own]), NOON)


# An oracle that counts moments: a span is the set of the hours that it holds, and time is 60 hours long.
_HOURS = range(-20, 40)
_FIRST = span_of("2026-01-10T00:00:00Z")
assert _FIRST is not None
_HOUR_NS = 3600 * 10**9


def _span(hours: range) -> Span:
    assert _FIRST is not None
    return Span(_FIRST.begins_ns + hours.start * _HOUR_NS, _FIRST.begins_ns + hours.stop * _HOUR_NS)


def oracle(prefix: Prefix, asked: set[int], own: set[int]) -> bool:
    """R4's sentences on the prefixes, on sets of moments."""
    above = {hour for hour in _HOURS if hour > max(asked)}
    below = {hour for hour in _HOURS if hour < min(asked)}
    return {
        Prefix.EQ: own <= asked,
        Prefix.NE: not own <= asked,
        Prefix.GT: bool(above & own),
        Prefix.LT: bool(below & own),
        Prefix.GE: bool(above & own) or own <= asked,
        Prefix.LE: bool(below & own) or own <= asked,
        Prefix.SA: not own & asked and own <= above,
        Prefix.EB: not own & asked and own <= below,
    }[prefix]


_RANGES = st.tuples(st.integers(-10, 20), st.integers(1, 8)).map(lambda r: range(r[0], r[0] + r[1]))


@given(asked=_RANGES, own=_RANGES, prefix=st.sampled_from([one for one in Prefix if one is not Prefix.AP]))
@settings(max_examples=300, deadline=None)
def test_every_prefix_is_what_counting_moments_gives(asked: range, own: range, prefix: Prefix) -> None:
    """An oracle written from R4's sentences, over sets and without an inequality between ends."""
    value = DateValue(prefix, _span(asked), "")
    assert satisfies(value, [_span(own)], NOON) == oracle(prefix, set(asked), set(own))


@given(asked=_RANGES, own=st.lists(_RANGES, max_size=3), prefix=st.sampled_from(list(Prefix)))
@settings(max_examples=100, deadline=None)
def test_several_dates_are_found_by_any_of_them(asked: range, own: list[range], prefix: Prefix) -> None:
    """And none at all is never found."""
    value = DateValue(prefix, _span(asked), "")
    each = [satisfies(value, [_span(one)], NOON) for one in own]
    assert satisfies(value, [_span(one) for one in own], NOON) == any(each)


YEAR = {"start": "2020", "end": "2020"}
ELEMENTS = {
    ("Observation", "date"): [
        ("effectiveDateTime", "2020-05-01"), ("effectivePeriod", YEAR),
        ("effectiveInstant", "2020-05-01T10:00:00Z"), ("effectiveTiming", {"event": ["2020-05"]}),
    ],
    ("Condition", "onset-date"): [("onsetDateTime", "2020"), ("onsetPeriod", YEAR)],
    ("Condition", "recorded-date"): [("recordedDate", "2020")],
    ("Condition", "abatement-date"): [("abatementDateTime", "2020")],
    ("AllergyIntolerance", "date"): [("recordedDate", "2020")],
    ("AllergyIntolerance", "onset"): [("reaction", [{"onset": "2020"}, {}])],
    ("MedicationRequest", "authoredon"): [("authoredOn", "2020-05-01")],
    ("MedicationRequest", "date"): [("dosageInstruction", [{"timing": {"event": ["2020-05-01"]}}])],
    ("MedicationStatement", "effective"): [("effectivePeriod", YEAR)],
    ("Immunization", "date"): [("occurrenceDateTime", "2020")],
    ("Procedure", "date"): [("performedDateTime", "2020"), ("performedPeriod", YEAR)],
    ("DiagnosticReport", "issued"): [("issued", "2020-05-01T10:00:00Z")],
    ("DocumentReference", "period"): [("context", {"period": YEAR})],
    ("Encounter", "date"): [("period", {"start": "2020-01", "end": "2020-02"})],
    ("Goal", "target-date"): [("target", [{"dueDate": "2020-05-01"}])],
    ("Specimen", "collected"): [("collection", {"collectedDateTime": "2020"})],
    ("Observation", "_lastUpdated"): [("meta", {"lastUpdated": "2020-05-01T10:00:00Z"})],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "member", "value"),
    [(kind, name, *written) for (kind, name), several in ELEMENTS.items() for written in several],
)
def test_a_date_parameter_looks_at_its_own_element(kind: str, name: str, member: str, value: Any) -> None:
    """Every choice of its type, at any depth; an item without it is not found."""
    items = readable([item(kind, "with", **{member: value}), item(kind, "without")])[1:]
    assert matched(items, search(kind, dated(name, "2020"))) == ["with"]
    assert matched(items, search(kind, dated(name, "2021"))) == []
    assert matched(items, search(kind, dated(name, "ne2021"))) == ["with"]
