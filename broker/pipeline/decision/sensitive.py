"""The sensitivity classes that a requester may not see, and the partners that are wholly of one of them."""

from __future__ import annotations

from functools import lru_cache

from broker.domain.decision import Facts, PartnerFacts, Reason
from broker.domain.policy import PolicySet, Purpose, Topic
from broker.domain.sensitivity import ClassRule, HiddenClasses, SensitiveRules, SensitivityClass
from broker.pipeline.decision.rules import denies
from broker.pipeline.decision.standing import Standing

# There are few kinds of readers, so each set of hidden classes is made once.
_KINDS_OF_READERS_MAX = 256


def hidden_from(facts: Facts, standing: Standing, policies: PolicySet) -> HiddenClasses:
    """Every class that is not open to this requester, who has standing."""
    rules = policies.sensitive
    closed = frozenset(
        name for name, rule in rules.classes.items() if not _is_open(rule, facts, standing.groups)
    )
    return _made(rules, closed)


def _is_open(rule: ClassRule, facts: Facts, groups: frozenset[str]) -> bool:
    """Every role group of the requester must be one that sees the class."""
    if rule.is_legal or not groups:
        return False
    if facts.requester.purpose == Purpose.EMERGENCY_TREATMENT and groups <= rule.emergency_roles:
        return True
    return facts.requester.relationship in rule.relationships and groups <= rule.roles


@lru_cache(maxsize=_KINDS_OF_READERS_MAX)
def _made(rules: SensitiveRules, closed: frozenset[SensitivityClass]) -> HiddenClasses:
    named = (rule for rule in rules.classes.values() if rule.sensitivity is not SensitivityClass.UNSPECIFIED)
    known: frozenset[tuple[str, str]] = frozenset().union(*(rule.labels for rule in named))
    return HiddenClasses.of((rules.classes[name] for name in closed), known, rules.ordinary)


def closed_source(partner: PartnerFacts, hidden: HiddenClasses, policies: PolicySet) -> Reason | None:
    """Why nothing of this partner is open: all that it holds is of a hidden class. None when it is not."""
    party = policies.party_of_partner.get(partner.partner_id)
    names = {partner.partner_id} if party is None else {partner.partner_id, party.party_id} | party.also
    found = sorted(rule.sensitivity for rule in hidden.rules if rule.sources & names)
    return denies(Topic.SENSITIVE_INFORMATION, found[0]) if found else None
