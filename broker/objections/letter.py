"""An objection and whom the patient index names now, to a letter that confirms it, or why none may go.

A false objection comes to light when the person hears of it, at the address that the index holds and not at
one that somebody gave. A letter is opened by whoever lives there: where that could harm, none is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from broker.domain.identity import PatientIdentity
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import ObjectionEvent
from broker.domain.objection_speaker import Standing
from broker.objections.birthdays import REVIEW_AGES, is_birth_date, latest_birthday

SAFE: Final = "Write no letter: reach the person by the safe contact that was noted."
WITHDRAWN: Final = "This objection is withdrawn: nothing is left to confirm."
RESTRICTED: Final = f"The index protects where this person is. {SAFE}"
UNSAFE: Final = f"It was noted that a letter would harm. {SAFE}"
YOUNG: Final = f"The person is under 16 or may be, and others at home may open a letter. {SAFE}"
DIED: Final = "The index says that this person has died. Write no letter; the objection binds on."
NO_ADDRESS: Final = "The index names no one address at which this person lives now. Write no letter."


class NoLetter(Exception):
    """None may be written. The message says why and what to do, and names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes: `contact` are the lines that tell where the person can ask."""

    contact: tuple[str, ...]
    day: dt.date


def letter(event: ObjectionEvent, identity: PatientIdentity, sender: Sender) -> str:
    """Plain text, for the post. Raises NoLetter."""
    _refuse(event, identity, sender.day)
    lines = _address(identity, sender.day)
    of_parent = event.intake.standing is Standing.PARENT
    whose = f"{_name(identity)}'s" if of_parent else "your"
    received = _day(event.intake.received_at.date())
    return "\n".join(
        (
            *_to(event, identity),
            *lines,
            "",
            _day(sender.day),
            "",
            f"On {received} we were told of an objection to {whose} records being shared between",
            "health and care organisations. It is in force, and may affect care: staff may have to ask.",
            "",
            "If this was asked for by you, or for you, there is nothing to do.",
            "If it was not, or if you have changed your mind, tell us:",
            "",
            *sender.contact,
            "",
        )
    )


def _refuse(event: ObjectionEvent, identity: PatientIdentity, today: dt.date) -> None:
    to_parents = event.intake.standing is Standing.PARENT
    for reason, holds in (
        (WITHDRAWN, event.objection.state is ObjectionState.WITHDRAWN),
        (UNSAFE, event.intake.unsafe_to_write),
        (RESTRICTED, identity.restriction.hides_location),
        (DIED, identity.deceased_on is not None),
        (YOUNG, not to_parents and _may_be_young(identity.birth_date, today)),
    ):
        if holds:
            raise NoLetter(reason)


def _may_be_young(born: str, today: dt.date) -> bool:
    """A birth date that cannot be read may be a child's."""
    return not is_birth_date(born) or latest_birthday(born, REVIEW_AGES[-1]) > today


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _to(event: ObjectionEvent, identity: PatientIdentity) -> tuple[str, ...]:
    name = _name(identity)
    return ("To the parents or guardians of", name) if event.intake.standing is Standing.PARENT else (name,)


def _name(identity: PatientIdentity) -> str:
    return " ".join((*identity.given, identity.family)).strip()


def _address(identity: PatientIdentity, today: dt.date) -> tuple[str, ...]:
    """That of the one home which is in force. Raises NoLetter when there is none, or more than one."""
    try:
        patient = parse_strict(identity.resource)
        homes = [tuple(_lines(one)) for one in patient["address"] if _is_home(one, today)]
    except (UnreadableJson, TypeError, KeyError, AttributeError, ValueError):
        raise NoLetter(NO_ADDRESS) from None
    if len(homes) != 1 or not homes[0]:
        raise NoLetter(NO_ADDRESS)
    return homes[0]


def _is_home(address: Mapping[str, Any], today: dt.date) -> bool:
    """Both days of a period are in it."""
    period = address.get("period", {})
    start, end = (dt.date.fromisoformat(period[at][:10]) if at in period else None for at in ("start", "end"))
    return address.get("use") == "home" and (start or today) <= today <= (end or today)


def _lines(address: Mapping[str, Any]) -> Iterator[str]:
    yield from (line for line in address.get("line", ()) if line)
    for part in ("city", "postalCode"):
        if address.get(part):
            yield address[part]
