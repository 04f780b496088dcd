"""The newest step of an objection and what somebody wants to do next, to the next step or a refusal in words.

received -> under review -> upheld, partly upheld or not upheld -> (a new review) -> withdrawn. A person
may withdraw at any time, and what is withdrawn stays so: a change of mind is a new objection. A new
review closes again whatever an earlier decision had opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import Carveout, Objection, ObjectionState, Scope
from broker.domain.objection_life import Actor, IdentityCheck, Intake, ObjectionEvent

_DECIDED = frozenset({ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD, ObjectionState.NOT_UPHELD})
_AFTER: Mapping[ObjectionState, frozenset[ObjectionState]] = MappingProxyType(
    {
        ObjectionState.RECEIVED: frozenset({ObjectionState.UNDER_REVIEW, ObjectionState.WITHDRAWN}),
        ObjectionState.UNDER_REVIEW: _DECIDED | {ObjectionState.WITHDRAWN},
        **dict.fromkeys(_DECIDED, frozenset({ObjectionState.UNDER_REVIEW, ObjectionState.WITHDRAWN})),
        ObjectionState.WITHDRAWN: frozenset(),
    }
)


class IllegalStep(Exception):
    """This objection cannot take this step. The message is whole sentences and names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a review decided, and who decided it. The last five say what stays open, for whom, until when;
    they go with every decision but a full uphold.
    """

    state: ObjectionState
    by: Actor
    ground: str = ""
    roles: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    partners: frozenset[str] = frozenset()
    review_on: dt.date | None = None
    note: str = field(repr=False, default="")


def receive(
    objection_id: str,
    *,
    numbers: frozenset[NhsNumber],
    intake: Intake,
    by: Actor,
    scope: Scope,
    at: dt.datetime,
    note: str = "",
) -> ObjectionEvent:
    """The first step. It binds from `at`, whatever date the person gave."""
    _refuse_actor(by)
    _refuse_scope(scope)
    if not numbers:
        raise IllegalStep("An objection needs at least one NHS number.")
    if intake.received_at > at:
        raise IllegalStep("An objection cannot be received in the future. Correct the time of receipt.")
    objection = Objection(
        objection_id=objection_id,
        state=ObjectionState.RECEIVED,
        scope=scope,
        acknowledged_at=at,
        verified=intake.identity_check is not IdentityCheck.NONE,
    )
    return ObjectionEvent(
        objection=objection,
        step=1,
        at=at,
        by=by,
        intake=intake,
        numbers=numbers,
        note=note,
        from_source=intake.origin is not None,
    )


def provisionally(first: ObjectionEvent) -> ObjectionEvent:
    """The same first step, held for same-day review, however the identity was checked."""
    return replace(first, objection=replace(first.objection, verified=False))


def begin_review(last: ObjectionEvent, *, by: Actor, at: dt.datetime, note: str = "") -> ObjectionEvent:
    """Somebody looks at it. Everything that it covers is closed meanwhile."""
    return _next(last, ObjectionState.UNDER_REVIEW, by=by, at=at, note=note)


def verify(last: ObjectionEvent, check: IdentityCheck, *, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The identity of a provisional objection was checked after all; its state stays."""
    _refuse_actor(by)
    if last.objection.state is ObjectionState.WITHDRAWN:
        raise IllegalStep("This objection is withdrawn. Record a new one.")
    if check is IdentityCheck.NONE:
        raise IllegalStep("Say how the identity was checked.")
    if last.objection.verified:
        raise IllegalStep("The identity behind this objection is already verified.")
    return replace(
        last,
        objection=replace(last.objection, verified=True),
        intake=replace(last.intake, identity_check=check),
        step=last.step + 1,
        at=at,
        by=by,
        note="",
        from_source=False,
    )


def decide(last: ObjectionEvent, ruling: Ruling, *, at: dt.datetime) -> ObjectionEvent:
    """The outcome of a review, by a named person in a role."""
    if ruling.state not in _DECIDED:
        raise IllegalStep("A review ends in upheld, partly-upheld or not-upheld.")
    carveout = None if ruling.state is ObjectionState.UPHELD else _carveout(ruling, at)
    if carveout is None and (ruling.roles or ruling.categories or ruling.partners or ruling.review_on):
        raise IllegalStep("An objection that is upheld leaves nothing open. Use partly-upheld.")
    return _next(last, ruling.state, by=ruling.by, at=at, note=ruling.note, carveout=carveout)


def withdraw(last: ObjectionEvent, *, by: Actor, at: dt.datetime, note: str = "") -> ObjectionEvent:
    """The person took it back."""
    return _next(last, ObjectionState.WITHDRAWN, by=by, at=at, note=note)


def withdraw_by_source(last: ObjectionEvent, *, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The source that an objection was imported from says that the person took it back."""
    return replace(withdraw(last, by=by, at=at), from_source=True)


def _next(
    last: ObjectionEvent,
    state: ObjectionState,
    *,
    by: Actor,
    at: dt.datetime,
    note: str,
    carveout: Carveout | None = None,
) -> ObjectionEvent:
    _refuse_actor(by)
    now = last.objection.state
    if state not in _AFTER[now]:
        raise IllegalStep(_refusal(now, state))
    objection = replace(last.objection, state=state, carveout=carveout)
    return replace(last, objection=objection, step=last.step + 1, at=at, by=by, note=note, from_source=False)


def _refusal(now: ObjectionState, wanted: ObjectionState) -> str:
    if now is ObjectionState.WITHDRAWN:
        return "This objection is withdrawn, which is final. Record a new one."
    if now is wanted:
        return f"This objection is {now} already."
    if wanted in _DECIDED:
        return f"This objection is {now}: begin a review before you decide."
    steps = ", ".join(sorted(_AFTER[now]))
    return f"This objection is {now}: it cannot become {wanted}. Possible: {steps}."


def _carveout(ruling: Ruling, at: dt.datetime) -> Carveout:
    if not ruling.ground.strip():
        raise IllegalStep("Not to uphold an objection needs a ground.")
    if not ruling.roles:
        raise IllegalStep("Name the roles that it stays open for. Everybody is not a role.")
    if ruling.review_on is None or ruling.review_on <= at.date():
        raise IllegalStep("Give a day, after today, on which this is reviewed and until which it holds.")
    return Carveout(
        ground=ruling.ground,
        roles=ruling.roles,
        categories=ruling.categories,
        partners=ruling.partners,
        review_on=ruling.review_on,
    )


def _refuse_actor(by: Actor) -> None:
    if not by.role.strip() or not by.name.strip():
        raise IllegalStep("Every step is taken by a named person in a role. Give both.")


def _refuse_scope(scope: Scope) -> None:
    """A period that cannot be read would cover nothing, and so is refused here, not understood later."""
    for day in (scope.period_start, scope.period_end):
        if day is not None and not is_date(day):
            raise IllegalStep("A period starts and ends on a date, YYYY-MM-DD.")
    if scope.period_start and scope.period_end and scope.period_start >= scope.period_end:
        raise IllegalStep("The period ends before it starts. Its end is the first day that is not in it.")


def is_date(text: str) -> bool:
    """True of a whole day, YYYY-MM-DD, and of nothing else."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
