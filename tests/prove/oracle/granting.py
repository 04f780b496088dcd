"""Emergency access: whether a grant fits the request that names it, and what it opens."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.verdict import Because
from tests.prove.oracle.words import EmergencyGround, Words

Groups = frozenset[str]


def against_grant(case: Any, groups: Groups, words: Words) -> Because | None:
    """The first way in which the request's grant does not fit; None when it fits or there is none."""
    grant = case.grant
    if grant is None:
        return None
    ground = words.emergency_grounds.get(grant.ground)
    if ground is None:
        return ("emergency-access", "ground-not-listed")
    rule = (
        _of_another(case, grant)
        or _not_now(case, grant, ground)
        or _not_by_ground(case, groups, ground)
        or _not_stated(grant, ground, words)
    )
    return ("emergency-access", rule) if rule else None


def _of_another(case: Any, grant: Any) -> str | None:
    if grant.numbers.isdisjoint(case.numbers):
        return "grant-of-another-person"
    bound = (grant.issuer, grant.user, grant.organisation)
    if bound != (case.issuer, case.user, case.organisation):
        return "grant-of-another-user"
    if not grant.session or grant.session != case.session:
        return "grant-of-another-session"
    return "grant-for-another-purpose" if grant.purpose != case.purpose else None


def _not_now(case: Any, grant: Any, ground: EmergencyGround) -> str | None:
    if grant.ended:
        return "grant-ended"
    end = min(grant.expires_at, grant.granted_at + ground.longest)
    return None if grant.granted_at <= case.now < end else "grant-not-in-time"


def _not_by_ground(case: Any, groups: Groups, ground: EmergencyGround) -> str | None:
    if not groups <= ground.roles:
        return "ground-not-for-role"
    if case.relationship not in ground.relationships:
        return "ground-not-by-relationship"
    return "ground-not-for-purpose" if case.purpose not in ground.purposes else None


def _not_stated(grant: Any, ground: EmergencyGround, words: Words) -> str | None:
    if len(grant.text.strip()) < words.text_characters_min:
        return "text-too-short"
    witness = grant.witness.strip().casefold()
    if ground.witnessed and witness in {"", grant.user.strip().casefold()}:
        return "witness-missing"
    return None


def opened_by_grant(case: Any, partner: str, words: Words) -> frozenset[str]:
    """What a grant that fits opens of what objections hold back at one partner."""
    if case.grant is None or partner not in case.grant.partners:
        return frozenset()
    return words.emergency_grounds[case.grant.ground].opens
