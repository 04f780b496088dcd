"""One organisation with several registrations is one party: one agreement, one objection, one telling."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from broker.domain.decision import Decision, Effect, Naming
from broker.domain.objection import Direction, Objection, ObjectionState, Scope
from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide
from broker.pipeline.decision.telling import naming_of
from tests.support.policies import shipped_policies, usual_facts

CLINIC, LETTERS = "harbour-clinic", "harbour-letters"


def _policies() -> PolicySet:
    """The shipped ones, in which the clinic's letters come by a registration of their own."""
    policies = shipped_policies()
    party = replace(policies.party_of_partner[CLINIC], also=frozenset({LETTERS}))
    return replace(policies, party_of_partner={**policies.party_of_partner, CLINIC: party, LETTERS: party})


def _decided(partner_id: str, *partners: str) -> Decision:
    """The decision on one registration, where the person has objected to these partners as sources."""
    objection = Objection(
        objection_id="o-1",
        state=ObjectionState.UPHELD,
        scope=Scope(partners=frozenset(partners), direction=Direction.SOURCE),
        acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    facts = usual_facts(objections=(objection,) if partners else ())
    clinic = next(one for one in facts.partners if one.partner_id == CLINIC)
    both = (*facts.partners, replace(clinic, partner_id=LETTERS))
    found = decide(replace(facts, partners=both), _policies()).decision_for(partner_id)
    assert found is not None
    return found


def test_a_further_registration_is_judged_by_its_partys_agreement() -> None:
    """It shows what the first one shows, to the same people."""
    assert _decided(LETTERS).effect is Effect.PERMIT
    assert _decided(LETTERS).categories == _decided(CLINIC).categories


def test_an_objection_to_a_partner_holds_at_each_of_its_registrations() -> None:
    """Whoever objects to the clinic means its letters too, and the other way round."""
    for named in (CLINIC, LETTERS, "RX906"):
        for partner in (CLINIC, LETTERS):
            assert _decided(partner, named).effect is Effect.DENY, (named, partner)
    assert _decided(LETTERS, "addenbury").effect is Effect.PERMIT


def test_a_further_registration_is_told_as_its_party_is() -> None:
    """A veiled clinic is not unveiled by its letters."""
    assert _decided(CLINIC).naming is not Naming.PLAIN
    assert _decided(LETTERS).naming is _decided(CLINIC).naming


def test_an_objection_that_a_partner_sees_holds_under_the_name_of_any_of_its_registrations() -> None:
    """Somebody at the clinic's other house is the clinic too, whichever of its names was written down."""
    policies = _policies()
    party = replace(policies.party_of_partner[CLINIC], organisations=frozenset({"RX906", "RX999"}))
    known = {one.party_id: one for one in policies.parties} | {party.party_id: party}
    policies = replace(
        policies,
        parties=tuple(known.values()),
        party_of_organisation={**policies.party_of_organisation, "RX906": party, "RX999": party},
    )
    facts = usual_facts()
    clinic = next(one for one in facts.partners if one.partner_id == CLINIC)
    for named in (CLINIC, LETTERS):
        objection = Objection(
            objection_id="o-1",
            state=ObjectionState.UPHELD,
            scope=Scope(partners=frozenset({named}), direction=Direction.VIEWER),
            acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        )
        asked = replace(
            facts,
            requester=replace(facts.requester, organisation_ods="RX999"),
            partners=(*facts.partners, replace(clinic, partner_id=LETTERS)),
            objections=replace(facts.objections, objections=(objection,)),
        )
        found = decide(asked, policies)
        assert [one.topic for one in found.reasons if one.effect is Effect.DENY][:1] == ["objections"], named


def test_the_strictest_naming_of_a_partys_registrations_holds_for_all() -> None:
    """Whichever of them policy veils, and whatever it says of the others."""
    for named in ({LETTERS: Naming.VEILED}, {LETTERS: Naming.PLAIN, CLINIC: Naming.VEILED}):
        policies = _policies()
        disclosure = replace(policies.disclosure, naming=named)
        policies = replace(policies, disclosure=disclosure)
        assert {naming_of(CLINIC, policies), naming_of(LETTERS, policies)} == {Naming.VEILED}
