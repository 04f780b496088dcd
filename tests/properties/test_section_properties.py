"""What a section says under any outcomes, policies and orders of answering."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Decision, Naming, Withhold
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.domain.resource import Resource
from broker.domain.view import SectionKind, SectionState
from broker.pipeline.judging import stricter
from broker.pipeline.merging.completeness import completeness_lines
from broker.pipeline.merging.sections import section_states
from tests.support.records import ALL, decision, finished, item, judgement, readable, registration
from tests.support.standings import standing

WANTED = frozenset({Category.ALLERGIES, Category.RESULTS})
NAMES = ("addenbury", "harbour", "papermill")
_LABELS = st.fixed_dictionaries({name: st.sampled_from(list(OutcomeLabel)) for name in NAMES})
_CHANGES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.sampled_from([ALL, ALL - {Category.ALLERGIES}, frozenset[Category]()]),
        "naming": st.sampled_from(list(Naming)),
        "withholds": st.sampled_from([(), (Withhold(categories=frozenset({Category.RESULTS})),)]),
        "resource_types": st.sampled_from([frozenset[str](), frozenset({"Observation"})]),
        "locationless": st.booleans(),
    },
)
_RULINGS = st.fixed_dictionaries(dict.fromkeys(NAMES, _CHANGES))
_HELD = st.frozensets(st.sampled_from(NAMES))


def ruled(changes: dict[str, dict[str, Any]]) -> tuple[Decision, ...]:
    """One decision for each partner."""
    return tuple(decision(name, **change) for name, change in changes.items())


def allergy_of(name: str) -> tuple[Resource, ...]:
    """One that this partner holds."""
    return readable([item("AllergyIntolerance", "1", code={"text": "Penicillin"})], name)[1:]


def sections(
    labels: dict[str, OutcomeLabel], decisions: tuple[Decision, ...], *items: Resource
) -> tuple[SectionState, ...]:
    """What is said of each section."""
    outcomes = {name: PartnerOutcome(partner_id=name, label=label) for name, label in labels.items()}
    registrations = [registration(name) for name in labels]
    lines = completeness_lines(registrations, decisions, outcomes, "RX901")
    return finished(section_states(items, standing(registrations, decisions, outcomes, WANTED, lines)))


def negatives(states: tuple[SectionState, ...]) -> set[Category]:
    """The sections of which nothing is said to be recorded."""
    return {one.category for one in states if one.none_recorded}


@given(_LABELS, _RULINGS, _RULINGS)
@settings(max_examples=60)
def test_a_stricter_policy_never_makes_a_negative(
    labels: dict[str, OutcomeLabel], some: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]
) -> None:
    """What may be called none recorded under both judgements could be under each alone."""
    earlier, later = judgement(*ruled(some)), judgement(*ruled(more))
    narrowed = negatives(sections(labels, stricter(earlier, later).decisions))
    assert narrowed <= negatives(sections(labels, earlier.decisions))
    assert narrowed <= negatives(sections(labels, later.decisions))


@given(_LABELS, _RULINGS, st.sampled_from([one for one in OutcomeLabel if not one.answered_fully]))
@settings(max_examples=60)
def test_a_partner_that_fails_takes_every_negative_away(
    labels: dict[str, OutcomeLabel], changes: dict[str, dict[str, Any]], label: OutcomeLabel
) -> None:
    """It might hold anything that it supplies."""
    added = (*ruled(changes), decision("ousebank"))
    assert negatives(sections({**labels, "ousebank": label}, added)) == set()


@given(_LABELS, _RULINGS, _HELD, st.permutations(NAMES))
@settings(max_examples=60)
def test_the_order_of_partners_changes_nothing_but_the_order_of_holders(
    labels: dict[str, OutcomeLabel],
    changes: dict[str, dict[str, Any]],
    held: frozenset[str],
    order: list[str],
) -> None:
    """The same words, counts and holders."""
    items = [one for name in NAMES if name in held for one in allergy_of(name)]
    turned = {name: labels[name] for name in order}, ruled({name: changes[name] for name in order})

    def sorted_holders(states: tuple[SectionState, ...]) -> list[SectionState]:
        return [replace(one, holders=tuple(sorted(one.holders, key=repr))) for one in states]

    asked = sections(labels, ruled(changes), *items)
    assert sorted_holders(asked) == sorted_holders(sections(*turned, *reversed(items)))


@given(_LABELS, _RULINGS, _HELD)
@settings(max_examples=60)
def test_a_section_says_exactly_what_is_shown_of_it(
    labels: dict[str, OutcomeLabel], changes: dict[str, dict[str, Any]], held: frozenset[str]
) -> None:
    """Shown is shown, and its holders' counts are of what is shown alone."""
    items = [one for name in held for one in allergy_of(name)]
    for state in sections(labels, ruled(changes), *items):
        there = len(items) if state.category is Category.ALLERGIES else 0
        assert (state.shown, state.state is SectionKind.SHOWN) == (there, there > 0)
        assert sum(one.shown for one in state.holders) <= there
