"""Two midnights, one of which opens and the other closes, and a date that may be less than a day."""

from __future__ import annotations

import datetime as dt

import pytest

from broker.domain.policy import Term
from broker.pipeline.decision.days import Today, earliest_day

DAY = dt.date(2026, 11, 2)
BEFORE, AFTER = DAY - dt.timedelta(1), DAY + dt.timedelta(1)
TODAY = Today(opens=DAY, closes=DAY)


@pytest.mark.parametrize(
    ("term", "within"),
    [
        (Term(start=BEFORE), True),
        (Term(start=DAY), True),
        (Term(start=AFTER), False),
        (Term(start=BEFORE, end=AFTER), True),
        (Term(start=BEFORE, end=DAY), False),
    ],
)
def test_a_term_runs_from_its_first_day_until_before_its_last(term: Term, *, within: bool) -> None:
    """An open end is never over."""
    assert TODAY.within(term) is within


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-02T23:59:59Z", DAY),
        ("2026-11-02T00:00:00.123+01:00", DAY),
        ("2026-11-02T24:61:00Z", None),
        ("2026-11-02T10:00", None),
        ("2026-11-02Tin the night", None),
        ("2026-11T10:00:00Z", None),
        ("2026-11-02 ", None),
        ("2026-11-02\n", None),
    ],
)
def test_a_date_with_a_time_is_a_date_only_where_the_time_is_one(text: str, day: dt.date | None) -> None:
    """What is no FHIR dateTime is not read in part."""
    assert earliest_day(text) == day
