"""Two revisions of the policies compared on a few dimensions alone, and one party changed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from broker.domain.policy import Party, PolicySet
from broker.policy.comparing import Comparison, compare
from broker.policy.points import Section, Space, space_of
from broker.policy.situation import partners_of
from tests.support.policies import shipped_policies, usual_situation

# From a hospital, so that each practice is met by somebody who needs no network to see it.
HOSPITAL = "RX901"


def narrowed(space: Space, *names: str) -> Space:
    """The product of the named dimensions alone, as the whole space has them."""
    known = {one.name: one for section in reversed(space.sections) for one in section.dimensions}
    return Space(space.usual, (Section("a test's", tuple(known[name] for name in names)),))


def space(new: PolicySet, *names: str) -> Space:
    """Those dimensions of the space for the shipped policies and `new`, asked from a hospital."""
    usual = replace(usual_situation(), organisation=HOSPITAL)
    return narrowed(space_of(shipped_policies(), new, usual), *names)


def compared(new: PolicySet, *names: str) -> Comparison:
    """The shipped policies and `new` on those dimensions."""
    old = shipped_policies()
    return compare(old, new, space(new, *names), partners_of(old))


def with_party(changed: Party) -> PolicySet:
    """The shipped policies with `changed` in the place of the party of its id."""
    policies = shipped_policies()
    return replace(
        policies,
        parties=tuple(changed if one.party_id == changed.party_id else one for one in policies.parties),
        party_of_organisation=_swapped(policies.party_of_organisation, changed),
        party_of_partner=_swapped(policies.party_of_partner, changed),
    )


def _swapped(parties: Mapping[str, Party], changed: Party) -> dict[str, Party]:
    return {name: changed if party.party_id == changed.party_id else party for name, party in parties.items()}
