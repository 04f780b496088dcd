from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.objection import ObjectionState
from broker.domain.objection_life import IdentityCheck, ObjectionEvent
from broker.objections import due, life, noting
from broker.objections.birthdays import birthday, latest_birthday
from broker.objections.due import What, due_by
from broker.objections.rulings import Ruling
from tests.support.speakers import (
    ASSESSOR,
    BORN,
    GUARDIAN,
    HANDLER,
    LATER,
    intake_of,
    parent,
    received_by,
    taken_back_by,
)
from tests.support.stores import ADA, BEN, NOON

TODAY = NOON.date()
THIRTEENTH, SIXTEENTH = dt.date(2028, 3, 9), dt.date(2031, 3, 9)


def upheld(event: ObjectionEvent, at: dt.datetime) -> ObjectionEvent:
    """The Guardian has looked at it and lets it stand."""
    under_review = life.begin_review(event, by=GUARDIAN, at=at)
    return life.decide(under_review, Ruling(state=ObjectionState.UPHELD, by=GUARDIAN), at=at)


def whats(event: ObjectionEvent, day: dt.date = TODAY) -> list[What]:
    """The words of what is due."""
    return [one.what for one in due_by(event, day)]


def test_a_plain_verified_objection_is_not_due() -> None:
    """Not in a hundred years."""
    assert due_by(received_by(intake_of()), dt.date(2126, 1, 1)) == ()


def test_a_provisional_objection_is_due_the_same_day_until_it_is_verified() -> None:
    """And says whether the person was told of it."""
    event = received_by(intake_of(identity_check=IdentityCheck.NONE))
    (found,) = due_by(event, TODAY)
    assert (found.what, found.on, found.since) == (What.IDENTITY, TODAY, NOON)
    assert due.UNCONFIRMED in found.why
    (found,) = due_by(noting.confirm(event, by_letter=True, by=HANDLER, at=LATER), TODAY)
    assert due.UNCONFIRMED not in found.why


@pytest.mark.parametrize("day", [THIRTEENTH, SIXTEENTH])
def test_a_parents_objection_is_due_on_the_childs_birthdays(day: dt.date) -> None:
    """A review that ended the day before does not count; one that ended on the day does."""
    event = received_by(intake_of(parent(), born=BORN))
    assert whats(event, THIRTEENTH - dt.timedelta(days=1)) == []
    assert whats(event, day)[-1] is What.BIRTHDAY
    at = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    assert whats(upheld(event, at - dt.timedelta(days=1)), day) == [What.BIRTHDAY]
    assert whats(upheld(event, at), day) == []


def test_a_parents_objection_for_a_child_who_is_thirteen_already_is_due_at_once() -> None:
    """Nobody has asked the child."""
    (found,) = due_by(received_by(intake_of(parent(), born="2012-05")), TODAY)
    assert (found.what, found.on) == (What.BIRTHDAY, TODAY)


def test_a_parents_objection_without_a_birth_date_is_due_until_the_index_was_asked() -> None:
    """Not knowing the age is no reason to let it pass; then the birthdays count."""
    event = received_by(intake_of(parent()))
    assert whats(event) == [What.BIRTH_DATE]
    assert whats(noting.note_born(event, BORN, by=HANDLER, at=LATER)) == []


def test_a_young_persons_own_objection_is_due_until_somebody_found_them_competent_or_decided() -> None:
    """From sixteen on nobody is asked for it."""
    event = received_by(intake_of(born=BORN))
    assert whats(event) == [What.COMPETENCE]
    assert whats(upheld(event, LATER)) == []
    assert whats(received_by(intake_of(born=BORN, competence=ASSESSOR))) == []
    assert whats(received_by(intake_of(born="2010-11-22"))) == []
    assert whats(received_by(intake_of(born="2010-11"))) == [What.COMPETENCE]


def test_a_dispute_is_due_until_the_guardian_has_decided() -> None:
    """From the day on which it was noted."""
    event = received_by(intake_of(parent("Imaginary Elder"), born=BORN))
    disputed = life.dispute(event, parent("Imaginary Alder"), by=HANDLER, at=LATER)
    assert [(one.what, one.since) for one in due_by(disputed, TODAY)] == [(What.DISPUTE, LATER)]
    decided = life.decide(disputed, Ruling(state=ObjectionState.UPHELD, by=GUARDIAN), at=LATER)
    assert whats(decided) == []


def test_an_invalidated_number_is_due_until_a_person_has_seen_to_it() -> None:
    """By linking the right one, or by a decision; another that is invalidated later is due again."""
    event = noting.note_invalidated(received_by(intake_of()), ADA, by=HANDLER, at=LATER)
    assert [(one.what, one.since) for one in due_by(event, TODAY)] == [(What.INVALIDATED, LATER)]
    linked = noting.link(event, frozenset({BEN}), by=HANDLER, at=LATER)
    assert linked.numbers == {ADA, BEN}
    assert whats(linked) == whats(upheld(event, LATER)) == []
    assert whats(noting.note_invalidated(linked, BEN, by=HANDLER, at=LATER)) == [What.INVALIDATED]


def test_a_carve_out_is_due_on_its_review_day() -> None:
    """Or before, for whoever looks ahead."""
    event = life.begin_review(received_by(intake_of()), by=GUARDIAN, at=LATER)
    day = dt.date(2027, 3, 1)
    ruling = Ruling(
        state=ObjectionState.NOT_UPHELD,
        by=GUARDIAN,
        ground="safeguarding",
        roles=frozenset({"doctor"}),
        review_on=day,
    )
    decided = life.decide(event, ruling, at=LATER)
    assert whats(decided, day - dt.timedelta(days=1)) == []
    (found,) = due_by(decided, day)
    assert (found.what, found.on, found.since) == (What.REVIEW, day, LATER)


def test_a_withdrawn_objection_is_never_due() -> None:
    """Whatever it was due for."""
    event = received_by(intake_of(identity_check=IdentityCheck.NONE, born=BORN))
    assert len(whats(event)) == 2
    assert whats(life.withdraw(event, taken_back_by(), by=HANDLER, at=LATER)) == []


def test_what_is_due_stands_in_the_order_of_its_days() -> None:
    """The oldest first."""
    event = received_by(intake_of(parent(), born="2013-12-01"))
    event = replace(event, objection=replace(event.objection, verified=False))
    days = [one.on for one in due_by(event, dt.date(2030, 1, 1))]
    assert days == sorted(days)
    assert len(days) == 3


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("2015-03-09", dt.date(2028, 3, 9)),
        ("2015-03", dt.date(2028, 3, 1)),
        ("2016-02-29", dt.date(2029, 2, 28)),
        ("2015-12-31", dt.date(2028, 12, 31)),
    ],
)
def test_a_birthday_is_the_earliest_day_that_it_can_be(born: str, day: dt.date) -> None:
    """A month without its day begins on the first, and the last of February stands for its 29th."""
    assert birthday(born, 13) == day


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("2015-03-09", dt.date(2033, 3, 9)),
        ("2015-02", dt.date(2033, 2, 28)),
        ("2014-02", dt.date(2032, 2, 29)),
        ("2016-02-29", dt.date(2034, 3, 1)),
        ("2015-12", dt.date(2033, 12, 31)),
    ],
)
def test_an_age_is_surely_reached_on_the_latest_day_that_the_birthday_can_be(born: str, day: dt.date) -> None:
    """A month without its day ends with its last, and 1 March stands for 29 February."""
    assert latest_birthday(born, 18) == day
