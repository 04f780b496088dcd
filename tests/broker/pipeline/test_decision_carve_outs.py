"""A decision not to uphold that leaves something out leaves the objection as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect, Told
from broker.domain.objection import Carveout, Objection, ObjectionState
from broker.pipeline.decision import decide
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.holding import holds_for
from tests.support.policies import judge_usual, shipped_policies, usual_facts

WHOLE = Carveout(
    ground="care-not-possible",
    roles=frozenset({"doctor"}),
    categories=frozenset({Category.PLANS}),
    partners=frozenset({"addenbury"}),
    review_on=dt.date(2027, 1, 1),
)


def _not_upheld(carveout: Carveout) -> Objection:
    return Objection(
        objection_id="one",
        state=ObjectionState.NOT_UPHELD,
        acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        carveout=carveout,
    )


@pytest.mark.parametrize("part", ["roles", "categories", "partners"])
def test_a_decision_without_one_of_its_parts_leaves_the_whole_record_refused(part: str) -> None:
    """For that reason alone at every partner, a practice of somebody else's people among them."""
    judgement = judge_usual(_not_upheld(replace(WHOLE, **{part: frozenset()})))
    assert judgement.effect is Effect.DENY
    assert judgement.told is Told.OBJECTION
    assert {one.reasons[0].rule for one in judgement.decisions} == {"outside-carve-out"}


def test_a_decision_with_all_of_its_parts_opens_what_it_names() -> None:
    """At the one organisation that it names."""
    judgement = judge_usual(_not_upheld(WHOLE))
    opened = {one.partner_id: one.categories for one in judgement.decisions if one.categories}
    assert opened == {"addenbury": frozenset({Category.PLANS})}


def test_a_state_that_nobody_sorted_holds_everything() -> None:
    """Not knowing is a no: nothing of a decision is looked at, however complete it is."""
    policies = shipped_policies()
    unsorted = replace(policies, objections=replace(policies.objections, opens=frozenset()))
    judgement = decide(usual_facts(objections=(_not_upheld(WHOLE),)), unsorted)
    assert judgement.effect is Effect.DENY
    assert {one.reasons[0].rule for one in judgement.decisions} == {"state-not-known"}


def test_a_decision_opens_nothing_to_somebody_of_no_role() -> None:
    """No role is not a role that every decision names."""
    facts = usual_facts(objections=(_not_upheld(WHOLE),))
    [hold] = holds_for(facts, frozenset(), shipped_policies(), Today.at(facts.now))
    assert hold.holds_all
