"""What holds of a compiled decision whatever was judged by it before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.decision import Facts
from broker.domain.objection import ObjectionSnapshot
from broker.pipeline.decision import decide
from broker.pipeline.decision.compiled import CompiledDecision
from tests.properties.test_decision_properties import POLICIES, facts, likely

NOTHING_WAS_SAID = ObjectionSnapshot(version=0)
either = facts | likely
kept = either.map(lambda one: replace(one, objections=NOTHING_WAS_SAID, deceased_on=None))


@settings(max_examples=300)
@given(st.lists(either | kept, min_size=1, max_size=4))
def test_a_compiled_decision_is_the_plain_one_whatever_it_has_judged_before(several: list[Facts]) -> None:
    """In any order, and again."""
    decision = CompiledDecision(POLICIES, several[0].partners)
    for one in (*several, *several):
        asked = replace(one, partners=decision.partners)
        assert decision(asked) == decide(asked, POLICIES)
