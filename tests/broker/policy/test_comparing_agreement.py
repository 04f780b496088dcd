"""What networks and suspensions open and close between two revisions of the agreement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.policy import PolicySet, Term
from broker.domain.requester import RelationshipGround
from broker.policy.comparing import Comparison, compare
from broker.policy.points import space_of
from broker.policy.situation import partners_of
from tests.support.compared import compared, narrowed, space, with_party
from tests.support.policies import shipped_policies, usual_situation


def _suspending(*spans: Term) -> PolicySet:
    party = shipped_policies().party_of_partner["papermill"]
    return with_party(replace(party, suspended=spans))


def _spans(*days: int) -> tuple[dt.date, ...]:
    return tuple(usual_situation().day.replace(day=day) for day in days)


def test_a_suspension_closes_its_days_alone() -> None:
    """The day before it and the day that it ends on are in the space, and stay open."""
    first, last = _spans(10, 20)
    new = _suspending(Term(start=first, end=last))
    found = compared(new, "role", "day")
    assert {change.where["day"] for change in found.closed if change.partner_id == "papermill"} == {
        ("2026-11-10", "2026-11-19")
    }
    days = {words["day"] for words, _ in space(new, "day").points()}
    assert {"2026-11-09", "2026-11-20"} <= days
    assert not found.opens


@pytest.mark.parametrize(
    ("shorter", "opened"),
    [((), {"2026-11-10", "2026-11-19"}), ((15,), {"2026-11-15", "2026-11-19"})],
    ids=["removed", "shortened"],
)
def test_a_suspension_that_is_removed_or_shortened_is_an_opening(
    shorter: tuple[int, ...], opened: set[str]
) -> None:
    """For whom it closed, as a source and as a viewer, on the days that it no longer covers."""
    first, last = _spans(10, 20)
    old = _suspending(Term(start=first, end=last))
    new = _suspending(*(Term(start=first, end=end) for end in _spans(*shorter)))
    every = space_of(old, new, replace(usual_situation(), organisation="RX902"))
    found = compare(old, new, narrowed(every, "role", "day"), partners_of(old))
    assert {day for change in found.opened for day in change.where["day"]} == opened
    assert "addenbury" in {change.partner_id for change in found.opened}
    assert not found.closed


def _networked(practices: set[str], *grounds: RelationshipGround) -> PolicySet:
    policies = shipped_policies()
    network = replace(policies.networks[0], practices=frozenset(practices), relationships=frozenset(grounds))
    return replace(policies, networks=(network,))


def _met(old: PolicySet, new: PolicySet) -> Comparison:
    """Every role, practice and relationship, each practice asking about the other's patients."""
    every = space_of(old, new, usual_situation())
    asked = narrowed(every, "organisation", "practice", "relationship", "role")
    return compare(old, new, asked, partners_of(old))


def test_a_practice_that_joins_a_network_is_an_opening() -> None:
    """It sees the other's patients and the other sees its own, each by the relationship of the network."""
    found = _met(
        _networked({"D99001", "D99009"}, RelationshipGround.BOOKING),
        _networked({"D99001", "D99002", "D99009"}, RelationshipGround.BOOKING),
    )
    assert {
        (change.partner_id, change.where["organisation"], change.where["relationship"])
        for change in found.opened
    } == {
        ("castle-hill-practice", ("D99001",), ("booking",)),
        ("fen-edge-practice", ("D99002",), ("booking",)),
        ("fen-edge-documents", ("D99002",), ("booking",)),
    }
    assert not found.closed


def test_a_relationship_that_a_network_gains_is_an_opening() -> None:
    """By that relationship alone, between its practices alone."""
    practices = {"D99001", "D99002"}
    found = _met(
        _networked(practices, RelationshipGround.BOOKING),
        _networked(practices, RelationshipGround.BOOKING, RelationshipGround.REFERRAL),
    )
    assert {change.where["relationship"] for change in found.opened} == {("referral",)}
    assert {change.where["organisation"] for change in found.opened} == {("D99001",), ("D99002",)}
    assert not found.closed
