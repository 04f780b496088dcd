"""A category that one partner's decision does not open, into every rule that holds it back, in words."""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Facts, PartnerFacts
from broker.domain.policy import PolicySet, Topic
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.scopes import narrowing_of
from broker.pipeline.decision.standing import standing_of


def held_back_by(
    category: Category, partner: PartnerFacts, decision: Decision, facts: Facts, policies: PolicySet
) -> tuple[str, ...]:
    """A sentence for each rule; empty when the category may be shown. Lines are `file:line`."""
    if category in decision.categories:
        return ()
    found = (
        *_by_role(category, facts, policies),
        *_by_registration(category, partner),
        *_by_agreement(category, partner, facts, policies),
        *_by_scopes(category, facts),
        *_by_denials(decision, policies),
    )
    return tuple(dict.fromkeys(found))


def _groups(facts: Facts, policies: PolicySet) -> list[str]:
    return sorted(standing_of(facts, policies, Today.at(facts.now)).groups)


def _by_role(category: Category, facts: Facts, policies: PolicySet) -> Iterator[str]:
    for group in _groups(facts, policies):
        if category not in policies.groups[group].categories:
            yield f"the role group {group} does not see it{_at(Topic.ROLES, group, policies)}"


def _by_registration(category: Category, partner: PartnerFacts) -> Iterator[str]:
    if category not in partner.supplies:
        yield f"the registration of {partner.partner_id} does not supply it"
    elif category in partner.closed:
        yield f"a switch of {partner.partner_id} has closed it"


def _by_agreement(
    category: Category, partner: PartnerFacts, facts: Facts, policies: PolicySet
) -> Iterator[str]:
    party = policies.party_of_partner.get(partner.partner_id)
    if party is None:
        return
    for group in _groups(facts, policies):
        if category not in party.seen.get(group, frozenset()):
            place = _at(Topic.SHARING_AGREEMENT, party.party_id, policies)
            yield f"the sharing agreement does not open it to {group} there{place}"


def _by_scopes(category: Category, facts: Facts) -> Iterator[str]:
    if category not in narrowing_of(facts.requester.scopes).categories:
        yield "the token's scopes do not name it"


def _by_denials(decision: Decision, policies: PolicySet) -> Iterator[str]:
    for reason in decision.reasons:
        if reason.effect is Effect.DENY:
            yield f"{reason.topic}/{reason.rule}{_at(reason.topic, reason.rule, policies)}"


def _at(topic: str, rule: str, policies: PolicySet) -> str:
    place = policies.places.get((str(topic), rule))
    return f" [{place.file}:{place.line}]" if place else ""
