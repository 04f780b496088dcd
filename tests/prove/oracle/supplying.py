"""What one partner supplies to this requester by the sharing agreement, or the first reason why nothing."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.protecting import index_has_answered
from tests.prove.oracle.signed import Party
from tests.prove.oracle.verdict import Because
from tests.prove.oracle.words import Words


def against_partner(case: Any, partner: Any, words: Words) -> Because | None:
    """The registration, its party and the person's practice, in the order in which they are judged."""
    party = words.agreement.by_registration.get(partner.partner)
    if party is None:
        rule: str | None = "not-a-party"
    elif not in_scope(case, partner, words):
        rule = "not-the-registered-practice"
    elif not _is_live_for(case.organisation, partner):
        rule = "partner-not-live"
    elif not _meant(case, partner, party) <= party.organisations:
        rule = "organisation-not-signed"
    else:
        rule = _between_practices(case, partner, party, words) or party.not_now(case.now)
    return ("sharing-agreement", rule) if rule else None


def _meant(case: Any, partner: Any, party: Party) -> frozenset[str]:
    """The organisations that are asked: of one for many practices the person's own, once it is known."""
    if party.is_practice and index_has_answered(case):
        return frozenset({case.practice})
    organisations: frozenset[str] = partner.organisations
    return organisations


def _is_live_for(organisation: str, partner: Any) -> bool:
    if partner.status != "live" or organisation in partner.closed_to:
        return False
    return partner.open_to is None or organisation in partner.open_to


def _between_practices(case: Any, partner: Any, party: Party, words: Words) -> str | None:
    own = words.agreement.by_organisation.get(case.organisation)
    if own is None or not own.is_practice or not party.is_practice or not index_has_answered(case):
        return None
    theirs = case.practice
    if theirs is None or theirs == case.organisation or theirs not in partner.organisations:
        return None
    joined = words.agreement.network_joins(case.organisation, theirs, case.relationship)
    return None if joined else "another-practice"


def in_scope(case: Any, partner: Any, words: Words) -> bool:
    """False for a practice that the patient index does not name, once it has answered."""
    party = words.agreement.by_registration.get(partner.partner)
    if party is None or not party.is_practice or not index_has_answered(case):
        return True
    return case.practice in partner.organisations


def supplied(partner: Any, groups: frozenset[str], words: Words) -> frozenset[str]:
    """What it supplies today, of what its party agreed to show to every one of these role groups."""
    seen = words.agreement.by_registration[partner.partner].seen
    nothing: frozenset[str] = frozenset()
    return (partner.supplies - partner.closed).intersection(*(seen.get(group, nothing) for group in groups))


def naming(partner: str, words: Words) -> str:
    """How it is named: as the most closely kept of its party's registrations, where one of them is listed."""
    party = words.agreement.by_registration.get(partner)
    listed = {words.naming.get(one, "") for one in (party.registrations if party else {partner})}
    return next((word for word in ("folded", "veiled", "plain") if word in listed), words.naming_otherwise)
