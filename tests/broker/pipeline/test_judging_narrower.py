"""Of two judgements the stricter holds, and what both permit is lost by neither."""

from __future__ import annotations

import pytest

from broker.domain.decision import Effect
from tests.support.records import decision, narrowed

CONDITION, BOTH = frozenset({"Condition"}), frozenset({"Condition", "Observation"})
EVERY_TYPE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("earlier", "later", "left"),
    [
        (EVERY_TYPE, EVERY_TYPE, EVERY_TYPE),
        (EVERY_TYPE, BOTH, BOTH),
        (BOTH, EVERY_TYPE, BOTH),
        (BOTH, CONDITION, CONDITION),
        (CONDITION, BOTH, CONDITION),
    ],
)
def test_the_types_of_both_are_left(
    earlier: frozenset[str], later: frozenset[str], left: frozenset[str]
) -> None:
    """No types at all are every type."""
    found = narrowed(decision(resource_types=earlier), decision(resource_types=later))
    assert found.resource_types == left


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("later", [True, False])
def test_a_differing_identity_is_shown_where_both_show_it(*, earlier: bool, later: bool) -> None:
    """A policy that changed meanwhile opens nothing."""
    found = narrowed(decision(differences_shown=earlier), decision(differences_shown=later))
    assert found.differences_shown is (earlier and later)


@pytest.mark.parametrize(("earlier", "later"), [(Effect.DENY, Effect.PERMIT), (Effect.PERMIT, Effect.DENY)])
def test_a_partner_that_either_denies_is_denied(earlier: Effect, later: Effect) -> None:
    """Not only without a category: it is not asked, and its label is that of a denial."""
    found = narrowed(decision(effect=earlier), decision(effect=later))
    assert (found.effect, found.categories) == (Effect.DENY, frozenset())
