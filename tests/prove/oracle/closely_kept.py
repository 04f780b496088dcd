"""Which sensitivity classes are open to a requester."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.closed import CLOSED_BY_LAW, EMERGENCY
from tests.prove.oracle.words import Class, Words


def hidden_classes(case: Any, groups: frozenset[str], words: Words) -> frozenset[str]:
    """Those that are not open to every one of the requester's role groups."""
    return frozenset(
        one.name
        for one in words.classes
        if one.name in CLOSED_BY_LAW or not all(_opens(case, group, one) for group in groups)
    )


def _opens(case: Any, group: str, one: Class) -> bool:
    if group in one.open_to and case.relationship in one.relationships:
        return True
    return case.purpose == EMERGENCY and group in one.emergency


def hidden_class_of(partner: str, hidden: frozenset[str], words: Words) -> str | None:
    """The first hidden class of which all is that this partner holds."""
    party = words.agreement.by_registration.get(partner)
    registrations = party.registrations if party else frozenset({partner})
    return next(
        (one.name for one in words.classes if one.name in hidden and registrations & one.sources), None
    )
