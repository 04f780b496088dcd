"""Second fences: what an earlier rule refuses already is refused by the later one alone, too."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.category import Category
from broker.domain.decision import Effect, Told
from broker.domain.identity import Restriction
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import SensitivityClass
from broker.pipeline.decision import decide
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.emergency import emergency_access
from broker.pipeline.decision.sensitive import hidden_from
from broker.pipeline.decision.sharing import share_of
from broker.pipeline.decision.standing import Standing
from broker.pipeline.decision.telling import of_objection, of_restriction, protection
from broker.policy.granting import GivenGrant
from tests.support.policies import judge_usual, shipped_policies, usual_facts

NOBODY = Standing(groups=frozenset(), categories=frozenset(Category), types=frozenset(), reasons=())


def test_to_somebody_of_no_role_a_grant_opens_nothing() -> None:
    """No role is not a role that every ground lists."""
    facts = usual_facts(purpose="ETREAT", grant=GivenGrant(ground="risk-to-life"))
    [denial], opening = emergency_access(facts, NOBODY, shipped_policies())
    assert (denial.effect, denial.rule, opening) == (Effect.DENY, "ground-not-for-role", None)


def test_from_somebody_of_no_role_every_class_is_hidden() -> None:
    """Neither by the relationship nor by an emergency."""
    facts = usual_facts(purpose="ETREAT")
    assert hidden_from(facts, NOBODY, shipped_policies()).classes == frozenset(SensitivityClass)


def test_to_somebody_of_no_role_no_partner_supplies_anything() -> None:
    """What every one of no roles may see is nothing."""
    facts, policies = usual_facts(), shipped_policies()
    shares = [share_of(one, facts, NOBODY, policies, Today.at(facts.now)) for one in facts.partners]
    assert {share.reason.rule for share in shares if share.in_scope} == {"nothing-for-this-role"}


def test_a_registration_of_a_practice_is_asked_for_its_own_people_whatever_the_agreement_says() -> None:
    """The kind of a registration is enough: a practice is never asked about everybody."""
    facts = usual_facts()
    partners = tuple(replace(one, kind="gp") for one in facts.partners)
    decisions = decide(replace(facts, partners=partners), shipped_policies()).decisions
    asked = {one.partner_id for one in decisions if one.effect is Effect.PERMIT}
    assert asked == {"fen-edge-practice", "fen-edge-documents"}
    assert {one.partner_id for one in decisions if one.in_scope} == asked


def test_a_label_that_only_says_that_something_is_kept_closely_explains_no_other() -> None:
    """Beside a class's own label a bare one has its reason; beside another bare one it has none."""
    sensitive = shipped_policies().sensitive
    bare = sensitive.classes[SensitivityClass.UNSPECIFIED].labels
    known = next(one.hidden_classes.known for one in judge_usual().decisions if one.categories)
    assert bare
    assert known == frozenset().union(*(rule.labels for rule in sensitive.classes.values())) - bare


def test_somebody_of_no_role_hears_neither_of_an_objection_nor_of_a_restriction() -> None:
    """The neutral words, and nothing of a protected person."""
    facts, policies = usual_facts(restriction=Restriction.RESTRICTED, purpose="ETREAT"), shipped_policies()
    assert of_objection(facts, NOBODY, policies).told is Told.NEUTRAL
    assert of_restriction(facts, NOBODY, policies).told is Told.NEUTRAL
    [denial], emergency = protection(facts, NOBODY, policies)
    assert (denial.rule, emergency) == ("restricted-person", None)


def test_where_policy_knows_no_emergency_a_protected_record_stays_closed() -> None:
    """For the reason that the person is protected, and not for an error."""
    policies = shipped_policies()
    closed = replace(policies, disclosure=replace(policies.disclosure, emergency=None))
    facts = usual_facts(restriction=Restriction.RESTRICTED, purpose="ETREAT")
    assert decide(facts, closed).reasons[0].rule == "restricted-person"


def test_what_an_emergency_opens_of_a_protected_record_is_said_by_its_rule() -> None:
    """Beside the permits of the requester."""
    reasons = judge_usual(restriction=Restriction.RESTRICTED, purpose="ETREAT").reasons
    said = {(one.topic, one.rule) for one in reasons}
    assert ("disclosure", "restricted-emergency") in said


def test_no_relationship_is_none_also_where_a_policy_permits_it() -> None:
    """The reader of the file refuses such a line already."""
    policies = shipped_policies()
    rule = policies.relationships[RelationshipGround.BOOKING]
    loose = replace(policies, relationships={**policies.relationships, RelationshipGround.NONE: rule})
    judgement = decide(usual_facts(relationship=RelationshipGround.NONE), loose)
    assert judgement.reasons[0].rule == "ground-not-permitted"


def test_whoever_has_no_role_is_refused_for_that_alone() -> None:
    """That no role sees anything is not said as well."""
    reasons = judge_usual(roles=()).reasons
    assert [one.rule for one in reasons if one.effect is Effect.DENY] == ["no-role"]
