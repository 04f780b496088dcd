"""The items of one section into its lines: one for each group, with what every source says of it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from broker.domain.item_folding import folding
from broker.domain.item_words import concept, is_not_for_the_person, when, words_of
from broker.domain.told_item import Item

NOT_NAMED = "not named"
UNDATED = "no date given"
# What is done once is `completed` when it was done: the medicine that was handed out may be taken still.
_COMPLETED = "completed"
_DONE_ONCE = frozenset({"MedicationAdministration", "MedicationDispense"})
# What says that an item no longer stands, in any of `_STATES` (R4 4.0.1).
_ENDED = frozenset(
    {
        *("inactive", "remission", "resolved", "refuted", "entered-in-error", _COMPLETED, "stopped"),
        *("cancelled", "ended", "not-taken", "revoked", "finished", "rejected"),
    }
)
_ITEMS_IN_A_SLICE = 50
_STATES = ("status", "clinicalStatus", "verificationStatus", "lifecycleStatus")


@dataclass(frozen=True, slots=True)
class Saying:
    """What one or more sources say in the same words of the same time."""

    words: str
    when: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section, its lead's saying first. `contradictions` are their codes in the Bundle."""

    sayings: tuple[Saying, ...]
    contradictions: tuple[str, ...]
    ended: bool
    not_for_the_person: bool

    @property
    def newest(self) -> str:
        """The latest time that any source gives; empty where none does."""
        return max(saying.when for saying in self.sayings)


def lines_of(
    items: Sequence[Item], leads: frozenset[str], *, current_first: bool
) -> Generator[None, None, list[Line]]:
    """Newest first and undated last; with `current_first`, what has ended behind what stands.

    `items` may hold what lends others its words (a medicine's name); `leads` are names of groups' leads.
    """
    told = []
    for item in (yield from folding([_readable(item) for item in items])):
        told.append(_Told(item, words_of(item.resource), when(item.resource)))
        if len(told) % _ITEMS_IN_A_SLICE == 0:
            yield
    lines = []
    for members in _in_lines(told):
        lines.append(_line(members, leads))
        if len(lines) % _ITEMS_IN_A_SLICE == 0:
            yield
    lines.sort(key=lambda line: line.newest, reverse=True)
    if current_first:
        lines.sort(key=lambda line: line.ended)
    return lines


class _Told(NamedTuple):
    item: Item
    words: str
    when: str


def _readable(item: Item) -> Item:
    """The item; where it has not FHIR's shapes, so little of it that its words send to the source."""
    try:
        when(item.resource)
        _has_ended(item)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        odd = {"resourceType": item.kind, "modifierExtension": [{}]}
        return dataclasses.replace(
            item, resource={**odd, "id": item.resource.get("id"), "meta": item.resource.get("meta")}
        )
    return item


def _in_lines(told: Iterable[_Told]) -> list[list[_Told]]:
    """Items that share a group, and each other item alone."""
    of_group: dict[str, list[_Told]] = {}
    lines: list[list[_Told]] = []
    for one in told:
        found = next((of_group[code] for code in one.item.groups if code in of_group), None)
        if found is None:
            found = []
            lines.append(found)
        found.append(one)
        of_group.update(dict.fromkeys(one.item.groups, found))
    return lines


def _line(members: list[_Told], leads: frozenset[str]) -> Line:
    members = sorted(members, key=lambda one: one.item.name not in leads)
    return Line(
        sayings=tuple(_sayings(members)),
        contradictions=tuple(dict.fromkeys(code for one in members for code in one.item.contradictions)),
        ended=all(_has_ended(one.item) for one in members),
        not_for_the_person=any(is_not_for_the_person(one.item.resource) for one in members),
    )


def _sayings(members: Iterable[_Told]) -> Iterator[Saying]:
    sources: dict[tuple[str, str], list[str]] = {}
    for one in members:
        sources.setdefault((one.words, one.when), []).append(one.item.source or NOT_NAMED)
    for (words, time), named in sources.items():
        yield Saying(words, time, tuple(dict.fromkeys(named)))


def _has_ended(item: Item) -> bool:
    states = {_code(state) for name in _STATES if (state := item.resource.get(name))}
    if item.kind in _DONE_ONCE:
        states.discard(_COMPLETED)
    return not states.isdisjoint(_ENDED)


def _code(state: object) -> str:
    """The code of a status, in whichever of its two shapes."""
    if isinstance(state, dict) and state.get("coding"):
        return str(state["coding"][0].get("code", ""))
    return concept(state)
