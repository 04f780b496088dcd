"""Facts that R4 says in another way than by a value in a place: each with how R4 says them.

`notGiven`, `notDone` and `taken` became words of `status`; `related` became two elements, one for each type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fidelity.facts import Ext, Place
from tests.fidelity.given import EARLIER
from tests.fidelity.places import ANY, found_at
from tests.fidelity.reading import Tree

SameTarget = Callable[[str, str], bool]
# (place, value, R4, source, same_target) -> the places of the R4 that say it; ELSEWHERE when it stands in its
# role like any other fact; None when it is lost.
Rule = Callable[[Place, Any, Tree, Tree, SameTarget], set[Place] | None]

ELSEWHERE: set[Place] = set()
NOT_DONE = "not-done"
RELATED = {"has-member": "hasMember", "derived-from": "derivedFrom"}


def carried(place: Place, r4: Tree, source: Tree, value: Any) -> set[Place]:
    """HL7's extension for the element itself, where the R4 has it with the same value."""
    step = Ext("extension", f"{EARLIER}{source.get('resourceType')}.{place[-1]}", 0)
    kept = {member: held for _, one in found_at(r4, (step,)) for member, held in one.items()}
    return {(step,)} if value in (kept.get("valueCode"), kept.get("valueBoolean")) else set()


def not_done(place: Place, value: Any, r4: Tree, source: Tree, _same: SameTarget) -> set[Place] | None:
    """True exactly where the status says that it was not done; the flag may stand beside it as well."""
    if (r4.get("status") == NOT_DONE) is not value:
        return None
    return {("status",), *(carried(place, r4, source, value))}


def not_taken(place: Place, value: Any, r4: Tree, source: Tree, _same: SameTarget) -> set[Place] | None:
    """`n` is the status `not-taken`; every other word stands as given, and never beside that status."""
    if (value == "n") is not (r4.get("status") == "not-taken"):
        return None
    return {("status",), *carried(place, r4, source, value)} if value == "n" else ELSEWHERE


def related_to(place: Place, value: Any, r4: Tree, source: Tree, same: SameTarget) -> set[Place] | None:
    """The target in the element that the relation's type has become."""
    relation = next((node for _, node in found_at(source, place[:2])), {})
    member = RELATED.get(str(relation.get("type")))
    for way, kept in found_at(r4, (member, ANY, "reference")) if member else ():
        if isinstance(kept, str) and same(value, kept):
            return {way}
    return None if member else ELSEWHERE


def related_as(place: Place, _value: Any, r4: Tree, source: Tree, same: SameTarget) -> set[Place] | None:
    """The relation's type, said by the element in which its target stands."""
    target = next((node for _, node in found_at(source, (*place[:2], "target", "reference"))), None)
    return (
        ELSEWHERE
        if target is None
        else related_to((*place[:2], "target", "reference"), target, r4, source, same)
    )


SPECIAL: Mapping[str, Rule] = {
    "Immunization.notGiven": not_done,
    "MedicationStatement.taken": not_taken,
    "Observation.related.target.reference": related_to,
    "Observation.related.type": related_as,
    "Procedure.notDone": not_done,
}
