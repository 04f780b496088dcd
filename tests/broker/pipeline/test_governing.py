"""Who reads the register of objections: whom the policy names, and nobody who opens a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broker.domain.decision import Effect, Facts, Judgement
from broker.domain.governance import Governance
from broker.domain.objection import ObjectionSnapshot
from broker.domain.policy import PolicySet
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import may_read_register
from tests.support.pipeline_alone import DOCTOR
from tests.support.policies import shipped_policies
from tests.support.stores import NOON

OFFICER = replace(DOCTOR, roles=("privacy-officer",), purpose="HOPERAT", relationship=RelationshipGround.NONE)


def judged(policies: PolicySet, **asks: Any) -> Judgement:
    """How a privacy officer is judged, who is otherwise as `asks` says."""
    nothing = ObjectionSnapshot(version=0)
    facts = Facts(requester=replace(OFFICER, **asks), partners=(), objections=nothing, now=NOON)
    return may_read_register(facts, policies)


def governed(**members: Any) -> PolicySet:
    """The shipped policies with other words of governance."""
    policies = shipped_policies()
    governance = replace(policies.objections.governance, **members)
    return replace(policies, objections=replace(policies.objections, governance=governance))


def rule(judgement: Judgement) -> tuple[Effect, str]:
    """The effect and its first reason."""
    return judgement.effect, judgement.reasons[0].rule


def test_without_words_of_governance_nobody_reads_the_register() -> None:
    """Saying nothing is a no."""
    policies = shipped_policies()
    silent = replace(policies, objections=replace(policies.objections, governance=Governance()))
    assert rule(judged(silent)) == (Effect.DENY, "not-a-register-reader")
    assert judged(policies).effect is Effect.PERMIT


def test_a_role_that_sees_nothing_is_no_reader_unless_it_is_named() -> None:
    """To see no record is not the right to see who objected."""
    assert rule(judged(governed(roles=frozenset({"auditor"})))) == (Effect.DENY, "not-a-register-reader")


def test_a_role_that_sees_records_reads_no_register_whatever_a_policy_says() -> None:
    """The second fence behind the file's reader."""
    policies = governed(roles=frozenset({"doctor"}))
    assert rule(judged(policies, roles=("doctor",))) == (Effect.DENY, "not-a-register-reader")


@pytest.mark.parametrize(
    ("asks", "because"),
    [
        ({"roles": ()}, "no-role"),
        ({"roles": ("privacy-officer", "nobody-knows")}, "unknown-role"),
        ({"purpose": ""}, "purpose-not-of-register"),
        ({"organisation_ods": "ZZ999"}, "not-a-party"),
        ({"scopes": frozenset({"user/Patient.rs"})}, "scopes"),
        ({"scopes": frozenset({"openid"})}, "scopes"),
    ],
)
def test_each_thing_that_is_not_known_of_a_reader_is_a_no(asks: dict[str, Any], because: str) -> None:
    """The first reason names it."""
    assert rule(judged(shipped_policies(), **asks)) == (Effect.DENY, because)


@pytest.mark.parametrize("scope", ["user/Consent.rs", "user/*.read"])
def test_scopes_that_name_consents_read_the_register(scope: str) -> None:
    """As does a token without any."""
    assert judged(shipped_policies(), scopes=frozenset({scope})).effect is Effect.PERMIT


def test_a_party_that_is_suspended_does_not_read_the_register() -> None:
    """Its office waits as its clinicians do."""
    policies = shipped_policies()
    party = policies.party_of_organisation["RX901"]
    gone = {**policies.party_of_organisation, "RX901": replace(party, suspended=(party.term,))}
    assert rule(judged(replace(policies, party_of_organisation=gone))) == (Effect.DENY, "suspended")


def test_an_error_while_judging_a_reader_is_a_no() -> None:
    """The reason says that it was one."""
    broken: Any = replace(shipped_policies(), objections=None)
    assert rule(judged(broken)) == (Effect.DENY, "error")


def test_before_the_policies_begin_nobody_reads_the_register() -> None:
    """As nobody opens a record."""
    policies = replace(shipped_policies(), in_force_from=NOON.date() + timedelta(days=1))
    assert rule(judged(policies)) == (Effect.DENY, "not-yet-in-force")


def test_a_judgement_of_a_reader_rests_on_no_version_of_the_register() -> None:
    """Nobody's objections were looked at."""
    assert judged(shipped_policies()).objection_version == 0


def test_whoever_has_no_role_is_also_no_reader() -> None:
    """Each thing that is against it is said."""
    reasons = judged(shipped_policies(), roles=()).reasons
    assert [one.rule for one in reasons if one.effect is Effect.DENY] == ["no-role", "not-a-register-reader"]


def test_whoever_reads_the_register_is_told_by_which_rules() -> None:
    """A permit has its reasons too, each of them once."""
    reasons = judged(shipped_policies()).reasons
    assert {one.effect for one in reasons} == {Effect.PERMIT}
    assert [one.rule for one in reasons] == ["privacy-officer", "addenbury", "reads-register"]


def test_one_role_that_sees_records_is_enough_to_read_no_register() -> None:
    """Beside one that sees none, and although both are named."""
    policies = governed(roles=frozenset({"doctor", "privacy-officer"}))
    judgement = judged(policies, roles=("privacy-officer", "doctor"))
    assert rule(judgement) == (Effect.DENY, "not-a-register-reader")
