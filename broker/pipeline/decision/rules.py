"""The rules that need no line in a policy file: their words, and the sentence that explains each.

Everything else in a Reason is a word that governance wrote: a role group, a purpose, a ground, a party, a
state of an objection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from broker.domain.decision import Effect, Reason
from broker.domain.policy import Topic

# Reasons of the machinery itself stand under this topic; it has no folder.
DECISION = "decision"

# Reasons are made of the policies' own words, so there are few; each is made once.
REASONS_KEPT_MAX = 1024

SENTENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (DECISION, "error"): "Deciding failed, and an error is a deny.",
        (DECISION, "not-yet-in-force"): "A policy's effective_from lies ahead: nothing is permitted before.",
        (DECISION, "no-permit"): "No partner may be asked for anything, and no permit is a deny.",
        (DECISION, "scopes"): "The token's scopes name nothing that may be read here.",
        (Topic.ROLES, "no-role"): "The token names no role.",
        (Topic.ROLES, "unknown-role"): "The token names a role that no role group lists.",
        (Topic.ROLES, "sees-nothing"): "The role group sees no category, or several roles share none.",
        (Topic.PURPOSES, "unknown-purpose"): "The purpose is not a word that the policy sorts.",
        (Topic.PURPOSES, "care-has-ended"): "The person died longer ago than the days that the policy sets.",
        (Topic.PURPOSES, "death-unreadable"): "The date of death cannot be read, and not knowing is a no.",
        (Topic.RELATIONSHIPS, "ground-not-permitted"): "There is no care relationship that counts.",
        (Topic.RELATIONSHIPS, "ground-not-for-role"): "This role group may not rely on this ground.",
        (Topic.RELATIONSHIPS, "alert-privacy-officer"): "The ground is permitted and raises an alert.",
        (Topic.SHARING_AGREEMENT, "not-a-party"): "The organisation has not signed the sharing agreement.",
        (Topic.SHARING_AGREEMENT, "may-not-view"): "The party signed without access to records.",
        (Topic.SHARING_AGREEMENT, "suspended"): "The party is suspended from the agreement today.",
        (Topic.SHARING_AGREEMENT, "phase-not-live"): "The party's phase of the programme is not live today.",
        (Topic.SHARING_AGREEMENT, "not-yet-a-party"): "The party's membership has not begun.",
        (Topic.SHARING_AGREEMENT, "no-longer-a-party"): "The party's membership has ended.",
        (Topic.SHARING_AGREEMENT, "organisation-not-signed"): (
            "The registration covers an organisation that the agreement does not list; of one for many "
            "practices only the person's own counts, once the patient index has named it."
        ),
        (Topic.SHARING_AGREEMENT, "partner-not-live"): (
            "The partner is a draft, in testing, suspended, or of a status that is not known."
        ),
        (Topic.SHARING_AGREEMENT, "not-the-registered-practice"): (
            "The patient index does not name this practice."
        ),
        (Topic.SHARING_AGREEMENT, "another-practice"): (
            "A practice sees another practice's records only where a network of both gives the relationship."
        ),
        (Topic.SHARING_AGREEMENT, "nothing-for-this-role"): (
            "What the partner supplies and what this role may see have nothing in common."
        ),
        (Topic.SHARING_AGREEMENT, "reconstructs"): "Governance staff hold a disclosure against its partners.",
        (Topic.SHARING_AGREEMENT, "not-a-reconstructor"): (
            "This role group does not reconstruct disclosures."
        ),
        (Topic.SHARING_AGREEMENT, "purpose-not-of-reconstruction"): (
            "Disclosures are not reconstructed for this purpose."
        ),
        (Topic.SHARING_AGREEMENT, "not-reconstructed"): (
            "The party's agreement does not let it be asked again for what was disclosed."
        ),
        (Topic.DISCLOSURE, "restricted-person"): "The person's whereabouts are protected.",
        (Topic.DISCLOSURE, "restricted-emergency"): (
            "An emergency opens a few categories of a protected person, without any place."
        ),
        (Topic.OBJECTIONS, "outside-carve-out"): (
            "The objection was not upheld, but not for this role, category or partner."
        ),
        (Topic.OBJECTIONS, "review-date-passed"): "The decision not to uphold is due for review.",
        (Topic.OBJECTIONS, "ground-not-known"): "The decision not to uphold names no ground of the list.",
        (Topic.OBJECTIONS, "state-not-known"): "The objection is in a state that the policy does not sort.",
        (Topic.OBJECTIONS, "objected-to-all-but-care"): (
            "An objection that was not withdrawn, however it was decided, refuses what is not care."
        ),
        (Topic.OBJECTIONS, "reads-register"): "Governance staff read the register of objections.",
        (Topic.OBJECTIONS, "not-a-register-reader"): (
            "This role group does not read the register of objections."
        ),
        (Topic.OBJECTIONS, "purpose-not-of-register"): (
            "The register of objections is not read for this purpose."
        ),
        (Topic.EMERGENCY_ACCESS, "ground-not-listed"): "The grant states no ground that the policy lists.",
        (Topic.EMERGENCY_ACCESS, "grant-of-another-person"): "The grant is for another person.",
        (Topic.EMERGENCY_ACCESS, "grant-of-another-user"): (
            "The grant is another user's, or of another organisation."
        ),
        (Topic.EMERGENCY_ACCESS, "grant-of-another-session"): "The grant is of another session, or of none.",
        (Topic.EMERGENCY_ACCESS, "grant-for-another-purpose"): "The grant was made for another purpose.",
        (Topic.EMERGENCY_ACCESS, "grant-ended"): "Somebody ended the grant.",
        (Topic.EMERGENCY_ACCESS, "grant-not-in-time"): "The grant has not begun, or it is over.",
        (Topic.EMERGENCY_ACCESS, "ground-not-for-role"): "This role group may not state this ground.",
        (Topic.EMERGENCY_ACCESS, "ground-not-by-relationship"): (
            "This ground may not be stated in this care relationship."
        ),
        (Topic.EMERGENCY_ACCESS, "ground-not-for-purpose"): "This ground may not be stated for this purpose.",
        (Topic.EMERGENCY_ACCESS, "text-too-short"): "The user's own words why are too short.",
        (Topic.EMERGENCY_ACCESS, "witness-missing"): "The ground needs a witness who is not the user.",
        (
            Topic.EMERGENCY_ACCESS,
            "alert-privacy-officer",
        ): "Emergency access is permitted and raises an alert.",
    }
)


@lru_cache(maxsize=REASONS_KEPT_MAX)
def permits(topic: str, rule: str) -> Reason:
    """A permit of `topic`."""
    return Reason(topic=str(topic), rule=rule, effect=Effect.PERMIT)


@lru_cache(maxsize=REASONS_KEPT_MAX)
def denies(topic: str, rule: str) -> Reason:
    """A denial of `topic`."""
    return Reason(topic=str(topic), rule=rule, effect=Effect.DENY)


def first_denial(reasons: tuple[Reason, ...]) -> Reason | None:
    """The primary reason of a deny; None when nothing denies."""
    return next((reason for reason in reasons if reason.effect is Effect.DENY), None)


def primary_first(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The same reasons with the first denial in front."""
    primary = first_denial(reasons)
    if primary is None:
        return reasons
    return (primary, *(reason for reason in reasons if reason is not primary))
