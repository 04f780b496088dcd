"""Items that look like one fact, put side by side. Nothing is merged and nothing goes.

Two grounds: the same business identifier (system and value) on the same type of resource; or, from
different partners, the same codes, time, status and value. Whatever differs in any of these stays apart.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence

from broker.domain.resource import CodeableConcept, Header, Resource
from broker.domain.view import Group

_ITEMS_IN_A_SLICE = 400
# A person is not a fact to be grouped, and who and where are not either.
_UNGROUPED = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location"})


def group_items(items: Sequence[Resource]) -> Generator[None, None, tuple[Group, ...]]:
    """Groups of two or more, in the order of their leads. An item may stand in one group of each kind."""
    by_identifier: dict[Hashable, list[int]] = {}
    by_content: dict[Hashable, list[int]] = {}
    for index, resource in enumerate(items):
        header = resource.header
        if header.resourceType not in _UNGROUPED:
            for key in _identifier_keys(header):
                by_identifier.setdefault(key, []).append(index)
            content = _content_key(header)
            if content is not None:
                by_content.setdefault(content, []).append(index)
        if index % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    same_identifier = _groups(by_identifier, "same-identifier")
    seen = {group.members for group in same_identifier}
    same_content = [
        group
        for group in _groups(by_content, "same-content")
        if group.members not in seen and _from_several_partners(group, items)
    ]
    return tuple(same_identifier + same_content)


def _groups(keyed: dict[Hashable, list[int]], why: str) -> list[Group]:
    """One group for each set of items, even where several identifiers bring the same items together."""
    members = {tuple(dict.fromkeys(indexes)): None for indexes in keyed.values() if len(indexes) > 1}
    return [Group(group, why) for group in sorted(members) if len(group) > 1]


def _from_several_partners(group: Group, items: Sequence[Resource]) -> bool:
    return len({items[index].partner_id for index in group.members}) > 1


def _identifier_keys(header: Header) -> list[Hashable]:
    found = header.identifier
    if found is None:
        return []
    several = found if isinstance(found, list) else [found]
    return [
        (header.resourceType, identifier.system, identifier.value)
        for identifier in several
        if identifier.system and identifier.value
    ]


def _content_key(header: Header) -> Hashable | None:
    """What makes two items look alike; None when there is too little to say so."""
    concept = header.code or header.vaccineCode or header.medicationCodeableConcept
    when = _when(header)
    if not isinstance(concept, CodeableConcept) or not concept.coding or when is None:
        return None
    value = header.valueQuantity
    measured = value and (bytes(value.value), value.comparator, value.code or value.unit)
    first = concept.coding[0]
    return (
        header.resourceType,
        first.system,
        first.code,
        when,
        state_of(header),
        measured or header.valueString or header.valueCodeableConcept,
    )


def _when(header: Header) -> str | None:
    return (
        header.effectiveDateTime
        or header.occurrenceDateTime
        or header.performedDateTime
        or header.onsetDateTime
        or header.authoredOn
        or header.recordedDate
    )


def state_of(header: Header) -> tuple[str, ...]:
    """The codes of every element that says whether the item stands: none of them may differ in a group."""
    return tuple(_code(state) for state in (header.status, header.clinicalStatus, header.verificationStatus))


def _code(state: CodeableConcept | str | None) -> str:
    if isinstance(state, CodeableConcept):
        return next((coding.code for coding in state.coding if coding.code), "")
    return state or ""
