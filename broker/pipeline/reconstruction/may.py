"""Who asks, in what role and why, into which partners may be asked again for what was disclosed. Pure.

It is nobody's care. So any objection that was not withdrawn refuses it, whatever it is to and however it was
decided, and so does a person whose whereabouts are protected; and each partner's own agreement must say so.
"""

from __future__ import annotations

from broker.domain.decision import Decision, Effect, Facts, Judgement, PartnerFacts, Reason
from broker.domain.policy import PolicySet, Topic
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.governing import of_a_party
from broker.pipeline.decision.rules import DECISION, denies, first_denial, permits, primary_first
from broker.pipeline.decision.standing import groups_of, membership


def may_reconstruct(facts: Facts, policies: PolicySet) -> Judgement:
    """A Judgement with one decision for each partner, refused neutrally.

    Total: whatever goes wrong while deciding is a deny whose rule is `error`.
    """
    try:
        return _judged(facts, policies)
    except Exception:  # noqa: BLE001 - an error is a deny, and the reason says that it was an error
        return _refused((denies(DECISION, "error"),), facts, policies)


def _judged(facts: Facts, policies: PolicySet) -> Judgement:
    today = Today.at(facts.now)
    reasons = _reasons(facts, policies, today)
    if first_denial(reasons) is not None:
        return _refused(reasons, facts, policies)
    decisions = tuple(_decision(partner, facts, policies, today) for partner in facts.partners)
    if all(decision.effect is Effect.DENY for decision in decisions):
        return _refused((denies(DECISION, "no-permit"), *reasons), facts, policies)
    return _judgement(Effect.PERMIT, reasons, decisions, facts, policies)


def _reasons(facts: Facts, policies: PolicySet, today: Today) -> tuple[Reason, ...]:
    if not today.begun(policies.in_force_from):
        return (denies(DECISION, "not-yet-in-force"),)
    requester, rules = facts.requester, policies.reconstruction
    groups, role_reasons = groups_of(requester.roles, policies)
    named = frozenset(group.group_id for group in groups)
    of_role = named and named <= rules.roles and not any(group.categories for group in groups)
    objected = any(one.state not in policies.objections.ends for one in facts.objections.objections)
    protected = facts.restriction is not None and facts.restriction.hides_location
    refusals = {
        "not-a-reconstructor": not of_role,
        "purpose-not-of-reconstruction": requester.purpose not in rules.purposes,
    }
    return (
        *role_reasons,
        *(denies(Topic.SHARING_AGREEMENT, rule) for rule, refuses in refusals.items() if refuses),
        of_a_party(requester.organisation_ods, policies, today),
        *((denies(Topic.DISCLOSURE, "restricted-person"),) if protected else ()),
        *((denies(Topic.OBJECTIONS, "objected-to-all-but-care"),) if objected else ()),
        permits(Topic.SHARING_AGREEMENT, "reconstructs"),
    )


def _decision(partner: PartnerFacts, facts: Facts, policies: PolicySet, today: Today) -> Decision:
    reason = _reason(partner, facts, policies, today)
    permitted = reason.effect is Effect.PERMIT
    return Decision(
        partner_id=partner.partner_id,
        effect=reason.effect,
        categories=partner.supplies - partner.closed if permitted else frozenset(),
        reasons=(reason,),
    )


def _reason(partner: PartnerFacts, facts: Facts, policies: PolicySet, today: Today) -> Reason:
    party = policies.party_of_partner.get(partner.partner_id)
    if party is None or partner.partner_id not in policies.reconstruction.partners:
        return denies(Topic.SHARING_AGREEMENT, "not-reconstructed")
    if not partner.is_live_for(facts.requester.organisation_ods):
        return denies(Topic.SHARING_AGREEMENT, "partner-not-live")
    if not partner.ods_codes <= party.organisations:
        return denies(Topic.SHARING_AGREEMENT, "organisation-not-signed")
    return membership(party, today)


def _refused(reasons: tuple[Reason, ...], facts: Facts, policies: PolicySet) -> Judgement:
    ordered = primary_first(reasons)
    decisions = tuple(
        Decision(
            partner_id=partner.partner_id,
            effect=Effect.DENY,
            categories=frozenset(),
            reasons=ordered[:1],
        )
        for partner in facts.partners
    )
    return _judgement(Effect.DENY, ordered, decisions, facts, policies)


def _judgement(
    effect: Effect,
    reasons: tuple[Reason, ...],
    decisions: tuple[Decision, ...],
    facts: Facts,
    policies: PolicySet,
) -> Judgement:
    return Judgement(
        effect=effect,
        reasons=reasons,
        decisions=decisions,
        revision=policies.revision,
        objection_version=facts.objections.version,
    )
