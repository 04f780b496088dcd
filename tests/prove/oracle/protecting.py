"""People whose whereabouts are protected, and what their record may open in an emergency."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.closed import CATEGORIES
from tests.prove.oracle.words import Words

NOT_YET_KNOWN = "not-yet-known"


def index_has_answered(case: Any) -> bool:
    """Whether the patient index has named the person."""
    return case.restriction not in (None, NOT_YET_KNOWN)


def is_protected(case: Any) -> bool:
    """Every word of the index but `none` protects; before it has answered nobody is known to be protected."""
    return index_has_answered(case) and case.restriction != "none"


def open_although_protected(case: Any, groups: frozenset[str], words: Words) -> frozenset[str]:
    """The categories that the person's protection leaves; empty is a refusal."""
    if not is_protected(case):
        return CATEGORIES
    emergency = words.protected
    fits = (
        case.restriction in emergency.restrictions
        and case.purpose in emergency.purposes
        and groups <= emergency.roles
    )
    return emergency.categories if fits else frozenset()
