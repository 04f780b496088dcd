"""What is learned of an objection without deciding anything, to a step that binds as before or more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, Confirmation, ObjectionEvent
from broker.objections.illegal import IllegalStep
from broker.objections.life import beside


def note_born(last: ObjectionEvent, born: str, *, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The patient index named the person's birth date, on which a parent's objection falls due."""
    return replace(beside(last, by=by, at=at), intake=replace(last.intake, born=born))


def note_invalidated(
    last: ObjectionEvent, number: NhsNumber, *, by: Actor, at: dt.datetime
) -> ObjectionEvent:
    """The patient index no longer knows this number as a person's, and names no other."""
    after = beside(last, by=by, at=at)
    return replace(after, invalidated=last.invalidated | {number}, invalidated_at=at)


def link(
    last: ObjectionEvent, numbers: frozenset[NhsNumber], *, by: Actor, at: dt.datetime, note: str = ""
) -> ObjectionEvent:
    """A named person found whose it is: it binds under these numbers as well as the old ones."""
    if last.objection.state is ObjectionState.WITHDRAWN:
        raise IllegalStep("This objection is withdrawn. Record a new one.")
    if not last.invalidated - last.looked_after:
        raise IllegalStep(
            "None of its numbers is known to be invalidated. Ask the patient index first, with "
            "`objection trace`; a superseded number is followed without your help."
        )
    if not numbers - last.numbers:
        raise IllegalStep("It binds under this number already. Give the person's right one.")
    after = beside(last, by=by, at=at, note=note)
    return replace(
        after,
        numbers=last.numbers | numbers,
        linked=last.linked | (numbers - last.numbers),
        looked_after=last.invalidated,
    )


def confirm(last: ObjectionEvent, *, by_letter: bool, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The person was written to, or reached where it is safe, so that a false objection comes to light."""
    if last.objection.state is ObjectionState.WITHDRAWN:
        raise IllegalStep("This objection is withdrawn: nothing is left to confirm.")
    after = beside(last, by=by, at=at)
    return replace(after, confirmation=Confirmation(by_letter=by_letter, at=at, by=by))
