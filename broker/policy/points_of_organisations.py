"""Two revisions of the policies into the organisations on which they are compared: one of each kind.

Organisations of one party that stand in the same networks are judged alike, whatever their codes. Of
practices two are taken where there are two: each other's records are another question than their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.policy import PolicySet

_OWN_AND_ANOTHER = 2
# In each revision: the party, and the networks that list the organisation.
_Kind = tuple[tuple[str, frozenset[str]], ...]


def organisations_of(both: tuple[PolicySet, ...]) -> tuple[tuple[str, str], ...]:
    """The ODS code of each that is compared, with its word: which says how many others are alike."""
    return tuple(_chosen(both, only_practices=False))


def practices_of(both: tuple[PolicySet, ...]) -> tuple[tuple[str, str], ...]:
    """The same of the practices that a person may be registered with."""
    return tuple(_chosen(both, only_practices=True))


def _chosen(both: tuple[PolicySet, ...], *, only_practices: bool) -> Iterator[tuple[str, str]]:
    practices = {ods for one in both for party in one.parties for ods in party.practices}
    kinds: dict[_Kind, list[str]] = {}
    for ods in sorted({ods for one in both for ods in one.party_of_organisation}):
        kinds.setdefault(tuple(_kind(ods, one) for one in both), []).append(ods)
    chosen: list[tuple[str, str]] = []
    for alike in kinds.values():
        is_practice = alike[0] in practices
        if is_practice or not only_practices:
            chosen += _few(alike, _OWN_AND_ANOTHER if is_practice else 1)
    yield from sorted(chosen)


def _few(alike: list[str], most: int) -> list[tuple[str, str]]:
    others = len(alike) - most
    if others <= 0:
        return [(ods, ods) for ods in alike]
    *first, last = alike[:most]
    return [*((ods, ods) for ods in first), (last, f"{last} and {others} alike")]


def _kind(ods: str, policies: PolicySet) -> tuple[str, frozenset[str]]:
    party = policies.party_of_organisation.get(ods)
    networks = frozenset(one.network_id for one in policies.networks if ods in one.practices)
    return (party.party_id if party else "", networks)
