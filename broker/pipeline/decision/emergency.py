"""A grant of emergency access into what it opens of an objection, or the rule by which it fits nothing.

A grant is judged by the policies now in force, not by those that it was made under. One that does not fit
the request in every way refuses the request: whoever states an emergency is told at once that it does not
hold, and nobody is asked on the strength of half of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.decision import Facts, Reason
from broker.domain.emergency import EmergencyAccessRules, EmergencyRule
from broker.domain.grant import Grant
from broker.domain.names import plain_name, seen
from broker.domain.policy import PolicySet, Topic
from broker.domain.requester import Requester
from broker.pipeline.decision.rules import denies, permits
from broker.pipeline.decision.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What objections no longer hold back: these categories, at these registrations alone."""

    categories: frozenset[Category]
    partners: frozenset[str]


def emergency_access(
    facts: Facts, standing: Standing, policies: PolicySet
) -> tuple[tuple[Reason, ...], Opening | None]:
    """The reasons of the grant that the request names, and what it opens; none when it is refused, and
    neither when the request names no grant. The requester has standing.
    """
    if facts.grant is None:
        return (), None
    rules = policies.emergency_access
    ground = rules.grounds.get(facts.grant.ground)
    if ground is None:
        return (_denied("ground-not-listed"),), None
    for rule in _misfits(facts, facts.grant, standing, ground, rules):
        return (_denied(rule),), None
    reasons = (
        permits(Topic.EMERGENCY_ACCESS, str(ground.ground)),
        permits(Topic.EMERGENCY_ACCESS, "alert-privacy-officer"),
    )
    return reasons, Opening(categories=ground.opens, partners=facts.grant.partners)


def _denied(rule: str) -> Reason:
    return denies(Topic.EMERGENCY_ACCESS, rule)


def _misfits(
    facts: Facts, grant: Grant, standing: Standing, ground: EmergencyRule, rules: EmergencyAccessRules
) -> Iterator[str]:
    """Every way in which the grant does not fit, by its rule: first whose it is, then what policy asks."""
    yield from _bound_otherwise(facts, grant)
    if grant.ended:
        yield "grant-ended"
    if not _in_time(grant, facts.now, ground.minutes_max):
        yield "grant-not-in-time"
    if not standing.groups or not standing.groups <= ground.roles:
        yield "ground-not-for-role"
    if facts.requester.relationship not in ground.relationships:
        yield "ground-not-by-relationship"
    if facts.requester.purpose not in ground.purposes:
        yield "ground-not-for-purpose"
    if len(seen(grant.text)) < rules.text_characters_min:
        yield "text-too-short"
    if ground.witnessed and not _has_witness(grant, facts.requester):
        yield "witness-missing"


def _bound_otherwise(facts: Facts, grant: Grant) -> Iterator[str]:
    asks = facts.requester
    if not grant.numbers & facts.numbers:
        yield "grant-of-another-person"
    if (grant.issuer, grant.user_id, grant.organisation_ods) != (
        asks.issuer,
        asks.user_id,
        asks.organisation_ods,
    ):
        yield "grant-of-another-user"
    if not grant.session_id or grant.session_id != asks.session_id:
        yield "grant-of-another-session"
    if grant.purpose != asks.purpose:
        yield "grant-for-another-purpose"


def _in_time(grant: Grant, now: dt.datetime, minutes_max: int) -> bool:
    """Between its first moment and its last, and never longer than its ground allows today."""
    if not grant.granted_at <= now < grant.expires_at:
        return False
    return now - grant.granted_at < dt.timedelta(minutes=minutes_max)


def _has_witness(grant: Grant, asks: Requester) -> bool:
    """Somebody is named who is not the user, by id or by name: nobody is a witness of their own words."""
    return plain_name(grant.witness) not in {"", plain_name(grant.user_id), plain_name(asks.user_name)}
