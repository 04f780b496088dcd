"""What the caller hears: of a refusal, of a partner's name, of a protected person."""

from __future__ import annotations

from dataclasses import dataclass

from broker.domain.decision import Facts, Naming, Reason, Told
from broker.domain.policy import Emergency, PolicySet, Topic
from broker.pipeline.decision.rules import denies, permits
from broker.pipeline.decision.standing import Standing


@dataclass(frozen=True, slots=True)
class Telling:
    """How a refusal is put: every word from policy."""

    told: Told
    words: str
    contact: tuple[str, ...]


def neutral(policies: PolicySet) -> Telling:
    """The one answer for a caller with no right, whoever the person is."""
    rules = policies.disclosure
    return Telling(Told.NEUTRAL, rules.neutral_words, rules.neutral_contact)


def of_objection(facts: Facts, standing: Standing, policies: PolicySet) -> Telling:
    """The objection, to a caller whom policy lets know; the neutral answer to others."""
    rules = policies.objections
    if (
        facts.requester.relationship in rules.told_relationships
        and standing.groups
        and standing.groups <= rules.told_roles
    ):
        return Telling(Told.OBJECTION, rules.words, rules.contact)
    return neutral(policies)


def of_restriction(facts: Facts, standing: Standing, policies: PolicySet) -> Telling:
    """The national contact words, to a caller whom policy lets know; the neutral answer to others."""
    rules = policies.disclosure
    if (
        facts.requester.relationship in rules.restricted_relationships
        and standing.groups
        and standing.groups <= rules.restricted_roles
    ):
        return Telling(Told.RESTRICTED, rules.restricted_words, rules.restricted_contact)
    return neutral(policies)


def hears_of_absence(facts: Facts, standing: Standing, policies: PolicySet) -> bool:
    """True for a caller who would hear of an objection and of a restriction: only then does "not found"
    tell nothing of those who are found.
    """
    of_one, of_other = of_objection(facts, standing, policies), of_restriction(facts, standing, policies)
    return Told.NEUTRAL not in {of_one.told, of_other.told}


def is_protected(facts: Facts) -> bool:
    """Before the index has answered nobody is known to be protected, and nobody's record is shown."""
    return facts.restriction is not None and facts.restriction.hides_location


def protection(
    facts: Facts, standing: Standing, policies: PolicySet
) -> tuple[tuple[Reason, ...], Emergency | None]:
    """The reasons of a protected person's judgement, and what an emergency opens; none when refused."""
    if not is_protected(facts):
        return (), None
    emergency = policies.disclosure.emergency
    if (
        emergency is None
        or facts.restriction not in emergency.restrictions
        or facts.requester.purpose not in emergency.purposes
        or not standing.groups
        or not standing.groups <= emergency.roles
    ):
        return (denies(Topic.DISCLOSURE, "restricted-person"),), None
    return (permits(Topic.DISCLOSURE, "restricted-emergency"),), emergency


_STRICTNESS = (Naming.PLAIN, Naming.VEILED, Naming.FOLDED)


def naming_of(partner_id: str, policies: PolicySet) -> Naming:
    """What may be told of this partner's outcome, for a person who is not protected.

    All registrations of a party are told alike, as the strictest of them: what tells nothing of the one
    must not be told by the other.
    """
    naming = policies.disclosure.naming
    party = policies.party_of_partner.get(partner_id)
    names = {partner_id} if party is None else {partner_id, party.party_id} | party.also
    named = [naming[name] for name in names if name in naming]
    return max(named, key=_STRICTNESS.index, default=policies.disclosure.otherwise)
