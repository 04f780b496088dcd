"""The newest step of an objection, to what somebody has to look at by a day, why, and since when."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass

from broker.domain.objection import ObjectionState
from broker.domain.objection_life import ObjectionEvent
from broker.domain.objection_speaker import Standing
from broker.objections.birthdays import REVIEW_AGES, birthday, latest_birthday


class What(enum.StrEnum):
    """What falls due."""

    IDENTITY = "identity"
    DISPUTE = "dispute"
    INVALIDATED = "invalidated-number"
    REVIEW = "review-day"
    BIRTHDAY = "birthday"
    BIRTH_DATE = "birth-date"
    COMPETENCE = "competence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing to look at. `on` is the day by which, `since` when the reason for it arose."""

    objection_id: str
    what: What
    why: str
    since: dt.datetime
    on: dt.date


PROVISIONAL = "Nobody has verified who made it. It binds; check the identity the same day."
UNCONFIRMED = "The person has not been told of it."
DISPUTED = "It is disputed. Only the Caldicott Guardian decides; it binds meanwhile."
NO_LONGER_A_PERSONS = "The number is no longer a person's. Find whose it was, and link the right one by hand."
CLOSES_AGAIN = "What was opened closes again on this day."
OF_AGE = "A parent made it, and the person is {age}: do they decide this for themselves?"
NO_BIRTH_DATE = "A parent made it, and the person's birth date is not known. Ask the patient index."
YOUNG = "A person under 16 made it, and nobody is named who found them competent. It binds meanwhile."


def due_by(event: ObjectionEvent, day: dt.date) -> tuple[Due, ...]:
    """What is due on or before `day`, the earliest first. Nothing of a withdrawn one."""
    if event.objection.state is ObjectionState.WITHDRAWN:
        return ()
    found = (*_of_the_desk(event), *_of_age(event))
    return tuple(sorted((one for one in found if one.on <= day), key=lambda one: (one.on, one.what)))


def _of_the_desk(event: ObjectionEvent) -> Iterator[Due]:
    objection = event.objection
    if not objection.verified:
        why = PROVISIONAL if event.confirmation else f"{PROVISIONAL} {UNCONFIRMED}"
        yield _due(event, What.IDENTITY, why, objection.acknowledged_at)
    if event.disputed is not None:
        yield _due(event, What.DISPUTE, DISPUTED, event.disputed.at)
    if event.invalidated - event.looked_after:
        yield _due(event, What.INVALIDATED, NO_LONGER_A_PERSONS, event.invalidated_at or event.at)
    if objection.carveout is not None and objection.carveout.review_on is not None:
        since = event.decided_at or event.at
        yield _due(event, What.REVIEW, CLOSES_AGAIN, since, on=objection.carveout.review_on)


def _of_age(event: ObjectionEvent) -> Iterator[Due]:
    """A review that ended on the birthday or later has seen to it."""
    received_at, born = event.objection.acknowledged_at, event.intake.born
    standing = event.intake.standing
    if standing is Standing.PARENT and not born:
        yield _due(event, What.BIRTH_DATE, NO_BIRTH_DATE, received_at)
    elif standing is Standing.PARENT:
        for age in REVIEW_AGES:
            day = max(birthday(born, age), received_at.date())
            if event.decided_at is None or event.decided_at.date() < day:
                yield _due(event, What.BIRTHDAY, OF_AGE.format(age=age), received_at, on=day)
    elif standing is Standing.SELF and born and _is_young(event):
        yield _due(event, What.COMPETENCE, YOUNG, received_at)


def _is_young(event: ObjectionEvent) -> bool:
    intake = event.intake
    young = latest_birthday(intake.born, REVIEW_AGES[-1]) > event.objection.acknowledged_at.date()
    return young and intake.competence is None and event.decided_at is None


def _due(
    event: ObjectionEvent, what: What, why: str, since: dt.datetime, *, on: dt.date | None = None
) -> Due:
    return Due(
        objection_id=event.objection.objection_id, what=what, why=why, since=since, on=on or since.date()
    )
