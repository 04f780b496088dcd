"""A FHIR date to its span: every precision, every zone, and what is no date."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.spans import EVER_AFTER, EVER_BEFORE, Span, earliest, latest, span_of, span_of_day

_LONDON = ZoneInfo("Europe/London")
_FIRST = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def moment(nanoseconds: int) -> dt.datetime:
    """The same moment as Python's own calendar has it; whole microseconds only."""
    assert nanoseconds % 1000 == 0
    return _FIRST + dt.timedelta(days=-1, microseconds=nanoseconds // 1000)  # the first day's ordinal is one


def between(text: str) -> tuple[str, str]:
    """Both ends of a span as UTC texts."""
    span = span_of(text)
    assert span is not None, text
    return moment(span.begins_ns).isoformat(), moment(span.ends_ns).isoformat()


SPANS = {
    "2016": ("2016-01-01T00:00:00+00:00", "2017-01-01T00:00:00+00:00"),
    "2016-02": ("2016-02-01T00:00:00+00:00", "2016-03-01T00:00:00+00:00"),
    "2015-12": ("2015-12-01T00:00:00+00:00", "2016-01-01T00:00:00+00:00"),
    "2016-02-29": ("2016-02-29T00:00:00+00:00", "2016-03-01T00:00:00+00:00"),
    "2016-07": ("2016-06-30T23:00:00+00:00", "2016-07-31T23:00:00+00:00"),
    "2016-07-01": ("2016-06-30T23:00:00+00:00", "2016-07-01T23:00:00+00:00"),
    "2016-03-27": ("2016-03-27T00:00:00+00:00", "2016-03-27T23:00:00+00:00"),
    "2016-03-01T10:00": ("2016-03-01T10:00:00+00:00", "2016-03-01T10:01:00+00:00"),
    "2016-07-01T10:00": ("2016-07-01T09:00:00+00:00", "2016-07-01T09:01:00+00:00"),
    "2016-07-01T10:00:00": ("2016-07-01T09:00:00+00:00", "2016-07-01T09:00:01+00:00"),
    "2016-07-01T10:00:00Z": ("2016-07-01T10:00:00+00:00", "2016-07-01T10:00:01+00:00"),
    "2016-07-01T10:00:00+05:30": ("2016-07-01T04:30:00+00:00", "2016-07-01T04:30:01+00:00"),
    "2016-07-01T22:00:00-05:00": ("2016-07-02T03:00:00+00:00", "2016-07-02T03:00:01+00:00"),
    "2016-07-01T10:00:00.5Z": ("2016-07-01T10:00:00.500000+00:00", "2016-07-01T10:00:00.600000+00:00"),
    "2016-07-01T10:00:00.123456Z": ("2016-07-01T10:00:00.123456+00:00", "2016-07-01T10:00:00.123457+00:00"),
    "2016-12-31T23:59:60Z": ("2017-01-01T00:00:00+00:00", "2017-01-01T00:00:01+00:00"),
    "2016-07-01T00:00:00+14:00": ("2016-06-30T10:00:00+00:00", "2016-06-30T10:00:01+00:00"),
}


@pytest.mark.parametrize(("text", "ends"), SPANS.items(), ids=SPANS.keys())
def test_a_date_is_as_wide_as_it_is_written(text: str, ends: tuple[str, str]) -> None:
    """From its first moment to the first that is over it; without a zone it is the time here."""
    assert between(text) == ends


NO_DATES = [
    "", "16", "201", "20160", "2016-", "2016-1", "2016-00", "2016-13", "2016-02-30", "2015-02-29",
    "2016-01-00", "2016-01-1", "0000", "2016-01-01T", "2016-01-01T10", "2016-01-01T24:00",
    "2016-01-01T10:60", "2016-01-01T10:00:61Z", "2016-01-01T10:00:00.Z", "2016-01-01T10:00:00z",
    "2016-01-01 10:00", "2016-01-01T10:00:00+14:01", "2016-01-01T10:00:00+0100",
    "2016-01-01T10:00:00+01:60", "10:00", "March 2016", "\u0662\u0660\u0661\u0666", "2016\n", " 2016",
    "2016-01-01Z", "+2016",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_has_no_span(text: str) -> None:
    """Nothing is guessed: no day that no calendar has, no other script, no half of a time."""
    assert span_of(text) is None


def test_digits_beyond_a_nanosecond_are_within_it() -> None:
    """Nothing is refused for being too exact."""
    assert span_of("2016-07-01T10:00:00.1234567899Z") == span_of("2016-07-01T10:00:00.123456789Z")


def test_the_calendars_first_and_last_days_have_spans() -> None:
    """Whatever can be written lies between ever before and ever after."""
    first, last = span_of("0001"), span_of("9999")
    assert first is not None
    assert last is not None
    assert EVER_BEFORE < first.begins_ns < first.ends_ns < last.begins_ns < last.ends_ns < EVER_AFTER


DAYS = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31))
MOMENTS = st.datetimes(
    min_value=dt.datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    max_value=dt.datetime(2100, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: dt.timezone(dt.timedelta(minutes=m))),
)


@given(day=DAYS)
@settings(max_examples=80, deadline=None)
def test_the_days_of_a_year_fill_it_without_a_gap(day: dt.date) -> None:
    """Each day begins where the one before ends, lies in its month, and that in its year."""
    own, after = span_of(day.isoformat()), span_of((day + dt.timedelta(days=1)).isoformat())
    month, year = span_of(f"{day:%Y-%m}"), span_of(f"{day.year:04}")
    assert own is not None
    assert after is not None
    assert month is not None
    assert year is not None
    assert own.ends_ns == after.begins_ns
    assert year.contains(month)
    assert month.contains(own)
    assert not own.overlaps(after)
    assert moment(own.begins_ns) == dt.datetime.combine(day, dt.time(), _LONDON)


@given(when=MOMENTS)
@settings(max_examples=80, deadline=None)
def test_one_moment_is_one_span_in_every_zone(when: dt.datetime) -> None:
    """Written with another offset it is the same, and it lies in the day that it is here."""
    when = when.replace(microsecond=0)
    written, elsewhere = when.isoformat(), when.astimezone(dt.UTC).isoformat()
    own = span_of(written)
    assert own is not None
    assert own == span_of(elsewhere)
    assert moment(own.begins_ns) == when
    assert span_of_day(when).contains(own)
    day = span_of(when.astimezone(_LONDON).date().isoformat())
    assert day == span_of_day(when)


@given(ends=st.lists(st.integers(0, 12), min_size=4, max_size=4))
@settings(max_examples=150, deadline=None)
def test_containing_and_overlapping_are_those_of_the_moments_inside(ends: list[int]) -> None:
    """Of two spans, as of the two sets of the moments that they hold."""
    one, other = sorted(ends[:2]), sorted(ends[2:])
    mine, theirs = set(range(*one)), set(range(*other))
    if theirs:
        assert Span(*one).contains(Span(*other)) == (theirs <= mine)
    if mine and theirs:
        assert Span(*one).overlaps(Span(*other)) == bool(mine & theirs)


def test_of_several_dates_the_first_and_the_last_are_told_as_they_were_written() -> None:
    """Across precisions and zones; what is no date counts for nothing."""
    times = ["2026-03", "2026-03-01T00:30:00+01:00", "soon", "2026-02-28T22:00:00Z"]
    assert (earliest(times), latest(times)) == ("2026-02-28T22:00:00Z", "2026-03")
    assert (earliest([""]), latest(["soon"])) == ("", "")
