"""Organisations that are judged alike are compared once, however many signed."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.policy import PolicySet
from broker.policy.comparing import compare
from broker.policy.points import space_of
from broker.policy.points_of_organisations import organisations_of, practices_of
from broker.policy.situation import partners_of
from tests.support.compared import narrowed
from tests.support.compared import with_party as with_one_party
from tests.support.policies import shipped_policies, usual_situation

MANY = tuple(f"D99{number}" for number in range(100, 187))


def _with_many(networked: frozenset[str]) -> PolicySet:
    """One party of 89 practices, of which some stand in the network of the others."""
    party = shipped_policies().party_of_partner["fen-edge-practice"]
    policies = with_one_party(replace(party, organisations=party.organisations | {*MANY}))
    everybody = {ods: party for party in policies.parties for ods in party.organisations}
    network = replace(policies.networks[0], practices=policies.networks[0].practices | networked)
    return replace(policies, party_of_organisation=everybody, networks=(network,))


def test_practices_of_one_party_and_network_are_compared_as_two() -> None:
    """Their own records are one question, each other's another; the word says how many are alike."""
    policies = _with_many(frozenset(MANY))
    found = practices_of((policies, policies))
    assert [ods for ods, _ in found] == ["D99001", "D99002", "D99100"]
    assert dict(found)["D99100"] == "D99100 and 86 alike"
    assert (
        len(organisations_of((policies, policies)))
        == len(organisations_of((shipped_policies(), shipped_policies()))) + 1
    )


def test_a_space_of_many_practices_is_no_larger_than_of_a_few() -> None:
    """So that an agreement of a whole county is compared within its time."""
    policies, few = _with_many(frozenset(MANY)), shipped_policies()
    many_requests = space_of(policies, policies, usual_situation()).size
    few_requests = space_of(few, few, usual_situation()).size
    assert many_requests < few_requests * 2


def test_one_practice_of_many_that_joins_a_network_is_an_opening() -> None:
    """It is of another kind than its neighbours then, and so is compared on its own."""
    old, new = _with_many(frozenset(MANY[1:])), _with_many(frozenset(MANY))
    every = space_of(old, new, usual_situation())
    found = compare(
        old, new, narrowed(every, "organisation", "practice", "relationship", "role"), partners_of(old)
    )
    opened = {word for change in found.opened for words in change.where.values() for word in words}
    assert found.opens
    assert MANY[0] in opened
    assert not found.closed
