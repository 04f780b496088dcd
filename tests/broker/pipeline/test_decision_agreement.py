"""What the sharing agreement says of one practice to another, and of a party that is suspended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.decision import Decision, Effect, Facts
from broker.domain.policy import Party, PolicySet, Term
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import decide
from tests.support.policies import shipped_policies, usual_facts

BOOKING = RelationshipGround.BOOKING
CASTLE_HILL = "castle-hill-practice"
FIRST, LAST = dt.date(2026, 7, 6), dt.date(2026, 7, 13)


def _decided(facts: Facts, policies: PolicySet, partner_id: str = CASTLE_HILL) -> Decision:
    decision = decide(facts, policies).decision_for(partner_id)
    assert decision is not None
    return decision


def _of_castle_hill(**changes: object) -> Facts:
    return replace(usual_facts(**changes), practice_ods="D99002")  # type: ignore[arg-type] # parts of a Requester


def _said(decision: Decision) -> tuple[Effect, str]:
    return decision.effect, decision.reasons[0].rule


@pytest.mark.parametrize("ground", sorted(set(RelationshipGround) - {RelationshipGround.NONE}))
def test_a_practice_sees_anothers_record_by_the_networks_relationship_alone(
    ground: RelationshipGround,
) -> None:
    """Any other relationship closes that practice and nobody else."""
    facts, policies = _of_castle_hill(relationship=ground), shipped_policies()
    assert (_decided(facts, policies).effect is Effect.PERMIT) is (ground is BOOKING)
    assert _decided(facts, policies).in_scope
    assert _decided(facts, policies, "addenbury").effect is Effect.PERMIT


@pytest.mark.parametrize("networks", [(), ("D99001", "D99003"), ("D99002", "D99003")])
def test_no_network_of_both_is_no_permit(networks: tuple[str, ...]) -> None:
    """Each practice in a network of its own sees no more than one in none."""
    policies = shipped_policies()
    one = policies.networks[0]
    made = (replace(one, practices=frozenset(networks)),) if networks else ()
    said = _said(_decided(_of_castle_hill(relationship=BOOKING), replace(policies, networks=made)))
    assert said == (Effect.DENY, "another-practice")


def test_two_practices_of_two_networks_are_not_joined() -> None:
    """The relationship of the one network says nothing of the practices of another."""
    policies = shipped_policies()
    one = policies.networks[0]
    apart = (
        replace(one, relationships=frozenset({RelationshipGround.REFERRAL})),
        replace(one, practices=frozenset({"D99001", "D99003"})),
    )
    said = _said(_decided(_of_castle_hill(relationship=BOOKING), replace(policies, networks=apart)))
    assert said == (Effect.DENY, "another-practice")


def test_one_practice_of_a_registration_is_another_to_its_neighbour() -> None:
    """A registration of many practices is no network."""
    policies = shipped_policies()
    party = policies.party_of_partner["fen-edge-practice"]
    both = replace(party, organisations=frozenset({"D99001", "D99003"}))
    policies = _with(policies, both, networks=())
    facts = usual_facts(relationship=BOOKING)
    partners = tuple(
        replace(p, ods_codes=both.organisations) if p.partner_id == "fen-edge-practice" else p
        for p in facts.partners
    )
    for practice, effect in (("D99001", Effect.PERMIT), ("D99003", Effect.DENY)):
        facts = replace(facts, partners=partners, practice_ods=practice)
        assert _decided(facts, policies, "fen-edge-practice").effect is effect


def test_before_the_index_has_answered_no_practice_is_another() -> None:
    """Nobody is asked on that judgement: whose patient it is is not known yet."""
    facts = replace(_of_castle_hill(relationship=BOOKING), restriction=None, practice_ods=None)
    assert _decided(facts, replace(shipped_policies(), networks=())).effect is Effect.PERMIT


def _with(policies: PolicySet, party: Party, **parts: object) -> PolicySet:
    """`policies` with `party` in the place of the one of its id."""
    return replace(
        policies,
        parties=tuple(party if one.party_id == party.party_id else one for one in policies.parties),
        party_of_organisation={**policies.party_of_organisation, **dict.fromkeys(party.organisations, party)},
        party_of_partner={
            name: party if one.party_id == party.party_id else one
            for name, one in policies.party_of_partner.items()
        },
        **parts,  # type: ignore[arg-type] # parts of a PolicySet
    )


def _suspended(*spans: Term) -> PolicySet:
    policies = shipped_policies()
    return _with(policies, replace(policies.party_of_partner["nenewest"], suspended=spans))


def _at(moment: str, organisation: str = "D99001") -> Facts:
    facts = usual_facts(organisation=organisation, relationship=RelationshipGround.REFERRAL)
    return replace(facts, now=dt.datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    ("moment", "suspended"),
    [
        ("2026-07-05T22:59:59Z", False),
        ("2026-07-05T23:00:00Z", True),
        ("2026-07-12T23:00:00Z", True),
        ("2026-07-12T23:59:59Z", True),
        ("2026-07-13T00:00:00Z", False),
    ],
)
def test_a_suspension_begins_at_the_earlier_midnight_and_ends_at_the_later(
    moment: str, suspended: bool
) -> None:
    """Both as a source, with every registration of the party, and as a viewer."""
    policies = _suspended(Term(start=FIRST, end=LAST))
    for registration in ("nenewest", "nenewest-letters"):
        decision = _decided(_at(moment), policies, registration)
        assert (_said(decision) == (Effect.DENY, "suspended")) is suspended
        assert decision.in_scope
    judgement = decide(_at(moment, organisation="RX903"), policies)
    assert (judgement.effect is Effect.DENY) is suspended
    assert (judgement.reasons[0].rule == "suspended") is suspended


def test_a_suspension_without_an_end_goes_on() -> None:
    """Until further notice is no date at all."""
    policies = _suspended(Term(start=FIRST))
    assert _said(_decided(_at("2099-01-01T12:00:00Z"), policies, "nenewest")) == (Effect.DENY, "suspended")


def test_a_suspension_is_the_reason_before_phase_and_term() -> None:
    """What governance did on purpose is what the trail says."""
    policies = shipped_policies()
    party = policies.party_of_partner["nenewest"]
    ended = replace(party, suspended=(Term(start=FIRST),), term=replace(party.term, end=LAST))
    said = _said(_decided(_at("2026-08-01T12:00:00Z"), _with(policies, ended), "nenewest"))
    assert said == (Effect.DENY, "suspended")
