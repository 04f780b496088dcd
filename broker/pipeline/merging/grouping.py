"""Items that look like one fact, put side by side. Nothing is merged and nothing goes.

Two grounds: the same business identifier (system and value) on the same type of resource; or, from
different partners, the same codes, time, status and value. Whatever differs in any of these stays apart.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Sequence
from typing import Any

from broker.domain.resource import (
    ABSENT,
    CodeableConcept,
    Coding,
    Header,
    Resource,
    WireIdentifier,
    concept_in,
    quantity_in,
)
from broker.domain.view import Group

_ITEMS_IN_A_SLICE = 400
# A person is not a fact to be grouped, and who and where are not either.
_UNGROUPED = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location"})
# Codes that say no more than of what kind an item is: SNOMED CT's for an entry whose own code was lost on
# its way between practices, and the one of ours that a mapping puts first to move an item.
_DEGRADED = frozenset(
    {"196411000000103", "196421000000109", "196451000000104", "196461000000101", "196471000000108"}
)
_OURS = "https://watersmeet.example/fhir/CodeSystem/category"
# The first telling code of each way in which a code element was written.
_Codes = dict[bytes, Any]


def group_items(items: Sequence[Resource]) -> Generator[None, None, tuple[Group, ...]]:
    """Groups of two or more, in the order of their leads. An item may stand in one group of each kind."""
    by_identifier, by_likeness = _Likes(), _Likes()
    codes: _Codes = {}
    for index, resource in enumerate(items):
        header = resource.header
        if header.resourceType not in _UNGROUPED:
            for identifier in _identifiers(header):
                by_identifier.add((header.resourceType, identifier.system, identifier.value), index)
            by_likeness.add(_likeness(header, codes), index)
        if index % _ITEMS_IN_A_SLICE == _ITEMS_IN_A_SLICE - 1:
            yield
    yield
    same_identifier = sorted({tuple(dict.fromkeys(members)) for members in by_identifier.several()})
    groups = [Group(members, "same-identifier") for members in same_identifier if len(members) > 1]
    yield
    same_content = yield from _same_content(by_likeness, items)
    known = set(same_identifier)
    groups.extend(Group(members, "same-content") for members in sorted(same_content) if members not in known)
    return tuple(groups)


class _Likes:
    """Indexes by key; a list is made only where two meet, because most items stand alone."""

    def __init__(self) -> None:
        self._first: dict[Hashable, int] = {}
        self._several: dict[Hashable, list[int]] = {}

    def add(self, key: Hashable | None, index: int) -> None:
        """Note that the item at `index` has `key`; None is too little to say anything by."""
        if key is None:
            return
        first = self._first.setdefault(key, index)
        if first != index:
            self._several.setdefault(key, [first]).append(index)

    def several(self) -> Iterable[list[int]]:
        """The indexes of each key that more than one item has, in order."""
        return self._several.values()


def _same_content(likes: _Likes, items: Sequence[Resource]) -> Generator[None, None, list[tuple[int, ...]]]:
    """Of items alike in kind, code and time, those from several partners with the same state and value."""
    found = []
    worked = 0
    for indexes in likes.several():
        alike: dict[Hashable, list[int]] = {}
        for index in indexes:
            header = items[index].header
            alike.setdefault((state_of(header), value_of(header)), []).append(index)
        found += [
            tuple(members)
            for members in alike.values()
            if len(members) > 1 and _from_several_partners(members, items)
        ]
        worked += len(indexes)
        if worked > _ITEMS_IN_A_SLICE:
            worked = 0
            yield
    return found


def _from_several_partners(members: Iterable[int], items: Sequence[Resource]) -> bool:
    return len({items[index].partner_id for index in members}) > 1


def _identifiers(header: Header) -> Iterable[WireIdentifier]:
    found = header.identifier
    if found is None:
        return ()
    several = found if isinstance(found, list) else (found,)
    return [identifier for identifier in several if identifier.system and identifier.value]


def _likeness(header: Header, codes: _Codes) -> Hashable | None:
    """Kind, first telling code and time; None when there is too little to say that two items are alike."""
    when = _when(header)
    written = header.code
    if written is ABSENT:
        written = header.vaccineCode
    if written is ABSENT:
        written = header.medicationCodeableConcept
    if when is None or written is ABSENT:
        return None
    spelled = bytes(written)
    code = codes.get(spelled, ABSENT)
    if code is ABSENT:
        code = codes[spelled] = _first_code(spelled)
    return None if code is None else (header.resourceType, code, when)


def _first_code(spelled: bytes) -> tuple[str | None, str | None] | None:
    concept = concept_in(spelled)
    told = (one for one in (concept.coding if concept else ()) if _tells(one))
    return next(((one.system, one.code) for one in told), None)


def _tells(coding: Coding) -> bool:
    return coding.code not in _DEGRADED and coding.system != _OURS


def _when(header: Header) -> str | None:
    return (
        header.effectiveDateTime
        or header.occurrenceDateTime
        or header.performedDateTime
        or header.onsetDateTime
        or header.authoredOn
        or header.recordedDate
    )


def value_of(header: Header) -> Hashable:
    """What was measured or said, its number as written: where it differs, two items are not the same."""
    quantity = quantity_in(bytes(header.valueQuantity)) if header.valueQuantity is not ABSENT else None
    if quantity is not None:
        return (bytes(quantity.value), quantity.comparator, quantity.code or quantity.unit)
    concept = header.valueCodeableConcept
    return (bytes(header.valueString), concept_in(bytes(concept)) if concept is not ABSENT else None)


def state_of(header: Header) -> tuple[str, ...]:
    """The codes of every element that says whether the item stands: none of them may differ in a group."""
    return tuple(_code(state) for state in (header.status, header.clinicalStatus, header.verificationStatus))


def _code(state: CodeableConcept | str | None) -> str:
    if isinstance(state, CodeableConcept):
        return next((coding.code for coding in state.coding if coding.code), "")
    return state or ""
