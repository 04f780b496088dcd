"""Who asks, why, and by what right: the topics that speak about the requester alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.decision import Facts, Reason
from broker.domain.policy import Party, PolicySet, RoleGroup, Topic
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision.days import Today, earliest_day
from broker.pipeline.decision.rules import DECISION, denies, permits
from broker.pipeline.decision.scopes import narrowing_of

_NATIONAL = re.compile(r"(?:S[0-9]{4}:G[0-9]{4}:)?(R[0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The requester as the policies see them. A denial in `reasons` denies the whole request.

    `categories` is the most that any partner's data may open; `types` narrows them, empty is every type.
    """

    groups: frozenset[str]
    categories: frozenset[Category]
    types: frozenset[str]
    reasons: tuple[Reason, ...]


def standing_of(facts: Facts, policies: PolicySet, today: Today) -> Standing:
    """Judge role, purpose, relationship and the requester's own organisation."""
    groups, role_reasons = groups_of(facts.requester.roles, policies)
    names = frozenset(group.group_id for group in groups)
    narrowing = narrowing_of(facts.requester.scopes)
    seen = frozenset.intersection(*(group.categories for group in groups)) if groups else frozenset()
    reasons = (
        *role_reasons,
        *(() if seen or not groups else (denies(Topic.ROLES, "sees-nothing"),)),
        *_purpose(facts, policies, today),
        *_relationship(facts.requester.relationship, names, policies),
        _viewing_party(facts.requester.organisation_ods, policies, today),
        *(() if narrowing.categories else (denies(DECISION, "scopes"),)),
    )
    return Standing(
        groups=names, categories=seen & narrowing.categories, types=narrowing.types, reasons=reasons
    )


def groups_of(
    roles: tuple[str, ...], policies: PolicySet
) -> tuple[tuple[RoleGroup, ...], tuple[Reason, ...]]:
    """The role groups, and why. One unknown role denies: what it would have denied cannot be known."""
    if not roles:
        return (), (denies(Topic.ROLES, "no-role"),)
    found = [_group_of(role, policies) for role in roles]
    groups = tuple(group for group in found if group is not None)
    if len(groups) < len(found):
        return groups, (denies(Topic.ROLES, "unknown-role"),)
    return groups, tuple(permits(Topic.ROLES, group.group_id) for group in groups)


def _group_of(role: str, policies: PolicySet) -> RoleGroup | None:
    national = _NATIONAL.fullmatch(role)
    if national is not None:
        return policies.national_roles.get(national.group(1))
    return policies.local_roles.get(role)


def _purpose(facts: Facts, policies: PolicySet, today: Today) -> tuple[Reason, ...]:
    purpose = facts.requester.purpose
    if purpose in policies.refused_purposes:
        return (denies(Topic.PURPOSES, purpose),)
    if purpose not in policies.purposes:
        return (denies(Topic.PURPOSES, "unknown-purpose"),)
    if facts.deceased_on is None:
        return (permits(Topic.PURPOSES, purpose),)
    died = earliest_day(facts.deceased_on)
    if died is None:
        return (denies(Topic.PURPOSES, "death-unreadable"),)
    if (today.closes - died).days >= policies.care_ends_days_after_death:
        return (denies(Topic.PURPOSES, "care-has-ended"),)
    return (permits(Topic.PURPOSES, purpose),)


def _relationship(
    ground: RelationshipGround, groups: frozenset[str], policies: PolicySet
) -> tuple[Reason, ...]:
    rule = policies.relationships.get(ground)
    if rule is None or ground is RelationshipGround.NONE:
        return (denies(Topic.RELATIONSHIPS, "ground-not-permitted"),)
    if rule.roles and not groups <= rule.roles:
        return (denies(Topic.RELATIONSHIPS, "ground-not-for-role"),)
    permitted = permits(Topic.RELATIONSHIPS, str(ground))
    if rule.alert:
        return permitted, permits(Topic.RELATIONSHIPS, "alert-privacy-officer")
    return (permitted,)


def _viewing_party(organisation_ods: str, policies: PolicySet, today: Today) -> Reason:
    party = policies.party_of_organisation.get(organisation_ods)
    if party is None:
        return denies(Topic.SHARING_AGREEMENT, "not-a-party")
    if not party.may_view:
        return denies(Topic.SHARING_AGREEMENT, "may-not-view")
    return membership(party, today)


def membership(party: Party, today: Today) -> Reason:
    """Whether the agreement counts `party` today, as a viewer or as a source."""
    if any(today.closed_by(term) for term in party.suspended):
        return denies(Topic.SHARING_AGREEMENT, "suspended")
    if not today.within(party.phase):
        return denies(Topic.SHARING_AGREEMENT, "phase-not-live")
    if not today.begun(party.term.start):
        return denies(Topic.SHARING_AGREEMENT, "not-yet-a-party")
    if today.over(party.term.end):
        return denies(Topic.SHARING_AGREEMENT, "no-longer-a-party")
    return permits(Topic.SHARING_AGREEMENT, party.party_id)
