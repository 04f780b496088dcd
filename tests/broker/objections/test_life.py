from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState, Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake, ObjectionEvent
from broker.objections import life
from broker.objections.illegal import IllegalStep
from broker.objections.life import Check
from broker.objections.rulings import Ruling
from tests.support.stores import ADA, NOON, TAKEN_BACK, TWO_IDENTIFIERS

GUARDIAN = Actor(role="Caldicott Guardian", name="Imaginary Ash")
LATER = NOON + dt.timedelta(hours=1)
INTAKE = Intake(
    channel=Channel.FORM,
    received_at=NOON,
    identity_check=IdentityCheck.DOCUMENTS,
    consequences_explained=True,
    identifiers=TWO_IDENTIFIERS,
)
NOT_UPHELD = Ruling(
    state=ObjectionState.NOT_UPHELD,
    by=GUARDIAN,
    ground="safeguarding",
    roles=frozenset({"safeguarding-lead"}),
    review_on=dt.date(2027, 3, 1),
)


def receive(
    *, intake: Intake = INTAKE, scope: Scope | None = None, numbers: frozenset[NhsNumber] = frozenset({ADA})
) -> ObjectionEvent:
    """A first step."""
    return life.receive("ob-1", numbers=numbers, intake=intake, by=GUARDIAN, scope=scope or Scope(), at=LATER)


def in_state(state: ObjectionState) -> ObjectionEvent:
    """An objection that got there by legal steps."""
    event = receive()
    if state is ObjectionState.RECEIVED:
        return event
    if state is ObjectionState.WITHDRAWN:
        return life.withdraw(event, TAKEN_BACK, by=GUARDIAN, at=LATER)
    event = life.begin_review(event, by=GUARDIAN, at=LATER)
    if state is ObjectionState.UNDER_REVIEW:
        return event
    ruling = replace(NOT_UPHELD, state=state)
    if state is ObjectionState.UPHELD:
        ruling = Ruling(state=state, by=GUARDIAN)
    return life.decide(event, ruling, at=LATER)


def step_to(event: ObjectionEvent, state: ObjectionState) -> ObjectionEvent:
    """The command that leads to `state`."""
    if state is ObjectionState.UNDER_REVIEW:
        return life.begin_review(event, by=GUARDIAN, at=LATER)
    if state is ObjectionState.WITHDRAWN:
        return life.withdraw(event, TAKEN_BACK, by=GUARDIAN, at=LATER)
    ruling = (
        Ruling(state=state, by=GUARDIAN)
        if state is ObjectionState.UPHELD
        else replace(NOT_UPHELD, state=state)
    )
    return life.decide(event, ruling, at=LATER)


DECIDED = {ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD, ObjectionState.NOT_UPHELD}
LEGAL = {
    (ObjectionState.RECEIVED, ObjectionState.UNDER_REVIEW),
    *((ObjectionState.UNDER_REVIEW, decided) for decided in DECIDED),
    *((decided, ObjectionState.UNDER_REVIEW) for decided in DECIDED),
    *((state, ObjectionState.WITHDRAWN) for state in ObjectionState if state is not ObjectionState.WITHDRAWN),
}


@pytest.mark.parametrize("now", list(ObjectionState))
@pytest.mark.parametrize(
    "wanted", [state for state in ObjectionState if state is not ObjectionState.RECEIVED]
)
def test_exactly_the_legal_steps_can_be_taken(now: ObjectionState, wanted: ObjectionState) -> None:
    """Every state against every step; a refusal is a sentence."""
    event = in_state(now)
    if (now, wanted) in LEGAL:
        after = step_to(event, wanted)
        assert (after.objection.state, after.step) == (wanted, event.step + 1)
    else:
        with pytest.raises(IllegalStep, match=r"This objection is .*\."):
            step_to(event, wanted)


def test_it_is_acknowledged_when_it_is_recorded_not_when_it_was_received() -> None:
    """Both times are kept."""
    event = receive()
    assert (event.intake.received_at, event.objection.acknowledged_at) == (NOON, LATER)


def test_an_unchecked_identity_holds_provisionally_until_it_is_checked() -> None:
    """The objection is the same otherwise, and the check is kept."""
    event = receive(intake=replace(INTAKE, identity_check=IdentityCheck.NONE))
    assert not event.objection.verified
    check = Check(identity_check=IdentityCheck.QUESTIONS, identifiers=TWO_IDENTIFIERS)
    checked = life.verify(event, check, by=GUARDIAN, at=LATER)
    assert checked.objection == replace(event.objection, verified=True)
    assert checked.intake.identity_check is IdentityCheck.QUESTIONS
    with pytest.raises(IllegalStep, match="already verified"):
        life.verify(checked, check, by=GUARDIAN, at=LATER)
    with pytest.raises(IllegalStep, match="how the identity"):
        life.verify(event, replace(check, identity_check=IdentityCheck.NONE), by=GUARDIAN, at=LATER)


def test_what_is_not_upheld_is_open_for_named_roles_until_a_day() -> None:
    """And everything that the ruling named is in the objection."""
    carveout = in_state(ObjectionState.NOT_UPHELD).objection.carveout
    assert carveout is not None
    assert (carveout.ground, carveout.roles) == ("safeguarding", frozenset({"safeguarding-lead"}))
    assert carveout.review_on == dt.date(2027, 3, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ground": " "}, "ground"),
        ({"roles": frozenset()}, "roles"),
        ({"review_on": None}, "day"),
        ({"review_on": NOON.date()}, "after today"),
        ({"by": Actor(role="", name="A. Ash")}, "named person in a role"),
        ({"by": Actor(role="Guardian", name=" ")}, "named person in a role"),
        ({"state": ObjectionState.UPHELD}, "leaves nothing open"),
        ({"state": ObjectionState.WITHDRAWN}, "A review ends in"),
    ],
)
def test_a_ruling_that_leaves_something_unsaid_is_refused(change: dict[str, object], words: str) -> None:
    """Ground, roles, a day of review and who decided are all needed."""
    event = in_state(ObjectionState.UNDER_REVIEW)
    with pytest.raises(IllegalStep, match=words):
        life.decide(event, replace(NOT_UPHELD, **change), at=LATER)  # type: ignore[arg-type] # by name


def test_a_new_review_closes_what_a_decision_had_opened() -> None:
    """Under review binds."""
    event = life.begin_review(in_state(ObjectionState.NOT_UPHELD), by=GUARDIAN, at=LATER)
    assert event.objection.carveout is None


@pytest.mark.parametrize(
    "scope",
    [
        Scope(period_start="2016"),
        Scope(period_end="tomorrow"),
        Scope(period_start="2026-02-02", period_end="2026-02-02"),
    ],
)
def test_a_period_that_covers_nothing_is_refused(scope: Scope) -> None:
    """It would look like protection."""
    with pytest.raises(IllegalStep):
        receive(scope=scope)


def test_an_objection_without_a_number_or_from_the_future_is_refused() -> None:
    """Nothing could be found under it; no one could have sent it."""
    with pytest.raises(IllegalStep, match="NHS number"):
        receive(numbers=frozenset())
    with pytest.raises(IllegalStep, match="future"):
        receive(intake=replace(INTAKE, received_at=LATER + dt.timedelta(seconds=1)))


def test_no_repr_names_anybody() -> None:
    """Neither staff nor patient reaches a log or a traceback."""
    shown = repr(receive())
    assert "Ash" not in shown
    assert ADA.digits not in shown
