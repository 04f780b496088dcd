"""Who may hear that nobody was found: only who would hear of an objection and of a restriction."""

from __future__ import annotations

import pytest

from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import may_hear_of_absence
from tests.support.broken_rules import with_broken
from tests.support.policies import shipped_policies, usual_facts


@pytest.mark.parametrize(
    ("roles", "relationship", "hears"),
    [
        (("doctor",), RelationshipGround.BOOKING, True),
        (("social-worker",), RelationshipGround.REFERRAL, True),
        (("receptionist",), RelationshipGround.BOOKING, False),
        (("doctor", "receptionist"), RelationshipGround.BOOKING, False),
        (("doctor",), RelationshipGround.SELF_CLAIMED, False),
        (("astronaut",), RelationshipGround.BOOKING, False),
        ((), RelationshipGround.BOOKING, False),
    ],
)
def test_who_may_hear_that_nobody_was_found(
    roles: tuple[str, ...], relationship: RelationshipGround, *, hears: bool
) -> None:
    """By role and relationship, as policy tells of objections and of protected people."""
    facts = usual_facts(roles=roles, relationship=relationship)
    assert may_hear_of_absence(facts, shipped_policies()) is hears


def test_where_the_rules_are_in_error_nobody_hears_that_nobody_was_found() -> None:
    """What would be told of an objection cannot be known, and so nothing is told."""
    assert may_hear_of_absence(usual_facts(), with_broken(shipped_policies(), "disclosure")) is False
