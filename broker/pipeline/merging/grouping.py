"""Items that look like one fact, put side by side. Nothing is merged and nothing goes.

Two grounds: the same business identifier (system and value) on the same type of resource, and the likeness
that the table of rules describes. What differs in state, date, value or dose is never one group, not even
under one identifier: then it is versions of one thing, and a contradiction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from broker.domain.resource import Resource
from broker.domain.view import Group
from broker.pipeline.merging.agreement import CODE, Agreement
from broker.pipeline.merging.candidates import (
    ITEMS_IN_A_SLICE,
    Candidates,
    Sides,
    candidates,
    identifiers,
    of_one_name,
)
from broker.pipeline.merging.concepts import Concepts
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.kin import Kin
from broker.pipeline.merging.leads import Leads
from broker.pipeline.merging.rows import ROW_OF_OTHERS, ROWS, names_moment
from broker.pipeline.merging.table import OF_SEVERAL, WithinOne

# An identifier that more items than this bear names what holds them, whatever it was meant to be.
ITEMS_OF_ONE_IDENTIFIER_MAX = 200
Slices = Generator[None, None, None]


@dataclass(frozen=True, slots=True)
class Versions:
    """Items of one identifier, and the columns in which they differ."""

    members: tuple[int, ...]
    differing: tuple[str, ...]


class Grouping:
    """One view's items on the way to their groups; what it found serves what comes after."""

    def __init__(self, items: Sequence[Resource], leads: Leads) -> None:
        """Nothing is compared yet."""
        self._items = items
        self._leads = leads
        self.concepts = Concepts()
        self.contents = Contents(items, self.concepts)
        self.versions: list[Versions] = []
        self.sides = Sides()
        self._numbered: set[int] = set()
        self._kin = Kin()
        self._worked = 0

    def groups(self) -> Generator[None, None, tuple[Group, ...]]:
        """Groups of two or more in the order of their first items, each with its lead first."""
        found: Candidates = yield from candidates(self._items, self.concepts)
        self.sides = found.sides
        for members in found.numbered.several():
            if len(members) <= ITEMS_OF_ONE_IDENTIFIER_MAX:
                yield from self._same_identifier(members)
        likely = yield from of_one_name(found.dated.several(), self._items, self.concepts)
        yield from self._same_content(likely)
        groups: list[Group] = []
        for family in (yield from self._kin.families()):
            for members in (yield from self._agreeing(family, wording=False)):
                why = "same-identifier" if self._share_identifier(members) else "same-content"
                groups.append(Group(self._leads.first(members, self._items, self.contents), why))
        return tuple(groups)

    def _is_due(self) -> bool:
        """Whether a slice is full."""
        self._worked += 1
        return self._worked % ITEMS_IN_A_SLICE == 0

    def _same_identifier(self, members: list[int]) -> Slices:
        """Join what is one thing and says one thing; what says another is a version of it."""
        for thing in (yield from self._things(members)):
            agreement = yield from self._heard(thing, wording=False)
            self._numbered.update(thing)
            if agreement.differing:
                self.versions.append(Versions(tuple(thing), agreement.differing))
            for agreeing in (yield from self._agreeing(thing, wording=False)):
                self._kin.join_all(agreeing)

    def _things(self, members: list[int]) -> Generator[None, None, list[list[int]]]:
        """An order is no plan, and a sample's number on two results names no result: those are two things."""
        by_same: dict[Hashable, list[int]] = {}
        for index in members:
            by_same.setdefault(self.contents.of(index).same, []).append(index)
            if self._is_due():
                yield
        found = []
        for alike in by_same.values():
            if len(alike) > 1:
                found += yield from self._of_one_name(alike)
        return found

    def _of_one_name(self, members: list[int]) -> Generator[None, None, list[list[int]]]:
        kind = self._items[members[0]].header.resourceType
        if ROWS.get(kind, ROW_OF_OTHERS).rule.identifier_of != OF_SEVERAL:
            return [members]
        agreement = yield from self._heard(members, wording=False)
        if CODE not in agreement.differing:
            return [members]
        kin = Kin()
        for index in members:
            for name in self.contents.of(index).said.names:
                kin.name(name, index)
        return (yield from kin.families())

    def _same_content(self, likely: Iterable[list[int]]) -> Slices:
        """Join what has one content in all that the table fixes, and a name in common."""
        done: set[int] = set()
        kin = Kin()
        for members in likely:
            for index in members:
                if index not in done:
                    done.add(index)
                    for name in self._names(index):
                        kin.name(name, index)
                if self._is_due():
                    yield
        for family in (yield from kin.families()):
            for members in (yield from self._agreeing(family, wording=True)):
                if self._may_be_one(members):
                    self._kin.join_all(members)

    def _names(self, index: int) -> Iterator[Hashable]:
        """Whatever bears one of these too is like it. None where too little is said, or more may be meant."""
        content, kind = self.contents.of(index), self._items[index].header.resourceType
        rule = ROWS[kind].rule
        dated = rule.undated if content.when is None else not rule.moment or names_moment(content.when)
        worded = not rule.wording or any(content.wording)
        if dated and worded and not content.modified:
            for name in content.said.names:
                yield (kind, content.fixed, name)

    def _heard(self, members: Iterable[int], *, wording: bool) -> Generator[None, None, Agreement]:
        agreement = Agreement(wording=wording)
        for index in members:
            agreement.add(self.contents.of(index))
            if self._is_due():
                yield
        return agreement

    def _agreeing(self, family: list[int], *, wording: bool) -> Generator[None, None, list[list[int]]]:
        """The family where nothing in it says otherwise; else those of it that say wholly the same."""
        agreement = yield from self._heard(family, wording=wording)
        if not agreement.differing:
            return [family]
        said: dict[Hashable, list[int]] = {}
        for index in family:
            content = self.contents.of(index)
            key = (content.whole, content.wording if wording else ())
            said.setdefault(key, []).append(index)
            if self._is_due():
                yield
        return [members for members in said.values() if len(members) > 1]

    def _may_be_one(self, members: Sequence[int]) -> bool:
        """Several sources may say one thing; one source says it twice only as the table allows."""
        by_partner = Counter(self._items[index].partner_id for index in members)
        if len(by_partner) == len(members):
            return True
        rule = ROWS[self._items[members[0]].header.resourceType].rule
        when = self.contents.of(members[0]).when
        if rule.within_one is WithinOne.AT_ONE_MOMENT:
            return when is not None and names_moment(when) and not self._numbered_apart(members)
        return rule.within_one is WithinOne.ALWAYS

    def _numbered_apart(self, members: Sequence[int]) -> bool:
        """Whether one source numbers two of them differently in one system: so many were given or done."""
        numbers: dict[tuple[str, str], set[str]] = {}
        for index in members:
            own = dict(identifiers(self._items[index].header))
            for system, value in own.items():
                numbers.setdefault((self._items[index].partner_id, system), set()).add(value)
        return any(len(values) > 1 for values in numbers.values())

    def _share_identifier(self, members: Sequence[int]) -> bool:
        seen: set[tuple[str, str]] = set()
        for index in members:
            found = set(identifiers(self._items[index].header)) if index in self._numbered else set()
            if seen & found:
                return True
            seen |= found
        return False
