"""Items that cannot all be true, shown together as a contradiction. No winner is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from broker.domain.resource import ABSENT, Header, Resource, concept_in
from broker.domain.view import Contradiction, Group
from broker.pipeline.merging.grouping import state_of, value_of

# SNOMED CT: no known allergy, no known drug allergy, no known food allergy, no known environmental allergy.
_NONE_KNOWN = frozenset({"716186003", "409137002", "429625007", "428607008"})
_SNOMED = "http://snomed.info/sct"
_NOT_STANDING = frozenset({"refuted", "entered-in-error", "inactive", "resolved"})


def contradictions(items: Sequence[Resource], groups: Iterable[Group]) -> tuple[Contradiction, ...]:
    """Allergies beside "none known", and one identifier with two states or two values."""
    found = _allergy_and_none_known(items)
    for group in groups:
        if group.why == "same-identifier":
            found += _differences(group, items)
    return tuple(found)


def _allergy_and_none_known(items: Sequence[Resource]) -> list[Contradiction]:
    allergies = [
        index
        for index, resource in enumerate(items)
        if resource.header.resourceType == "AllergyIntolerance" and _stands(resource.header)
    ]
    negatives = [index for index in allergies if _says_none_known(items[index].header)]
    if not negatives or len(negatives) == len(allergies):
        return []
    return [Contradiction(tuple(allergies), "allergy-and-none-known")]


def _stands(header: Header) -> bool:
    return _NOT_STANDING.isdisjoint(state_of(header))


def _says_none_known(header: Header) -> bool:
    concept = concept_in(bytes(header.code)) if header.code is not ABSENT else None
    return concept is not None and any(
        coding.system == _SNOMED and coding.code in _NONE_KNOWN for coding in concept.coding
    )


def _differences(group: Group, items: Sequence[Resource]) -> list[Contradiction]:
    headers = [items[index].header for index in group.members]
    found = []
    if len({state_of(header) for header in headers}) > 1:
        found.append(Contradiction(group.members, "status-differs"))
    if len({value_of(header) for header in headers}) > 1:
        found.append(Contradiction(group.members, "value-differs"))
    return found
