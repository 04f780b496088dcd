"""The oracle refuses a grant that does not fit, and opens by one that does what its ground names alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests.prove.oracle import Case, Granted, Objected, judge_all, words_of
from tests.prove.oracle.reading import read_topics
from tests.prove.test_oracle import POLICIES, WORDS
from tests.prove.test_oracle_days import USUAL_CASE

NOW = USUAL_CASE.now
MINUTE = dt.timedelta(minutes=1)
FITS = Granted(
    ground="cannot-be-asked",
    numbers=USUAL_CASE.numbers,
    issuer=USUAL_CASE.issuer,
    user=USUAL_CASE.user,
    organisation=USUAL_CASE.organisation,
    session=USUAL_CASE.session,
    purpose=USUAL_CASE.purpose,
    partners=frozenset({"addenbury", "nenewest"}),
    granted_at=NOW,
    expires_at=NOW + 30 * MINUTE,
    text="Found unconscious.  x",
)
ASKS = {"ground": "person-asks-now", "witness": "user-2"}
OBJECTED = (Objected(state="upheld"),)


def granted(edits: dict[str, Any], **case: Any) -> Case:
    """The usual request with a whole objection, and the fitting grant but for `edits`."""
    grant = dataclasses.replace(FITS, **edits)
    return dataclasses.replace(USUAL_CASE, **{"objections": OBJECTED, "grant": grant} | case)


@pytest.mark.parametrize(
    ("rule", "edits", "case"),
    [
        ("ground-not-listed", {"ground": "curiosity"}, {}),
        ("grant-of-another-person", {"numbers": frozenset({"9990000026"})}, {}),
        ("grant-of-another-user", {"issuer": "issuer-2"}, {}),
        ("grant-of-another-user", {"user": "user-2"}, {}),
        ("grant-of-another-user", {"organisation": "RX901"}, {}),
        ("grant-of-another-session", {"session": "session-2"}, {}),
        ("grant-of-another-session", {"session": ""}, {"session": ""}),
        ("grant-for-another-purpose", {"purpose": "ETREAT"}, {}),
        ("grant-ended", {"ended": True}, {}),
        ("grant-not-in-time", {"granted_at": NOW + MINUTE}, {}),
        ("grant-not-in-time", {"expires_at": NOW}, {}),
        ("grant-not-in-time", {"granted_at": NOW - 30 * MINUTE, "expires_at": NOW + 90 * MINUTE}, {}),
        ("ground-not-for-role", {}, {"roles": ("doctor", "physiotherapist")}),
        ("ground-not-by-relationship", {}, {"relationship": "self-claimed"}),
        ("ground-not-for-purpose", {"purpose": "COORDN"}, {"purpose": "COORDN"}),
        ("text-too-short", {"text": "  Found unconscious.  "}, {}),
        ("witness-missing", ASKS | {"witness": " "}, {}),
        ("witness-missing", ASKS | {"witness": "USER-1"}, {}),
    ],
)
def test_the_oracle_refuses_the_whole_request_where_a_grant_does_not_fit(
    rule: str, edits: dict[str, Any], case: dict[str, Any]
) -> None:
    """Each way of not fitting has its rule, in neutral words, with and without an objection."""
    for objections in (OBJECTED, ()):
        whole = judge_all(granted(edits, **{"objections": objections} | case), WORDS)
        assert (whole.because, whole.told) == (("emergency-access", rule), "neutral")
        assert {one.because for one in whole.partners.values()} == {("emergency-access", rule)}


def test_the_oracle_opens_at_named_partners_what_the_ground_names() -> None:
    """A whole objection gives way within the ground's categories, at the registrations named alone."""
    whole = judge_all(granted({}), WORDS)
    opened = {name for name, one in whole.partners.items() if one.effect == "permit"}
    assert (whole.effect, whole.alert, opened) == ("permit", True, {"addenbury", "nenewest"})
    assert whole.partners["addenbury"].open == WORDS.emergency_grounds["cannot-be-asked"].opens
    assert whole.partners["papermill"].because == ("objections", "upheld")
    assert {
        ("emergency-access", "cannot-be-asked"),
        ("emergency-access", "alert-privacy-officer"),
    } <= whole.permits


def test_the_oracle_opens_parts_within_the_ground_as_well() -> None:
    """A span stays held back in the categories that the ground does not open."""
    span = (Objected(state="received", period_from="2019-01-01"),)
    parts = judge_all(granted({}, objections=span), WORDS).partners["addenbury"].parts
    kept = [part.categories for part in parts]
    assert kept == [
        frozenset({"procedures", "vaccinations", "appointments", "referrals", "documents", "social-care"})
    ]


def test_the_oracle_never_opens_an_objection_to_the_user_by_name() -> None:
    """Who is named by the person stays out, whatever the grant, and does not hear why."""
    named = (Objected(state="upheld", staff=frozenset({"user-1"})),)
    whole = judge_all(granted({}, objections=named), WORDS)
    assert (whole.effect, whole.because, whole.told) == ("deny", ("objections", "upheld"), "neutral")
    narrower = (Objected(state="upheld", staff=frozenset({"user-1"}), categories=frozenset({"results"})),)
    assert "results" not in judge_all(granted({}, objections=narrower), WORDS).partners["addenbury"].open


def test_the_oracle_opens_a_view_that_was_objected_to() -> None:
    """An objection to the staff of the user's organisation gives way at the partners named."""
    view = (Objected(state="upheld", partners=frozenset({"fen-edge-practice"}), direction="viewer"),)
    assert judge_all(granted({}, objections=view), WORDS).partners["addenbury"].effect == "permit"


def test_the_oracle_lets_a_grant_open_nothing_but_objections() -> None:
    """Protection, classes and agreement are as without a grant."""
    with_grant, without = (granted(ASKS, objections=(), grant=one) for one in (FITS, None))
    assert judge_all(with_grant, WORDS).partners == judge_all(without, WORDS).partners
    assert judge_all(granted({}, restriction="restricted"), WORDS).because == (
        "disclosure",
        "restricted-person",
    )


def test_the_oracle_judges_a_grants_length_by_the_words_now_in_force() -> None:
    """A shorter longest time ends a grant that was made under a longer one."""
    topics = read_topics(POLICIES)
    for ground in topics["emergency-access"]["grounds"]:
        ground["minutes_max"] = "5"
    case = granted({"granted_at": NOW - 5 * MINUTE})
    assert judge_all(case, WORDS).effect == "permit"
    assert judge_all(case, words_of(topics)).because == ("emergency-access", "grant-not-in-time")


def test_the_oracle_lists_no_ground_without_the_topic() -> None:
    """Policies from before emergency access refuse whoever names a grant."""
    topics = {name: topic for name, topic in read_topics(POLICIES).items() if name != "emergency-access"}
    assert judge_all(granted({}), words_of(topics)).because == ("emergency-access", "ground-not-listed")
