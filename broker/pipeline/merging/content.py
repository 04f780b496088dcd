"""An item to what the table compares of it. Worked out only for items that may be like another."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import msgspec

from broker.domain.json_bytes import lossless_tree
from broker.domain.resource import Period, Resource
from broker.pipeline.merging.concepts import NOTHING_SAID, Concepts, Said
from broker.pipeline.merging.medicines import Medicines
from broker.pipeline.merging.plain_form import plain_form, plain_tree, word_of
from broker.pipeline.merging.rows import (
    CHOICE,
    ROW_OF_OTHERS,
    ROWS,
    Members,
    Row,
    When,
    found_in,
    names_in,
    when_of,
)
from broker.pipeline.merging.table import SAYS_NOTHING

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PERIOD = msgspec.json.Decoder(Period)
# A line break, or the dash that some systems write in its place before the next part: one and the same.
_NEXT_PART = re.compile(r"\s*\n\s*|\s-\s(?=[^\W\d]|\()")
_ELSE = ", else words of "
_TOGETHER = " + "
_REFERRED = "medicationReference"


# What each element of one column says; None or empty where it is silent.
Columns = tuple[Hashable, ...]


class Content(NamedTuple):
    """The columns of the table for one item. `members` is how many it has, `modified` that one changes
    what the others mean.
    """

    when: When | None
    said: Said
    state: Columns
    value: Columns
    dose: Columns
    same: Columns
    apart: Columns
    wording: Columns
    members: int
    modified: bool

    @property
    def fixed(self) -> Hashable:
        """What two alike items have in common to the last word."""
        return (self.when, self.state, self.value, self.dose, self.same)

    @property
    def whole(self) -> Hashable:
        """Everything that is compared, but for wording."""
        return (self.fixed, self.apart, self.said)


class Contents:
    """The content of each item of one view, read when it is first asked for."""

    def __init__(self, items: Sequence[Resource], concepts: Concepts) -> None:
        """Nothing is read yet."""
        self._items = items
        self.concepts = concepts
        self._medicines = Medicines(items)
        self._read: dict[int, Content] = {}
        self._plain: dict[bytes, Hashable] = {}

    def of(self, index: int) -> Content:
        """Of the item at `index`."""
        found = self._read.get(index)
        if found is None:
            found = self._read[index] = self._content(self._items[index])
        return found

    def terms_of(self, index: int) -> list[str]:
        """Every name that its code is given, the writer's own words first."""
        resource = self._items[index]
        members: Members = _MEMBERS.decode(resource.raw)
        row = ROWS.get(resource.header.resourceType, ROW_OF_OTHERS)
        spelled = (self._spelled(resource, members, name) for name in names_in(row.rule.code))
        return [term for written in spelled if written for term in self.concepts.terms_in(written)]

    def _content(self, resource: Resource) -> Content:
        members: Members = _MEMBERS.decode(resource.raw)
        row = ROWS.get(resource.header.resourceType, ROW_OF_OTHERS)
        rule = row.rule
        return Content(
            when=row.when(resource.header) if row.date_names else self._when(members, rule.date),
            said=self._said(resource, members, row),
            state=tuple(self._state(members, name) for name in names_in(rule.state)),
            value=self._value(members, rule.value),
            dose=self._each(members, rule.dose),
            same=self._each(members, rule.same),
            apart=self._each(members, rule.apart),
            wording=self._each(members, rule.wording),
            members=len(members),
            modified="modifierExtension" in members,
        )

    def _when(self, members: Members, column: str) -> When | None:
        for name in names_in(column):
            found = self._nested(members, name) if "." in name else _date(members, name)
            if found:
                when = when_of(name, found)
                if when is not None:
                    return when
        return None

    def _said(self, resource: Resource, members: Members, row: Row) -> Said:
        """By the first element that says anything; a medicine in another item lends its code."""
        for several in names_in(row.rule.code):
            said = NOTHING_SAID
            for name in several.split(_TOGETHER):
                spelled = self._spelled(resource, members, name)
                if spelled is not None:
                    said = said.beside(self.concepts.of(spelled))
            if said.names:
                return said
        return NOTHING_SAID

    def _spelled(self, resource: Resource, members: Members, name: str) -> bytes | None:
        """A code element as written; None where it is not there."""
        element, _, word = name.partition(" ")
        written = members.get(element)
        if written is None:
            return None
        if name == _REFERRED:
            return self._medicines.code_of(resource, bytes(written), members.get("contained"))
        return _extension(bytes(written), word) if word else bytes(written)

    def _state(self, members: Members, name: str) -> str:
        written = members.get(name)
        word = "" if written is None else word_of(bytes(written))
        return "" if word in SAYS_NOTHING else word

    def _value(self, members: Members, column: str) -> Columns:
        """What stands behind `else` is heard only where nothing before it is."""
        first, found, instead = column.partition(_ELSE)
        said = self._each(members, first)
        if not found:
            return said
        return (*said, None if any(said) else _words(members.get(instead)))

    def _each(self, members: Members, column: str) -> Columns:
        return tuple(self._one(members, name) for name in names_in(column))

    def _one(self, members: Members, name: str) -> Hashable:
        """None where it is not there; a choice of type says which it is."""
        if "." in name:
            return plain_tree(self._nested(members, name))
        found = [(each, self._memo(written)) for each, written in found_in(members, name)]
        if name.endswith(CHOICE):
            return tuple(found)
        return found[0][1] if found else None

    def _nested(self, members: Members, path: str) -> Any:
        """The first value at a dotted path."""
        first, *rest = path.split(".")
        node = lossless_tree(bytes(members[first])) if first in members else None
        for name in rest:
            node = _step(node, name)
        return node

    def _memo(self, written: bytes) -> Hashable:
        found = self._plain.get(written)
        if found is None:
            found = self._plain[written] = plain_form(written)
        return found


def _extension(written: bytes, word: str) -> bytes | None:
    """The concept of the first extension whose address has the word."""
    given = msgspec.json.decode(written)
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and word in str(one.get("url")) and "valueCodeableConcept" in one:
            return msgspec.json.encode(one["valueCodeableConcept"])
    return None


def _words(written: msgspec.Raw | None) -> Hashable:
    """What annotations say, however their parts are set apart; None where there is none. All else is heard,
    because in an entry without a value a sign in its note can be the result.
    """
    notes = None if written is None else msgspec.json.decode(written)
    texts = (one.get("text") for one in notes if isinstance(one, dict)) if isinstance(notes, list) else ()
    said = "\n".join(text for text in texts if isinstance(text, str)).strip()
    parts = (tuple(part.split()) for part in _NEXT_PART.split(said.casefold()))
    return tuple(parts) if said else None


def _step(node: Any, name: str) -> Any:
    if isinstance(node, list):
        return next((value for member in node if (value := _step(member, name)) is not None), None)
    return node.get(name) if isinstance(node, dict) else None


def _date(members: Members, name: str) -> str | Period | None:
    written = members.get(name)
    if written is None:
        return None
    try:
        if bytes(written).startswith(b'"'):
            return str(msgspec.json.decode(written))
        return _PERIOD.decode(written)
    except msgspec.DecodeError:
        return None
