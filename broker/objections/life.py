"""The newest step of an objection and what somebody wants to do next, to the next step or a refusal in words.

received -> under review -> upheld, partly upheld or not upheld -> (a new review) -> withdrawn. A person
may withdraw at any time, and what is withdrawn stays so: a change of mind is a new objection. A new
review closes again whatever an earlier decision had opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from broker.domain.identity import NhsNumber
from broker.domain.objection import Carveout, Objection, ObjectionState, Scope
from broker.domain.objection_life import (
    Actor,
    Dispute,
    IdentityCheck,
    Intake,
    ObjectionEvent,
    Withdrawal,
)
from broker.domain.objection_speaker import IdentifierKind, Speaker, Standing
from broker.objections.illegal import IllegalStep, refuse_actor
from broker.objections.rulings import Ruling, carveout_of
from broker.objections.speaking import (
    DISPUTED,
    GUARDIAN,
    NO_NAME,
    refuse_authority,
    refuse_identifiers,
    refuse_intake,
    refuse_withdrawal,
)

_DECIDED = frozenset({ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD, ObjectionState.NOT_UPHELD})
_AFTER: Mapping[ObjectionState, frozenset[ObjectionState]] = MappingProxyType(
    {
        ObjectionState.RECEIVED: frozenset({ObjectionState.UNDER_REVIEW, ObjectionState.WITHDRAWN}),
        ObjectionState.UNDER_REVIEW: _DECIDED | {ObjectionState.WITHDRAWN},
        **dict.fromkeys(_DECIDED, frozenset({ObjectionState.UNDER_REVIEW, ObjectionState.WITHDRAWN})),
        ObjectionState.WITHDRAWN: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How the identity behind a provisional objection was checked; `speaker` where it is a proxy's."""

    identity_check: IdentityCheck
    identifiers: frozenset[IdentifierKind]
    speaker: Speaker | None = None


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
    refuse_actor(by)
    _refuse_scope(scope)
    if not numbers:
        raise IllegalStep("An objection needs at least one NHS number.")
    refuse_intake(intake, at)
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


def verify(last: ObjectionEvent, check: Check, *, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The identity of a provisional objection was checked after all; its state stays."""
    refuse_actor(by)
    if last.objection.state is ObjectionState.WITHDRAWN:
        raise IllegalStep("This objection is withdrawn. Record a new one.")
    if check.identity_check is IdentityCheck.NONE:
        raise IllegalStep("Say how the identity was checked.")
    if last.objection.verified:
        raise IllegalStep("The identity behind this objection is already verified.")
    refuse_identifiers(check.identity_check, check.identifiers)
    intake = replace(
        last.intake,
        identity_check=check.identity_check,
        identifiers=check.identifiers,
        speaker=_speaker(last.intake, check.speaker),
    )
    return beside(
        replace(last, objection=replace(last.objection, verified=True), intake=intake), by=by, at=at
    )


def _speaker(intake: Intake, found: Speaker | None) -> Speaker | None:
    """Whose word it is, as the check found; of a proxy whom a file names, something must have been seen."""
    if found is not None:
        refuse_authority(found)
        if intake.standing is not None and found.standing is not intake.standing:
            raise IllegalStep("It was made by somebody of another standing. Record a new one.")
        return found
    if intake.standing is Standing.SELF or intake.speaker is not None:
        return intake.speaker
    raise IllegalStep("It was made on behalf of the person. Say by whom, and by what authority.")


def decide(last: ObjectionEvent, ruling: Ruling, *, at: dt.datetime) -> ObjectionEvent:
    """The outcome of a review, by a named person in a role."""
    if ruling.state not in _DECIDED:
        raise IllegalStep("A review ends in upheld, partly-upheld or not-upheld.")
    if last.disputed is not None and ruling.by.role_word != GUARDIAN:
        raise IllegalStep(DISPUTED)
    carveout = carveout_of(ruling, at)
    after = _next(last, ruling.state, by=ruling.by, at=at, note=ruling.note, carveout=carveout)
    return replace(after, disputed=None, decided_at=at, told=ruling.told, looked_after=last.invalidated)


def withdraw(
    last: ObjectionEvent, withdrawal: Withdrawal, *, by: Actor, at: dt.datetime, note: str = ""
) -> ObjectionEvent:
    """Whoever made it took it back, or the person did who is competent to."""
    after = _next(last, ObjectionState.WITHDRAWN, by=by, at=at, note=note)
    refuse_withdrawal(last, withdrawal, by=by)
    return replace(after, withdrawal=withdrawal, disputed=None)


def withdraw_by_source(last: ObjectionEvent, *, by: Actor, at: dt.datetime) -> ObjectionEvent:
    """The source that an objection was imported from says that the person took it back."""
    if last.disputed is not None:
        raise IllegalStep(DISPUTED)
    return replace(_next(last, ObjectionState.WITHDRAWN, by=by, at=at, note=""), from_source=True)


def dispute(
    last: ObjectionEvent, speaker: Speaker, *, by: Actor, at: dt.datetime, note: str = ""
) -> ObjectionEvent:
    """Somebody wants the contrary: it binds whole until the Caldicott Guardian has decided."""
    if last.disputed is not None:
        raise IllegalStep("It is disputed already, and waits for the Caldicott Guardian.")
    if speaker.standing is not Standing.SELF and not speaker.name.strip():
        raise IllegalStep(NO_NAME)
    under_review = last.objection.state is ObjectionState.UNDER_REVIEW
    after = (
        beside(last, by=by, at=at, note=note)
        if under_review
        else _next(last, ObjectionState.UNDER_REVIEW, by=by, at=at, note=note)
    )
    return replace(after, disputed=Dispute(speaker=speaker, at=at))


def beside(last: ObjectionEvent, *, by: Actor, at: dt.datetime, note: str = "") -> ObjectionEvent:
    """A further step that leaves the state as it is."""
    refuse_actor(by)
    return replace(last, step=last.step + 1, at=at, by=by, note=note, from_source=False)


def _next(
    last: ObjectionEvent,
    state: ObjectionState,
    *,
    by: Actor,
    at: dt.datetime,
    note: str,
    carveout: Carveout | None = None,
) -> ObjectionEvent:
    now = last.objection.state
    if state not in _AFTER[now]:
        raise IllegalStep(_refusal(now, state))
    objection = replace(last.objection, state=state, carveout=carveout)
    return replace(beside(last, by=by, at=at, note=note), objection=objection, told=None)


def _refusal(now: ObjectionState, wanted: ObjectionState) -> str:
    if now is ObjectionState.WITHDRAWN:
        return "This objection is withdrawn, which is final. Record a new one."
    if now is wanted:
        return f"This objection is {now} already."
    if wanted in _DECIDED:
        return f"This objection is {now}: begin a review before you decide."
    steps = ", ".join(sorted(_AFTER[now]))
    return f"This objection is {now}: it cannot become {wanted}. Possible: {steps}."


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
