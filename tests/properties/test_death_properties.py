"""What a person objected to outlives them, and direct care ends a set number of days after their death."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Facts, Judgement
from broker.pipeline.decision import decide
from tests.properties.test_decision_properties import POLICIES, likely

DAYS = POLICIES.care_ends_days_after_death


def shown(judgement: Judgement) -> dict[str, frozenset[Category]]:
    """What each partner may be asked for."""
    return {decision.partner_id: decision.categories for decision in judgement.decisions}


def dead(facts: Facts, days_ago: int) -> Facts:
    """The same, of somebody who died so many days ago and whom the index has named."""
    died = facts.now.date() - dt.timedelta(days=days_ago)
    return replace(facts, deceased_on=died.isoformat())


def test_care_ends_twenty_eight_days_after_a_death() -> None:
    """As the policies that ship have it."""
    assert DAYS == 28


@given(likely, st.integers(0, DAYS - 2))
def test_death_changes_nothing_in_what_an_objection_binds(alive: Facts, days_ago: int) -> None:
    """While care may still be given, the same is open and the same is held back as before it."""
    assert shown(decide(dead(alive, days_ago), POLICIES)) == shown(decide(alive, POLICIES))


@given(likely, st.integers(DAYS + 2, 40_000))
def test_nothing_is_open_once_care_has_ended(alive: Facts, days_ago: int) -> None:
    """With an objection and without one."""
    assert not any(shown(decide(dead(alive, days_ago), POLICIES)).values())


@given(likely, st.text(max_size=10))
def test_a_day_of_death_of_any_shape_opens_nothing(alive: Facts, died: str) -> None:
    """Whatever the index says there, no more is open than of the living."""
    before = shown(decide(alive, POLICIES))
    after = shown(decide(replace(alive, deceased_on=died), POLICIES))
    assert all(after[partner] <= categories for partner, categories in before.items())
