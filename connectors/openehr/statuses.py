"""Words and states that a composition gives as a status into R4's codes, by closed tables.

A word is R4's own, whatever its capitals, spaces and hyphens, or one that an archetype defines as the same.
No other is guessed at: it stays among the values as it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.openehr.codes import concept
from connectors.openehr.shapes import text, type_of
from connectors.r4 import Tree, as_given

UNKNOWN = "unknown"
ENTERED_IN_ERROR = "entered-in-error"
_TEXTS = frozenset({"DV_TEXT", "DV_CODED_TEXT"})


def squeezed(word: str) -> str:
    """A word without what spellings differ in: `On hold` and `on-hold` are one."""
    return "".join(char for char in word.casefold() if char not in " -_")


def word_of(value: Tree) -> str:
    """The word of a text, to be looked up; empty for any other value."""
    return squeezed(text(value, "value")) if type_of(value) in _TEXTS else ""


def _own(*codes: str) -> Mapping[str, str]:
    return {squeezed(code): code for code in codes}


# R4 4.0.1's codes of each kind's `status`, without `unknown`.
STATUSES: Mapping[str, Mapping[str, str]] = {
    "Appointment": _own(
        "proposed",
        "pending",
        "booked",
        "arrived",
        "fulfilled",
        "cancelled",
        "noshow",
        "checked-in",
        "waitlist",
        ENTERED_IN_ERROR,
    ),
    "CarePlan": _own("draft", "active", "on-hold", "revoked", "completed", ENTERED_IN_ERROR),
    "Encounter": _own(
        "planned",
        "arrived",
        "triaged",
        "in-progress",
        "onleave",
        "finished",
        "cancelled",
        ENTERED_IN_ERROR,
    ),
    "Flag": _own("active", "inactive", ENTERED_IN_ERROR),
    "MedicationRequest": _own(
        "draft", "active", "on-hold", "cancelled", "completed", "stopped", ENTERED_IN_ERROR
    ),
    "Observation": _own(
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", ENTERED_IN_ERROR
    ),
    "ServiceRequest": _own("draft", "active", "on-hold", "revoked", "completed", ENTERED_IN_ERROR),
}
# A document's own status, and that of the reference to it: one word tells of either.
DOCUMENT_STATUSES = _own("preliminary", "final", "amended", ENTERED_IN_ERROR)
REFERENCE_STATUSES = _own("current", "superseded", ENTERED_IN_ERROR)

CLINICAL: Mapping[str, Mapping[str, str]] = {
    "Condition": _own("active", "recurrence", "relapse", "inactive", "remission", "resolved"),
    "AllergyIntolerance": _own("active", "inactive", "resolved"),
}
# The diagnostic certainty and the reaction's status have words of openEHR's own beside R4's.
VERIFICATION: Mapping[str, Mapping[str, str]] = {
    "Condition": {
        **_own("unconfirmed", "provisional", "differential", "confirmed", "refuted", ENTERED_IN_ERROR),
        "suspected": "provisional",
        "probable": "provisional",
    },
    "AllergyIntolerance": {
        **_own("unconfirmed", "confirmed", "refuted", ENTERED_IN_ERROR),
        "suspected": "unconfirmed",
        "likely": "unconfirmed",
    },
}

# openEHR terminology, group "instruction states", into R4's statuses.
STATES: Mapping[str, Mapping[str, str]] = {
    "Procedure": {
        "245": "in-progress",
        "524": "preparation",
        "526": "preparation",
        "527": "preparation",
        "528": "not-done",
        "529": "preparation",
        "530": "on-hold",
        "531": "stopped",
        "532": "completed",
    },
    "MedicationStatement": {
        "245": "active",
        "526": "intended",
        "527": "intended",
        "528": "not-taken",
        "529": "intended",
        "530": "on-hold",
        "531": "stopped",
        "532": "completed",
    },
    "CarePlan": {
        "245": "active",
        "528": "revoked",
        "530": "on-hold",
        "531": "revoked",
        "532": "completed",
    },
}


def status_concept(value: Tree, archetype: str, system: str, codes: Mapping[str, str]) -> Tree:
    """A status that R4 has as a CodeableConcept: R4's code first, the partner's own word beside it.

    A word that is R4's own in another spelling stands as given and not as the text, so that a reader is told
    by the code what every other partner's code tells.
    """
    found = concept(value, archetype)
    word = text(value, "value")
    code = codes.get(word_of(value))
    if code is None:
        return found
    own = {"system": system, "code": code}
    others = list(_others(found.get("coding", ()), own, word))
    if squeezed(code) != squeezed(word):
        return {**found, "coding": [own, *others]}
    return {"extension": [as_given(word)], "coding": [own, *(_without(word, other) for other in others)]}


def _others(codings: Iterable[Tree], own: Tree, word: str) -> Iterable[Tree]:
    """The partner's codings, but for one that says what ours says and no more."""
    for coding in codings:
        if coding not in (own, {**own, "display": word}):
            yield coding


def _without(word: str, coding: Tree) -> Tree:
    """A coding without the word that stands as given already."""
    return {name: value for name, value in coding.items() if (name, value) != ("display", word)}
