"""The oracle opens at the later midnight and closes at the earlier."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from tests.prove.oracle import CarveOut, Case, Objected, Words, judge_all, words_of
from tests.prove.oracle.days import earliest_day
from tests.prove.oracle.reading import read_topics, read_yaml
from tests.prove.oracle.told_cases import USUAL, request
from tests.prove.test_oracle import POLICIES, WORDS

USUAL_CASE = request(read_yaml(POLICIES / USUAL)["given"], WORDS)
HOUR, MOMENT = dt.timedelta(hours=1), dt.timedelta(microseconds=1)


def at(case: Case, now: dt.datetime) -> Case:
    """The same request at another instant."""
    return dataclasses.replace(case, now=now)


def party_edited(partner: str, **edits: object) -> Words:
    """The shipped words, with one party of the agreement edited."""
    topics = read_topics(POLICIES)
    party = next(one for one in topics["sharing-agreement"]["parties"] if one.get("partner") == partner)
    party.update(edits)
    return words_of(topics)


def why(case: Case, words: Words, partner: str) -> tuple[str, str]:
    """The first reason at one partner."""
    return judge_all(case, words).partners[partner].because


def test_the_oracle_opens_a_phase_at_the_later_midnight() -> None:
    """A phase is live from midnight UTC of its day, and not an hour before."""
    start = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    assert why(at(USUAL_CASE, start - MOMENT), WORDS, "addenbury") == ("sharing-agreement", "phase-not-live")
    assert why(at(USUAL_CASE, start), WORDS, "addenbury") == ("roles", "doctor")


def test_the_oracle_ends_a_membership_at_the_earlier_midnight() -> None:
    """A membership is over an hour before midnight UTC of the day of its end."""
    words = party_edited("addenbury", until="2026-11-03")
    end = dt.datetime(2026, 11, 3, tzinfo=dt.UTC) - HOUR
    assert why(at(USUAL_CASE, end - MOMENT), words, "addenbury") == ("roles", "doctor")
    assert why(at(USUAL_CASE, end), words, "addenbury") == ("sharing-agreement", "no-longer-a-party")


def test_the_oracle_suspends_from_the_earlier_until_the_later_midnight() -> None:
    """A suspension is longest at both its ends, stops supply and view, and comes before a phase."""
    words = party_edited(
        "addenbury", suspended=[{"from": "2026-11-01", "until": "2026-11-08", "because": "words"}]
    )
    start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) - HOUR
    end = dt.datetime(2026, 11, 8, tzinfo=dt.UTC)
    seen = {
        now: why(at(USUAL_CASE, now), words, "addenbury")[1]
        for now in (start - MOMENT, start, end - MOMENT, end)
    }
    assert list(seen.values()) == ["doctor", "suspended", "suspended", "doctor"]
    own = dataclasses.replace(USUAL_CASE, organisation="RX901", relationship="booking")
    assert judge_all(at(own, start), words).because == ("sharing-agreement", "suspended")


def test_the_oracle_suspends_until_further_notice() -> None:
    """A suspension without an end has none."""
    words = party_edited("addenbury", suspended=[{"from": "2026-11-01", "because": "words"}], phase="two")
    late = dt.datetime(2199, 1, 1, tzinfo=dt.UTC)
    assert why(at(USUAL_CASE, late), words, "addenbury") == ("sharing-agreement", "suspended")


def test_the_oracle_closes_a_carve_out_at_the_earlier_midnight() -> None:
    """A decision not to uphold is closed an hour before midnight UTC of its day of review."""
    decision = CarveOut(
        ground="safeguarding",
        roles=frozenset({"doctor"}),
        categories=frozenset({"plans"}),
        partners=frozenset({"ousebank"}),
        review_on=dt.date(2026, 12, 1),
    )
    case = dataclasses.replace(USUAL_CASE, objections=(Objected(state="not-upheld", carve_out=decision),))
    end = dt.datetime(2026, 12, 1, tzinfo=dt.UTC) - HOUR
    assert judge_all(at(case, end - MOMENT), WORDS).partners["ousebank"].open == {"plans"}
    assert judge_all(at(case, end), WORDS).because == ("objections", "review-date-passed")


def test_the_oracle_ends_care_at_the_earlier_midnight() -> None:
    """Care has ended an hour before midnight UTC of the last day."""
    case = dataclasses.replace(USUAL_CASE, died="2026-10-05T23:59:00+01:00")
    end = dt.datetime(2026, 11, 2, tzinfo=dt.UTC) - HOUR
    assert judge_all(at(case, end - MOMENT), WORDS).effect == "permit"
    assert judge_all(at(case, end), WORDS).because == ("purposes", "care-has-ended")


@pytest.mark.parametrize(
    ("died", "day"),
    [
        ("2026", dt.date(2026, 1, 1)),
        ("2026-10", dt.date(2026, 10, 1)),
        ("2026-10-06T10:00:00Z", dt.date(2026, 10, 6)),
        ("2026-02-30", None),
        ("2026-10-06T25:00:00Z", None),
        ("06/10/2026", None),
        ("٢٠٢٦", None),
        ("", None),
    ],
)
def test_the_oracle_reads_the_earliest_day_of_a_death_or_none(died: str, day: dt.date | None) -> None:
    """Years and months mean their first day; what is no date is not read as one."""
    assert earliest_day(died) == day


def test_the_oracle_places_no_instant_without_a_zone() -> None:
    """An instant that could be of either clock permits nothing."""
    naive = at(USUAL_CASE, USUAL_CASE.now.replace(tzinfo=None))
    assert judge_all(naive, WORDS).because == ("decision", "error")
