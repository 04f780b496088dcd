"""The oracle opens no more than decision and ground both name, and lets no file loosen a promise."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests.prove.oracle import CarveOut, Objected, OfPartner, Whole, judge_all, words_of
from tests.prove.oracle.closed import WITHOUT_A_PLACE
from tests.prove.oracle.reading import read_topics
from tests.prove.test_oracle import POLICIES, WORDS
from tests.prove.test_oracle_days import USUAL_CASE

DECISION = CarveOut(
    ground="safeguarding",
    roles=frozenset({"doctor", "social-worker"}),
    categories=frozenset({"plans", "medicines"}),
    partners=frozenset({"ousebank", "nenewest"}),
    review_on=dt.date(2026, 12, 1),
)


def not_upheld(**edits: Any) -> Whole:
    """The usual request, with an objection that was not upheld but for `edits` of the decision."""
    decision = dataclasses.replace(DECISION, **edits)
    return judge_all(
        dataclasses.replace(USUAL_CASE, objections=(Objected(state="not-upheld", carve_out=decision),)), WORDS
    )


def opened(whole: Whole) -> dict[str, frozenset[str]]:
    """What is open where."""
    permitted = {name: one for name, one in whole.partners.items() if one.effect == "permit"}
    return {name: one.open for name, one in permitted.items()}


def test_the_oracle_opens_the_lesser_of_decision_and_ground() -> None:
    """Medicines are named by the decision and not by safeguarding; a further registration is not named."""
    plans = frozenset({"plans"})
    assert opened(not_upheld()) == {"ousebank": plans, "nenewest": plans}


def test_the_oracle_opens_nothing_to_a_role_outside_the_ground() -> None:
    """The decision names social workers, and the ground opens to clinical staff alone."""
    decision = dataclasses.replace(DECISION, ground="care-not-possible")
    objected = (Objected(state="not-upheld", carve_out=decision),)
    case = dataclasses.replace(USUAL_CASE, roles=("social-worker",), objections=objected)
    assert judge_all(case, WORDS).because == ("objections", "outside-carve-out")


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ({"ground": "convenience"}, "ground-not-known"),
        ({"review_on": None}, "review-date-passed"),
        ({"roles": frozenset()}, "outside-carve-out"),
        ({"roles": frozenset({"nurse"})}, "outside-carve-out"),
        ({"categories": frozenset()}, "outside-carve-out"),
        ({"partners": frozenset()}, "outside-carve-out"),
    ],
)
def test_the_oracle_opens_nothing_by_a_decision_that_lacks_a_part(edits: dict[str, Any], rule: str) -> None:
    """Every part is named, or the objection holds as if it were upheld."""
    whole = not_upheld(**edits)
    assert (whole.because, opened(whole)) == (("objections", rule), {})


def test_the_oracle_binds_whatever_a_file_says() -> None:
    """A file that ends a received objection, or opens what the law closes, is not followed in that."""
    topics = read_topics(POLICIES)
    for state in topics["objections"]["states"]:
        state["effect"] = "no-longer-binds"
    for one in topics["sensitive-information"]["classes"]:
        one.update(open_to=["everyone"], relationships=["registration"], emergency=["everyone"])
    topics["purposes"]["permitted"].append({"code": "HRESCH"})
    topics["purposes"]["refused"] = []
    topics["disclosure"]["restricted"]["emergency"]["categories"] = ["everything"]
    topics["relationships"]["grounds"][-1]["permitted"] = "true"
    words = words_of(topics)
    received = dataclasses.replace(USUAL_CASE, objections=(Objected(state="received"),))
    assert judge_all(received, words).because == ("objections", "received")
    assert judge_all(dataclasses.replace(USUAL_CASE, purpose="HRESCH"), words).effect == "deny"
    assert judge_all(dataclasses.replace(USUAL_CASE, relationship="none"), words).effect == "deny"
    assert _addenbury(judge_all(USUAL_CASE, words)).hidden == {"assisted-conception", "gender-recognition"}
    protected = dataclasses.replace(USUAL_CASE, purpose="ETREAT", restriction="restricted")
    assert _addenbury(judge_all(protected, words)).open == WITHOUT_A_PLACE


def _addenbury(whole: Whole) -> OfPartner:
    return whole.partners["addenbury"]


def test_the_oracle_holds_everything_for_a_state_that_nobody_sorts() -> None:
    """A word for a state that the file does not have binds."""
    case = dataclasses.replace(USUAL_CASE, objections=(Objected(state="lapsed"),))
    assert judge_all(case, WORDS).because == ("objections", "state-not-known")


def test_the_oracle_names_no_part_where_nothing_of_it_is_open() -> None:
    """A span within a category that is closed as a whole is no part of what is shown."""
    span = Objected(state="upheld", categories=frozenset({"documents", "plans"}), period_until="2020-01-01")
    closed = Objected(state="received", categories=frozenset({"documents"}))
    case = dataclasses.replace(USUAL_CASE, objections=(span, closed))
    parts = _addenbury(judge_all(case, WORDS)).parts
    assert {(part.categories, part.period_until) for part in parts} == {(frozenset({"plans"}), "2020-01-01")}


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("patient/Observation.rs", {"observations", "results"}),
        ("user/CarePlan.*", {"plans", "social-care"}),
        ("user/Observation.s", set()),
        ("user/Observation.sr", set()),
        ("system/Observation.read", set()),
        ("user/Observation.rs?category=laboratory", set()),
        ("user/Observation.write", set()),
    ],
)
def test_the_oracle_narrows_by_scopes_that_it_can_read(scope: str, shown: set[str]) -> None:
    """A scope with a right to read opens what its kind may be; every other word opens nothing."""
    whole = judge_all(dataclasses.replace(USUAL_CASE, scopes=frozenset({"openid", scope})), WORDS)
    assert _addenbury(whole).open == shown
    assert shown or whole.because == ("decision", "scopes")


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ({"engine": "error"}, "error"),
        ({"engine": "no-policy"}, "error"),
        ({"store": "down"}, "error"),
        ({"engine": "not-yet-in-force"}, "not-yet-in-force"),
    ],
)
def test_the_oracle_permits_nothing_where_nothing_can_be_known(edits: dict[str, str], rule: str) -> None:
    """A fault of ours refuses everybody before any word is read."""
    whole = judge_all(dataclasses.replace(USUAL_CASE, **edits), WORDS)
    assert (whole.effect, whole.because, opened(whole)) == ("deny", ("decision", rule), {})


@pytest.mark.parametrize(("named_staff", "told"), [("true", "objection"), ("false", "neutral")])
def test_the_oracle_tells_named_staff_as_the_file_says(named_staff: str, told: str) -> None:
    """Who was named hears of it only where the file says so; of another beside it like anybody."""
    topics = read_topics(POLICIES)
    topics["objections"]["telling"]["named_staff"] = named_staff
    named = Objected(state="upheld", staff=frozenset({"user-1"}))
    whole = judge_all(dataclasses.replace(USUAL_CASE, objections=(named,)), words_of(topics))
    assert (whole.effect, whole.told) == ("deny", told)
    both = dataclasses.replace(USUAL_CASE, objections=(named, Objected(state="upheld")))
    assert judge_all(both, words_of(topics)).told == "objection"


def test_the_oracle_refuses_a_purpose_that_is_permitted_and_refused() -> None:
    """Of two lines about one purpose the refusal holds."""
    topics = read_topics(POLICIES)
    topics["purposes"]["refused"].append({"code": "TREAT"})
    assert judge_all(USUAL_CASE, words_of(topics)).because == ("purposes", "TREAT")
