"""Who asks, in what role and why, into whether they may read the register of objections itself. Pure.

Whoever reads it opens no record: their role group sees none, and their purpose opens none.
"""

from __future__ import annotations

from broker.domain.decision import Effect, Facts, Judgement, Reason
from broker.domain.policy import PolicySet, Topic
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.rules import DECISION, denies, first_denial, permits, primary_first
from broker.pipeline.decision.scopes import EVERYTHING, narrowing_of
from broker.pipeline.decision.standing import groups_of, membership

RESOURCE_TYPE = "Consent"


def may_read_register(facts: Facts, policies: PolicySet) -> Judgement:
    """A Judgement without partners, refused neutrally. It looks at no objection and at no person.

    Total: whatever goes wrong while deciding is a deny whose rule is `error`.
    """
    try:
        reasons = _reasons(facts, policies)
    except Exception:  # noqa: BLE001 - an error is a deny, and the reason says that it was an error
        reasons = (denies(DECISION, "error"),)
    denied = first_denial(reasons) is not None
    return Judgement(
        effect=Effect.DENY if denied else Effect.PERMIT,
        reasons=primary_first(reasons),
        decisions=(),
        revision=policies.revision,
        objection_version=0,
    )


def _reasons(facts: Facts, policies: PolicySet) -> tuple[Reason, ...]:
    today, requester = Today.at(facts.now), facts.requester
    if not today.begun(policies.in_force_from):
        return (denies(DECISION, "not-yet-in-force"),)
    readers = policies.objections.governance
    groups, role_reasons = groups_of(requester.roles, policies)
    named = frozenset(group.group_id for group in groups)
    of_role = named and named <= readers.roles and not any(group.categories for group in groups)
    return (
        *role_reasons,
        *(() if of_role else (denies(Topic.OBJECTIONS, "not-a-register-reader"),)),
        *(
            ()
            if requester.purpose in readers.purposes
            else (denies(Topic.OBJECTIONS, "purpose-not-of-register"),)
        ),
        of_a_party(requester.organisation_ods, policies, today),
        *(() if _in_scope(requester.scopes) else (denies(DECISION, "scopes"),)),
        permits(Topic.OBJECTIONS, "reads-register"),
    )


def of_a_party(organisation_ods: str, policies: PolicySet, today: Today) -> Reason:
    """A party that may see no records, such as a board, may have a privacy officer all the same."""
    party = policies.party_of_organisation.get(organisation_ods)
    return denies(Topic.SHARING_AGREEMENT, "not-a-party") if party is None else membership(party, today)


def _in_scope(scopes: frozenset[str]) -> bool:
    narrowing = narrowing_of(scopes)
    return narrowing == EVERYTHING or RESOURCE_TYPE in narrowing.types
