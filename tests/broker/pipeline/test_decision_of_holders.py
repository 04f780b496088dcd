"""Who is a plausible holder, and for whom a partner is live, as the decision sees it."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.category import Category
from broker.domain.decision import Decision, PartnerFacts
from broker.domain.policy import Asked
from broker.pipeline.decision import decide
from tests.support.policies import shipped_policies, usual_facts


def _decided(**changes: object) -> Decision:
    """The usual case's decision on one hospital, whose facts are changed."""
    facts = usual_facts()
    partners = tuple(replace(p, **changes) if p.partner_id == "addenbury" else p for p in facts.partners)  # type: ignore[arg-type] # members of PartnerFacts
    decision = decide(replace(facts, partners=partners), shipped_policies()).decision_for("addenbury")
    assert decision is not None
    return decision


def _addenbury() -> PartnerFacts:
    return next(p for p in usual_facts().partners if p.partner_id == "addenbury")


def test_a_partner_that_the_agreement_asks_by_pointer_waits_for_one() -> None:
    """It is permitted, in scope, and asked only when a pointer names it."""
    policies = shipped_policies()
    party = replace(policies.party_of_partner["addenbury"], asked=Asked.POINTED_TO)
    policies = replace(policies, party_of_partner={**policies.party_of_partner, party.party_id: party})
    decision = decide(usual_facts(), policies).decision_for("addenbury")
    assert decision is not None
    assert decision.awaits_pointer
    assert decision.in_scope
    assert not _decided().awaits_pointer


def test_a_partner_is_not_asked_for_an_organisation_that_it_is_closed_to() -> None:
    """The reason is that it is not live, as it would be for everybody."""
    own = usual_facts().requester.organisation_ods
    for closed in ({"closed_to": frozenset({own})}, {"open_to": frozenset({"RX902"})}):
        decision = _decided(**closed)
        assert decision.categories == frozenset()
        assert decision.reasons[0].rule == "partner-not-live"
    assert _decided(open_to=frozenset({own})).categories == _decided().categories


def test_a_category_that_is_closed_is_not_opened() -> None:
    """The others are as they were."""
    usual = _decided().categories
    assert Category.MEDICINES in _addenbury().supplies
    assert _decided(closed=frozenset({Category.MEDICINES})).categories == usual - {Category.MEDICINES}
