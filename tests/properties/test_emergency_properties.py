"""What holds of a grant of emergency access whatever the facts are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Effect, Facts, Judgement, Withhold
from broker.domain.emergency import EmergencyAccessRules
from broker.domain.grant import EmergencyGround, Grant
from broker.domain.identity import Restriction
from broker.domain.objection import Objection, ObjectionSnapshot
from broker.domain.policy import DIRECT_CARE, PolicySet, Topic
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import decide
from broker.policy.granting import GivenGrant
from tests.properties.test_decision_properties import categories, objections
from tests.support.patients import BEN
from tests.support.policies import NETWORK, shipped_policies, usual_facts

POLICIES = shipped_policies()
MINUTE = dt.timedelta(minutes=1)

# Facts with a grant that often fits.
granted = st.builds(
    lambda role, purpose, relationship, ground, partners, held, restriction: replace(
        usual_facts(
            roles=(role,),
            purpose=purpose,
            relationship=relationship,
            grant=GivenGrant(ground=ground, partners=partners),
            objections=tuple(held),
        ),
        restriction=restriction,
    ),
    role=st.sampled_from(["doctor", "doctor", "nurse", "pharmacist", "social-worker"]),
    purpose=st.sampled_from(["ETREAT", "ETREAT", "TREAT"]),
    relationship=st.sampled_from([RelationshipGround.REGISTRATION, RelationshipGround.SELF_CLAIMED]),
    ground=st.sampled_from([str(one) for one in EmergencyGround]),
    partners=st.frozensets(st.sampled_from(sorted(NETWORK))),
    held=st.lists(objections, max_size=2),
    restriction=st.sampled_from([Restriction.NONE, Restriction.NONE, Restriction.RESTRICTED, None]),
)
# Each of these alone makes a grant that fits one that does not.
MISFITS: dict[str, tuple[dict[str, Any], str]] = {
    "ground": ({"ground": "convenience"}, "ground-not-listed"),
    "person": ({"numbers": frozenset({BEN})}, "grant-of-another-person"),
    "issuer": ({"issuer": "another"}, "grant-of-another-user"),
    "user": ({"user_id": "another"}, "grant-of-another-user"),
    "organisation": ({"organisation_ods": "RX999"}, "grant-of-another-user"),
    "session": ({"session_id": "another"}, "grant-of-another-session"),
    "no session": ({"session_id": ""}, "grant-of-another-session"),
    "purpose": ({"purpose": "HRESCH"}, "grant-for-another-purpose"),
    "ended": ({"ended": True}, "grant-ended"),
    "text": ({"text": "because"}, "text-too-short"),
}


def _fitting(facts: Facts) -> Grant:
    """The grant of facts that it fits; facts that it does not fit are passed over."""
    assert facts.grant is not None
    assume(
        any(one.topic == Topic.EMERGENCY_ACCESS and one.effect is Effect.PERMIT for one in _reasons(facts))
    )
    return facts.grant


def _reasons(facts: Facts) -> tuple[Any, ...]:
    return decide(facts, POLICIES).reasons


def _shown(judgement: Judgement) -> dict[str, frozenset[Category]]:
    return {decision.partner_id: decision.categories for decision in judgement.decisions}


def _withheld(judgement: Judgement) -> dict[str, frozenset[Withhold]]:
    return {decision.partner_id: frozenset(decision.withholds) for decision in judgement.decisions}


@given(granted)
def test_a_grant_without_an_objection_opens_nothing(facts: Facts) -> None:
    """Where nobody objected, what is shown is what is shown without it, or the request is refused."""
    free = replace(facts, objections=ObjectionSnapshot(version=0))
    with_grant, without = decide(free, POLICIES), decide(replace(free, grant=None), POLICIES)
    refused = with_grant.reasons[0].topic == Topic.EMERGENCY_ACCESS
    assert refused or with_grant.decisions == without.decisions
    assert not refused or not any(_shown(with_grant).values())


@settings(max_examples=300)
@given(granted)
def test_a_grant_opens_no_more_than_a_request_without_objections(facts: Facts) -> None:
    """Only its named partners and its ground's categories, and no less than without the grant."""
    grant = _fitting(facts)
    opened, free = _shown(decide(facts, POLICIES)), replace(facts, objections=ObjectionSnapshot(version=0))
    without = _shown(decide(replace(facts, grant=None), POLICIES))
    unhindered = _shown(decide(replace(free, grant=None), POLICIES))
    ground = POLICIES.emergency_access.grounds[grant.ground]
    for partner_id, categories_shown in opened.items():
        more = categories_shown - without[partner_id]
        assert without[partner_id] <= categories_shown <= unhindered[partner_id]
        assert not more or partner_id in grant.partners
        assert more <= ground.opens


@given(granted, st.sampled_from(sorted(MISFITS)))
def test_one_binding_otherwise_refuses_the_whole_request(facts: Facts, name: str) -> None:
    """By its own rule, with the neutral words, and with nothing shown of anybody."""
    grant = _fitting(facts)
    changes, rule = MISFITS[name]
    judged = decide(replace(facts, grant=replace(grant, **changes)), POLICIES)
    assert (judged.effect, judged.reasons[0].topic, judged.reasons[0].rule) == (
        Effect.DENY,
        Topic.EMERGENCY_ACCESS,
        rule,
    )
    assert (judged.told, judged.words) == ("neutral", POLICIES.disclosure.neutral_words)
    assert not any(_shown(judged).values())


@given(granted, st.integers(-600, 600), st.integers(0, 600))
def test_a_grant_holds_within_both_its_own_length_and_its_grounds(
    facts: Facts, ago: int, length: int
) -> None:
    """And at no other minute."""
    grant = _fitting(facts)
    granted_at = facts.now - ago * MINUTE
    moved = replace(grant, granted_at=granted_at, expires_at=granted_at + length * MINUTE)
    judged = decide(replace(facts, grant=moved), POLICIES)
    most = POLICIES.emergency_access.grounds[grant.ground].minutes_max
    assert (judged.reasons[0].rule == "grant-not-in-time") != (0 <= ago < min(length, most))


@given(granted, st.sampled_from(sorted(NETWORK)))
def test_a_partner_more_never_opens_less(facts: Facts, more: str) -> None:
    """And leaves every other partner as it was."""
    grant = _fitting(facts)
    before = _shown(decide(facts, POLICIES))
    after = _shown(decide(replace(facts, grant=replace(grant, partners=grant.partners | {more})), POLICIES))
    assert before[more] <= after[more]
    assert all(after[name] == before[name] for name in before if name != more)


@given(granted, objections)
def test_an_objection_more_opens_nothing_to_a_grant_either(facts: Facts, more: Objection) -> None:
    """What is gone around adds nothing of its own."""
    _fitting(facts)
    snapshot = replace(facts.objections, objections=(*facts.objections.objections, more))
    before, after = decide(facts, POLICIES), decide(replace(facts, objections=snapshot), POLICIES)
    assert all(_shown(after)[name] <= shown for name, shown in _shown(before).items())


@given(granted, categories)
def test_a_wider_policy_never_shows_less_to_a_grant(facts: Facts, more: frozenset[Category]) -> None:
    """More categories, roles, relationships, purposes and minutes, fewer characters, no witness."""
    assert facts.grant is not None
    before, after = decide(facts, POLICIES), decide(facts, _wider(facts.grant.ground, more))
    assert all(_shown(before)[name] <= shown for name, shown in _shown(after).items())
    assert not (before.effect is Effect.PERMIT and after.effect is Effect.DENY)


def _wider(ground: str, more: frozenset[Category]) -> PolicySet:
    rules: EmergencyAccessRules = POLICIES.emergency_access
    wide = replace(
        rules.grounds[ground],
        opens=rules.grounds[ground].opens | more,
        roles=frozenset(POLICIES.groups),
        relationships=frozenset(RelationshipGround),
        purposes=frozenset(DIRECT_CARE),
        minutes_max=600,
        witnessed=False,
    )
    changed = replace(rules, grounds={**rules.grounds, ground: wide}, text_characters_min=1)
    return replace(POLICIES, emergency_access=changed)


@given(granted, objections)
def test_an_objection_to_the_one_who_asks_holds_as_without_a_grant(facts: Facts, one: Objection) -> None:
    """By name, whatever else it says, at every partner."""
    _fitting(facts)
    named = replace(one, scope=replace(one.scope, staff=frozenset({facts.requester.user_id})))
    held = replace(facts, objections=ObjectionSnapshot(version=1, objections=(named,)))
    with_grant, without = decide(held, POLICIES), decide(replace(held, grant=None), POLICIES)
    assert _shown(with_grant) == _shown(without)
    assert _withheld(with_grant) == _withheld(without)
