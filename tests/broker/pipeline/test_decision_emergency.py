"""What a grant of emergency access opens of an objection, and by which rule it is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect, Facts, Judgement
from broker.domain.emergency import EmergencyRule
from broker.domain.grant import Grant
from broker.domain.objection import Objection, ObjectionState, Scope
from broker.domain.policy import PolicySet, Topic
from broker.pipeline.decision import decide
from broker.policy.granting import GivenGrant
from tests.support.patients import BEN
from tests.support.policies import shipped_policies, usual_facts

MINUTE = dt.timedelta(minutes=1)
OBJECTED = Objection(
    objection_id="one", state=ObjectionState.UPHELD, acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
)


def _facts(*objections: Objection, ground: str = "risk-to-life", **changes: Any) -> Facts:
    given = {"purpose": "ETREAT", "grant": GivenGrant(ground=ground), "objections": objections, **changes}
    return usual_facts(**given)


def _grant(facts: Facts) -> Grant:
    assert facts.grant is not None
    return facts.grant


def _with(facts: Facts, **changes: Any) -> Judgement:
    """The judgement with a grant that is otherwise in `changes`."""
    return decide(replace(facts, grant=replace(_grant(facts), **changes)), shipped_policies())


def _rule(judgement: Judgement) -> str:
    assert judgement.effect is Effect.DENY
    assert judgement.reasons[0].topic == Topic.EMERGENCY_ACCESS
    return judgement.reasons[0].rule


def _policies(**changes: Any) -> PolicySet:
    """The shipped policies with the rule of a risk to life changed."""
    policies = shipped_policies()
    rules = policies.emergency_access
    changed = replace(rules.grounds["risk-to-life"], **changes)
    grounds = {**rules.grounds, "risk-to-life": changed}
    return replace(policies, emergency_access=replace(rules, grounds=grounds))


@pytest.mark.parametrize("rule", shipped_policies().emergency_access.grounds.values(), ids=lambda r: r.ground)
def test_each_ground_opens_its_categories_and_no_others(rule: EmergencyRule) -> None:
    """To a doctor who may state it: what a hospital shows without an objection, within the ground."""
    purpose = min(rule.purposes)
    free = decide(usual_facts(purpose=purpose), shipped_policies()).decision_for("addenbury")
    held = decide(_facts(OBJECTED, ground=rule.ground, purpose=purpose), shipped_policies())
    found = held.decision_for("addenbury")
    assert free is not None
    assert found is not None
    assert found.categories == free.categories & rule.opens


def test_a_grant_that_fits_gives_its_ground_and_an_alert_as_reasons() -> None:
    """Also where nothing was held back, and where the request is refused for another reason."""
    named = replace(OBJECTED, scope=Scope(staff=frozenset({"user-1"})))
    for facts in (_facts(), _facts(OBJECTED), _facts(named)):
        rules = {(r.topic, r.rule, r.effect) for r in decide(facts, shipped_policies()).reasons}
        assert (Topic.EMERGENCY_ACCESS, "risk-to-life", Effect.PERMIT) in rules
        assert (Topic.EMERGENCY_ACCESS, "alert-privacy-officer", Effect.PERMIT) in rules


def test_of_several_ways_not_to_fit_the_first_is_said() -> None:
    """In the order of the policy's own words."""
    wrong: dict[str, tuple[str, Any]] = {
        "ground-not-listed": ("ground", "convenience"),
        "grant-of-another-person": ("numbers", frozenset({BEN})),
        "grant-of-another-user": ("issuer", "another"),
        "grant-of-another-session": ("session_id", "another"),
        "grant-for-another-purpose": ("purpose", "TREAT"),
        "grant-ended": ("ended", True),
        "grant-not-in-time": ("expires_at", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        "text-too-short": ("text", ""),
        "witness-missing": ("witness", ""),
    }
    facts = _facts(ground="person-asks-now")
    while wrong:
        assert _rule(_with(facts, **dict(wrong.values()))) == next(iter(wrong))
        del wrong[next(iter(wrong))]
    assert decide(facts, shipped_policies()).effect is Effect.PERMIT


def test_role_relationship_and_purpose_are_said_in_this_order() -> None:
    """After whose the grant is and when, before the words why."""
    wrong: dict[str, tuple[str, Any]] = {
        "ground-not-for-role": ("roles", ("pharmacist",)),
        "ground-not-by-relationship": ("relationship", "self-claimed"),
        "ground-not-for-purpose": ("purpose", "CAREMGT"),
    }
    while wrong:
        facts = _facts(ground="cannot-be-asked", **dict(wrong.values()))
        assert _rule(_with(facts, text="")) == next(iter(wrong))
        del wrong[next(iter(wrong))]


@pytest.mark.parametrize("changed", ["issuer", "user_id", "organisation_ods"])
def test_issuer_user_and_organisation_are_each_the_users_own(changed: str) -> None:
    """A user id of another issuer is another user."""
    assert _rule(_with(_facts(), **{changed: "another"})) == "grant-of-another-user"


def test_an_empty_session_fits_nothing() -> None:
    """Not even a request that has none either."""
    facts = _facts()
    facts = replace(facts, requester=replace(facts.requester, session_id=""))
    assert _rule(_with(facts, session_id="")) == "grant-of-another-session"


def test_a_person_whose_number_nobody_gave_has_no_grant() -> None:
    """Not knowing whom the request is about is a no."""
    assert _rule(decide(replace(_facts(), numbers=frozenset()), shipped_policies())) == (
        "grant-of-another-person"
    )


def test_a_person_known_by_two_numbers_is_the_same_under_either() -> None:
    """One number in common is enough."""
    facts = _facts(OBJECTED)
    assert _with(facts, numbers=_grant(facts).numbers | {BEN}).effect is Effect.PERMIT
    both = replace(facts, numbers=facts.numbers | {BEN})
    assert _with(both, numbers=frozenset({BEN})).effect is Effect.PERMIT


def test_a_grant_holds_from_its_first_moment_until_before_its_last() -> None:
    """Half-open, to the microsecond."""
    facts, tick = _facts(), dt.timedelta(microseconds=1)
    now = facts.now
    assert _with(facts, granted_at=now, expires_at=now + tick).effect is Effect.PERMIT
    assert _rule(_with(facts, granted_at=now + tick, expires_at=now + MINUTE)) == "grant-not-in-time"
    assert _rule(_with(facts, granted_at=now - MINUTE, expires_at=now)) == "grant-not-in-time"


def test_a_ground_that_was_shortened_shortens_the_grants_that_were_made() -> None:
    """The policies now in force say how long, whatever the grant says."""
    facts = _facts()
    made = replace(_grant(facts), granted_at=facts.now - 5 * MINUTE, expires_at=facts.now + 25 * MINUTE)
    facts = replace(facts, grant=made)
    assert decide(facts, _policies(minutes_max=6)).effect is Effect.PERMIT
    assert _rule(decide(facts, _policies(minutes_max=5))) == "grant-not-in-time"


def test_a_grant_without_a_time_zone_is_a_deny() -> None:
    """An error while deciding opens nothing."""
    judged = _with(_facts(), granted_at=dt.datetime(2026, 11, 2, 12, 0))  # noqa: DTZ001 - what is refused
    assert (judged.effect, judged.reasons[0].rule) == (Effect.DENY, "error")


@pytest.mark.parametrize("witness", ["", "   ", "\u200b", "user-1", "USER-1", " User-1\t", "user\u2060-1"])
def test_a_witness_is_somebody_and_not_the_user(witness: str) -> None:
    """Whatever the case of the letters and the blanks around them, and whatever cannot be seen."""
    assert _rule(_with(_facts(ground="person-asks-now"), witness=witness)) == "witness-missing"


def test_a_user_is_no_witness_under_their_name_either() -> None:
    """A person writes a name, not an id; another's name is a witness."""
    facts = _facts(ground="person-asks-now")
    named = replace(facts, requester=replace(facts.requester, user_name="Dr Imaginary Hazel"))
    assert _rule(_with(named, witness="dr  imaginary HAZEL")) == "witness-missing"
    assert _with(named, witness="Imaginary Elder").effect is Effect.PERMIT


@pytest.mark.parametrize("text", ["", " " * 40, " 1234567890123456789\n", "\u200b" * 40])
def test_blanks_are_no_words_why(text: str) -> None:
    """At either end they count for nothing, and what cannot be seen nowhere."""
    assert _rule(_with(_facts(), text=text)) == "text-too-short"


def test_no_patients_and_users_words_stand_in_a_grants_repr() -> None:
    """A traceback or a log shows no number, no words why and no witness."""
    shown = repr(_grant(_facts()))
    assert _grant(_facts()).text not in shown
    assert "witness-1" not in shown
    assert "9990000018" not in shown


def test_an_objection_to_the_user_by_name_stays_whatever_else_is_gone_around() -> None:
    """Of the whole record it refuses the request; of a category it holds that category back."""
    for categories in (frozenset(), frozenset({Category.DOCUMENTS})):
        scope = Scope(staff=frozenset({"user-1"}), categories=categories)
        named = replace(OBJECTED, objection_id="two", scope=scope)
        judged = decide(_facts(OBJECTED, named), shipped_policies())
        found = judged.decision_for("addenbury")
        assert found is not None
        assert found.categories.isdisjoint(categories or set(Category))
        assert (judged.effect is Effect.PERMIT) == bool(categories)
