"""Whom to ask for what: every registered partner is asked or not asked, never neither, never both."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.criteria import WHOLE, Criteria
from broker.domain.decision import Decision, Effect, Reason
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction, LocalIdentity, RecordQuery
from broker.pipeline.planning import Asking, Plan, plan
from tests.support.clocks import START
from tests.support.pipeline_alone import DOCTOR
from tests.support.records import ALL, NUMBER, decision, judgement, person, registration

RESULTS = frozenset({Category.RESULTS})


def planned(
    *decisions: Decision,
    types: frozenset[str] = frozenset(),
    supplies: frozenset[Category] = ALL,
    criteria: Criteria = WHOLE,
    **changes: Any,
) -> Plan:
    """A plan for a partner each of these decisions."""
    query = RecordQuery(
        interaction=Interaction.EVERYTHING, number=NUMBER, resource_types=types, criteria=criteria
    )
    given: dict[str, Any] = {
        "patient": person(),
        "asking": Asking(requester=DOCTOR, correlation_id="request-0001", asked_at=START),
        "registrations": [registration(one.partner_id, supplies=supplies) for one in decisions],
        "known": {},
    }
    return plan(query, judgement(*decisions), **{**given, **changes})


def why_not(made: Plan) -> Cause:
    """The cause of the one partner that is not asked."""
    [outcome] = made.not_asked
    assert (made.asks, outcome.label) == ((), OutcomeLabel.NOT_ASKED)
    return outcome.cause


def denied(topic: str) -> Decision:
    """A denial by a rule of some topic."""
    return decision(categories=frozenset(), reasons=(Reason(topic=topic, rule="r", effect=Effect.DENY),))


def test_every_partner_is_on_exactly_one_side() -> None:
    """Whatever is decided of each, over every combination of eight decisions."""
    kinds = [
        {"categories": ALL},
        {"categories": RESULTS},
        {"categories": frozenset()},
        {"in_scope": False},
        {"resource_types": frozenset({"Condition"})},
    ]
    for combination in itertools.product(kinds, repeat=3):
        decisions = [decision(f"partner-{place}", **kind) for place, kind in enumerate(combination)]
        made = planned(*decisions, types=frozenset({"DiagnosticReport"}))
        asked = {ask.partner_id for ask in made.asks}
        not_asked = {outcome.partner_id for outcome in made.not_asked}
        assert asked | not_asked == {one.partner_id for one in decisions}
        assert not asked & not_asked


def test_a_partner_that_nobody_decided_on_is_not_asked() -> None:
    """Not knowing is a no."""
    made = planned(registrations=[registration("stranger")])
    assert why_not(made) is Cause.POLICY


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (denied("roles"), Cause.POLICY),
        (denied("objections"), Cause.OBJECTION),
        (decision(categories=frozenset()), Cause.POLICY),
        (decision(in_scope=False), Cause.NOT_A_HOLDER),
    ],
)
def test_a_partner_that_is_not_asked_has_the_exact_reason_on_file(given: Decision, cause: Cause) -> None:
    """What the caller reads of it is another matter."""
    assert why_not(planned(given)) is cause


def test_only_what_is_wanted_and_permitted_is_asked_for() -> None:
    """The categories of the question that the decision permits."""
    [ask] = planned(decision(categories=ALL), types=frozenset({"DiagnosticReport"})).asks
    assert (ask.categories, ask.resource_types) == (RESULTS, {"DiagnosticReport"})


def test_a_partner_that_holds_nothing_of_what_is_permitted_is_not_asked() -> None:
    """Nobody is asked without reason, also where it holds something else that was wanted."""
    medicines = frozenset({Category.MEDICINES})
    assert why_not(planned(decision(categories=RESULTS), supplies=medicines)) is Cause.NOT_A_HOLDER
    assert (
        why_not(planned(decision(), types=frozenset({"DiagnosticReport"}), supplies=medicines))
        is Cause.NOT_A_HOLDER
    )


def test_scopes_narrow_what_is_asked_for() -> None:
    """To the types that both name; a question outside them is not asked."""
    narrowed = decision(resource_types=frozenset({"Condition", "Observation"}))
    [ask] = planned(narrowed, types=frozenset({"Condition", "Procedure"})).asks
    assert ask.resource_types == {"Condition"}
    [whole] = planned(narrowed).asks
    assert whole.resource_types == {"Condition", "Observation"}
    assert why_not(planned(narrowed, types=frozenset({"Procedure"}))) is Cause.POLICY


def test_an_ask_carries_the_limits_and_the_id_of_its_own_partner_alone() -> None:
    """A connector may know of no other."""
    local = LocalIdentity(local_id="p1", patient=b"{}")
    made = planned(decision("alder"), decision("beech"), known={"beech": local})
    assert [(ask.partner_id, ask.local) for ask in made.asks] == [("alder", None), ("beech", local)]
    shipped = registration().limits
    assert {(ask.limits.entries_max, ask.limits.pages_max) for ask in made.asks} == {
        (shipped.entries_max, shipped.pages_max)
    }


INCLUDING = Criteria(included_types=frozenset({"Encounter", "Practitioner"}))


def test_what_may_come_along_is_asked_for_beside_what_is_searched() -> None:
    """Its type and category too; who and where come by themselves and are never asked for."""
    made = planned(decision(), types=frozenset({"Condition"}), criteria=INCLUDING)
    [ask] = made.asks
    assert ask.resource_types == {"Condition", "Encounter"}
    assert ask.categories == {Category.PROBLEMS, Category.CONTACTS}


@pytest.mark.parametrize(
    "closed",
    [
        {"categories": frozenset({Category.CONTACTS})},
        {"resource_types": frozenset({"Encounter"})},
    ],
)
def test_nobody_is_asked_for_what_comes_along_alone(closed: dict[str, Any]) -> None:
    """Where what is searched is closed, there is nothing for it to come along with."""
    made = planned(decision(**closed), types=frozenset({"Condition"}), criteria=INCLUDING)
    assert why_not(made) is Cause.POLICY
