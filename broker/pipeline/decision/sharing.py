"""What one partner's data may open to this requester, before any objection."""

from __future__ import annotations

from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.decision import Effect, Facts, PartnerFacts, Reason
from broker.domain.policy import Asked, Party, PolicySet, Topic
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.rules import denies
from broker.pipeline.decision.standing import Standing, membership

PRACTICE = "gp"
_NOTHING: frozenset[Category] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`reason` permits with `categories`, or denies with none. `practice_ods` is the one practice of a
    registration that covers many, once the index has named it. `awaits_pointer` is as a Decision's.
    """

    reason: Reason
    categories: frozenset[Category] = frozenset()
    in_scope: bool = True
    practice_ods: str | None = None
    awaits_pointer: bool = False


def share_of(
    partner: PartnerFacts, facts: Facts, standing: Standing, policies: PolicySet, today: Today
) -> Share:
    """Judge one partner by the sharing agreement."""
    party = policies.party_of_partner.get(partner.partner_id)
    if party is None:
        return Share(reason=denies(Topic.SHARING_AGREEMENT, "not-a-party"))
    practice, in_scope = _practice(partner, party, facts)
    if not in_scope:
        return Share(reason=denies(Topic.SHARING_AGREEMENT, "not-the-registered-practice"), in_scope=False)
    member = _refusal(partner, party, practice, facts, policies) or membership(party, today)
    if member.effect is Effect.DENY:
        return Share(reason=member, practice_ods=practice)
    categories = _seen(party, standing) & (partner.supplies - partner.closed) & standing.categories
    if not categories:
        member = denies(Topic.SHARING_AGREEMENT, "nothing-for-this-role")
    return Share(
        reason=member,
        categories=categories,
        practice_ods=practice,
        awaits_pointer=party.asked is Asked.POINTED_TO,
    )


def _refusal(
    partner: PartnerFacts, party: Party, practice: str | None, facts: Facts, policies: PolicySet
) -> Reason | None:
    """Why this partner is not open to whoever asks, whatever its party's days; None when nothing says so."""
    if not partner.is_live_for(facts.requester.organisation_ods):
        return denies(Topic.SHARING_AGREEMENT, "partner-not-live")
    signed = {practice} if practice else partner.ods_codes
    if not signed <= party.organisations:
        return denies(Topic.SHARING_AGREEMENT, "organisation-not-signed")
    if practice is not None and not _practice_may_see(practice, facts, policies):
        return denies(Topic.SHARING_AGREEMENT, "another-practice")
    return None


def _practice(partner: PartnerFacts, party: Party, facts: Facts) -> tuple[str | None, bool]:
    """The practice that is meant, and whether this partner is in scope. Before the index has answered
    (`restriction` is None) every practice is: nobody is asked on that judgement.
    """
    by_registration = partner.kind == PRACTICE or party.asked is Asked.REGISTERED_PRACTICE
    if not by_registration or facts.restriction is None:
        return None, True
    if facts.practice_ods in partner.ods_codes:
        return facts.practice_ods, True
    return None, False


def _practice_may_see(practice: str, facts: Facts, policies: PolicySet) -> bool:
    """Whether the one who asks may see what the person's practice supplies: everybody but another practice,
    and that one where a network of both gives the relationship.
    """
    asking = facts.requester.organisation_ods
    party = policies.party_of_organisation.get(asking)
    if asking == practice or party is None or asking not in party.practices:
        return True
    relationship = facts.requester.relationship
    return any(network.joins(asking, practice, relationship) for network in policies.networks)


def _seen(party: Party, standing: Standing) -> frozenset[Category]:
    """What every one of the requester's role groups may see here."""
    seen = [party.seen.get(group, _NOTHING) for group in standing.groups]
    return frozenset.intersection(*seen) if seen else _NOTHING
