"""When the index's own Patient is shown whole: where some partner's would be, and nobody objected to that."""

from __future__ import annotations

import datetime as dt

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Reason, Withhold
from broker.domain.objection import Objection, ObjectionSnapshot, ObjectionState, Scope
from broker.pipeline.judging import demographics_open, is_about_the_request
from tests.support.records import decision, judgement

WHO = frozenset({Category.DEMOGRAPHICS})
RESULTS = frozenset({Category.RESULTS})
PART = frozenset({("system", "value")})
OPEN = decision(categories=WHO | RESULTS)
DENIED = decision(effect=Effect.DENY, categories=frozenset(), locationless=True)
NOBODY = ObjectionSnapshot(version=0)


def objected(state: ObjectionState, *categories: Category) -> ObjectionSnapshot:
    """One objection to these categories."""
    one = Objection(
        objection_id="one",
        state=state,
        scope=Scope(categories=frozenset(categories)),
        acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    return ObjectionSnapshot(version=1, objections=(one,))


@pytest.mark.parametrize(
    ("decisions", "is_open"),
    [
        ((OPEN,), True),
        ((), False),
        ((DENIED,), False),
        ((OPEN, DENIED), True),
        ((decision(categories=RESULTS),), False),
        ((OPEN, decision(categories=RESULTS)), True),
        ((OPEN, decision(categories=RESULTS, locationless=True)), False),
        ((decision(categories=WHO, withholds=(Withhold(categories=WHO, items=PART),)),), False),
        ((decision(categories=WHO, withholds=(Withhold(categories=WHO | RESULTS, items=PART),)),), True),
        ((decision(categories=WHO, resource_types=frozenset({"Patient", "Condition"})),), True),
        ((decision(categories=WHO, resource_types=frozenset({"RelatedPerson"})),), False),
    ],
)
def test_the_index_is_shown_where_some_partners_patient_would_be(
    decisions: tuple[Decision, ...], *, is_open: bool
) -> None:
    """And where no partner hides a place, or who the person is."""
    assert demographics_open(judgement(*decisions), NOBODY) is is_open


@pytest.mark.parametrize("state", list(ObjectionState))
def test_an_objection_to_demographics_closes_the_index_whatever_became_of_it(state: ObjectionState) -> None:
    """But for one that was withdrawn."""
    is_open = demographics_open(judgement(OPEN), objected(state, Category.DEMOGRAPHICS, Category.RESULTS))
    assert is_open is (state is ObjectionState.WITHDRAWN)


def test_an_objection_to_something_else_leaves_the_index_open() -> None:
    """Each partner's own decision holds that back."""
    assert demographics_open(judgement(OPEN), objected(ObjectionState.UPHELD, Category.RESULTS)) is True


@pytest.mark.parametrize(
    ("effect", "rule", "about"),
    [
        (Effect.DENY, ("purposes", "HRESCH"), True),
        (Effect.DENY, ("decision", "no-permit"), False),
        (Effect.PERMIT, ("roles", "doctor"), False),
    ],
)
def test_a_refusal_is_about_the_request_unless_no_partner_was_left(
    effect: Effect, rule: tuple[str, str], *, about: bool
) -> None:
    """By who asks and why; a permit is no refusal."""
    topic, word = rule
    reason = Reason(topic=topic, rule=word, effect=effect)
    assert is_about_the_request(judgement(effect=effect, reasons=(reason,))) is about
