from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.category import Category
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, Told
from broker.domain.policy import ToldFirst
from broker.objections.grounds import refuse_beyond
from broker.objections.illegal import IllegalStep
from broker.objections.rulings import Ruling
from tests.support.policies import shipped_policies
from tests.support.speakers import GUARDIAN, HANDLER
from tests.support.stores import NOON

GROUNDS = shipped_policies().objections.grounds
TODAY = NOON.date()
TOLD = Told(on=TODAY)
FITTING = Ruling(
    state=ObjectionState.NOT_UPHELD,
    by=Actor(role="Safeguarding Lead", name="Imaginary Yew"),
    ground="safeguarding",
    roles=frozenset({"doctor", "social-worker"}),
    categories=frozenset({Category.ALERTS, Category.PLANS}),
    partners=frozenset({"acute"}),
    review_on=TODAY + dt.timedelta(days=90),
    told=TOLD,
)


@pytest.mark.parametrize("state", [ObjectionState.NOT_UPHELD, ObjectionState.PARTLY_UPHELD])
def test_a_decision_within_its_ground_is_taken(state: ObjectionState) -> None:
    """Told on a day, or not told because it would harm."""
    for told in (TOLD, Told(not_because="The child would be sent away.")):
        refuse_beyond(replace(FITTING, state=state, told=told), GROUNDS, at=NOON)
    assert GROUNDS["safeguarding"].told_first is ToldFirst.UNLESS_HARM


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ground": "convenience"}, "care-not-possible, public-interest, risk-of-harm, safeguarding"),
        ({"by": HANDLER}, "decides: caldicott-guardian, safeguarding-lead"),
        ({"roles": frozenset({"doctor", "receptionist"})}, "not receptionist"),
        ({"roles": frozenset()}, "every role that stays open is named"),
        ({"categories": frozenset({Category.RESULTS})}, "not results"),
        ({"categories": frozenset()}, "every category that stays open is named"),
        ({"partners": frozenset()}, "Name the partners"),
        ({"review_on": TODAY + dt.timedelta(days=91)}, "reviewed by 2027-02-20"),
        ({"review_on": None}, "reviewed by"),
        ({"told": None}, "told first, unless"),
        ({"told": Told(not_because=" ")}, "told first, unless"),
        ({"told": Told(on=TODAY + dt.timedelta(days=1))}, "before it takes effect"),
        ({"told": Told(on=TODAY, not_because="It would harm.")}, "not both"),
        ({"ground": "public-interest"}, "decides: caldicott-guardian"),
    ],
)
def test_what_goes_beyond_its_ground_is_refused_with_what_is_allowed(
    change: dict[str, object], words: str
) -> None:
    """Not cut: whoever decided would believe that more is open than is."""
    ruling = replace(FITTING, **change)  # type: ignore[arg-type] # by name
    with pytest.raises(IllegalStep, match=words):
        refuse_beyond(ruling, GROUNDS, at=NOON)


def test_who_must_always_be_told_is_told() -> None:
    """Harm is no reason on the ground that care is not possible."""
    ruling = replace(FITTING, by=GUARDIAN, ground="care-not-possible", roles=frozenset({"doctor"}))
    with pytest.raises(IllegalStep, match="Say on which day"):
        refuse_beyond(replace(ruling, told=Told(not_because="It would harm.")), GROUNDS, at=NOON)
    refuse_beyond(ruling, GROUNDS, at=NOON)
    assert GROUNDS["care-not-possible"].told_first is ToldFirst.ALWAYS


def test_to_uphold_needs_no_ground() -> None:
    """Nothing is opened."""
    refuse_beyond(Ruling(state=ObjectionState.UPHELD, by=HANDLER), {}, at=NOON)
    with pytest.raises(IllegalStep):
        refuse_beyond(FITTING, {}, at=NOON)
