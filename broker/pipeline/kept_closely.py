"""The partners of whom no time may tell: what is said of them comes when all is said. Pure."""

from __future__ import annotations

from broker.domain.decision import Judgement, Naming
from broker.domain.policy import PolicySet


def kept_closely(judgement: Judgement, policies: PolicySet) -> frozenset[str]:
    """Those whose outcome may not be told plainly, and those that policy calls the source of a class."""
    sources = frozenset().union(*(rule.sources for rule in policies.sensitive.classes.values()))
    return frozenset(
        one.partner_id
        for one in judgement.decisions
        if one.naming is not Naming.PLAIN or one.locationless or _names(one.partner_id, policies) & sources
    )


def _names(partner_id: str, policies: PolicySet) -> frozenset[str]:
    """A party's registrations are kept alike."""
    party = policies.party_of_partner.get(partner_id)
    return frozenset({partner_id}) if party is None else party.also | {partner_id, party.party_id}
