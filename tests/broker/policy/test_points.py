"""Around which usual case two revisions are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.identity import Restriction
from broker.policy.granting import GivenGrant
from broker.policy.points import space_of
from tests.support.policies import shipped_policies, usual_situation


@pytest.mark.parametrize(
    "said",
    [
        {"restriction": Restriction.RESTRICTED},
        {"died": "1990-01-01"},
        {"scopes": frozenset({"patient/AllergyIntolerance.read"})},
        {"not_live": frozenset({"addenbury"})},
        {"grant": GivenGrant(ground="risk-to-life")},
    ],
)
def test_what_is_usual_of_the_person_or_the_token_changes_no_comparison(said: dict[str, Any]) -> None:
    """A usual case that would refuse or narrow every request is compared as one of a plain person."""
    policies, usual = shipped_policies(), usual_situation()
    assert space_of(policies, policies, replace(usual, **said)) == space_of(policies, policies, usual)
