"""Does a partner's Patient say of gender, title or name what the patient index does not? Doubt says yes.

Whoever changed one of them chose who learns of it. What a partner leaves out differs in nothing; what it
says and the index does not, whatever it is called there, could be what the person no longer is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.json_bytes import lossless_tree, write_tree

_FORMER = frozenset({"old", "maiden"})
# A double name is one word: half of it may be the former one.
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
# An extension that speaks of gender, by whatever name: birth sex, gender identity, pronouns.
_OF_GENDER = re.compile(r"gender|sex|pronoun", re.IGNORECASE)
_UNREADABLE = (msgspec.DecodeError, AttributeError, TypeError)
# What speaks of other people, or of other records.
_OF_OTHERS = frozenset(
    {"contact", "link", "generalPractitioner", "managingOrganization", "contained", "text"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the patient index says of the person, in small letters; what it calls former is not there."""

    genders: frozenset[str] = field(repr=False, default=frozenset())
    titles: frozenset[str] = field(repr=False, default=frozenset())
    names: frozenset[str] = field(repr=False, default=frozenset())
    former: frozenset[tuple[str, ...]] = field(repr=False, default=frozenset())
    marks: frozenset[bytes] = field(repr=False, default=frozenset())

    @classmethod
    def of(cls, patient: bytes) -> Known:
        """From the index's Patient. One that cannot be read says nothing, and everything differs from it."""
        try:
            tree = lossless_tree(patient)
            every = _names(tree)
            present = [name for name in every if name.get("use") not in _FORMER]
            return cls(
                genders=_genders(tree),
                titles=frozenset(word for name in present for word in _words(name.get("prefix"))),
                names=frozenset(word for name in present for word in _name_words(name)),
                former=frozenset(tuple(_name_words(name)) for name in every if name not in present),
                marks=frozenset(_marks(tree)),
            )
        except _UNREADABLE:
            return cls()

    def differs(self, patient: bytes) -> bool:
        """Whether a partner's own Patient says anything else."""
        try:
            tree = lossless_tree(patient)
            return not (
                _genders(tree) <= self.genders
                and all(self._agrees(name) for name in _names(tree))
                and frozenset(_marks(tree)) <= self.marks
            )
        except _UNREADABLE:
            return True

    def _agrees(self, name: dict[str, Any]) -> bool:
        """A name that the index calls former too tells nothing; any other must be the present one."""
        titles, words = {*_words(name.get("prefix"))}, _name_words(name)
        if not titles <= self.titles:
            return False
        if name.get("use") in _FORMER and tuple(words) in self.former:
            return True
        beside = {*words} if name.get("family") or name.get("given") else {*words} - self.titles
        said = {*_words(name.get("suffix"))} | self.titles | self.names
        return beside <= self.names and {*_words(name.get("text"))} <= said


def _names(tree: dict[str, Any]) -> list[dict[str, Any]]:
    names = tree.get("name") or []
    return names if isinstance(names, list) else [names]


def _genders(tree: dict[str, Any]) -> frozenset[str]:
    return frozenset(_words(tree.get("gender")))


def _name_words(name: dict[str, Any]) -> list[str]:
    """Of family and given names; of a name in one text, all of it."""
    words = [*_words(name.get("family")), *_words(name.get("given"))]
    return words or _words(name.get("text"))


def _words(value: Any) -> list[str]:
    """`Mr.` and `MR` are one title, and a letter is one with its accent beside it or in it. An extension in
    place of a text says nothing here.
    """
    texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    return [word for text in texts for word in _WORD.findall(unicodedata.normalize("NFC", text.casefold()))]


def _marks(node: Any) -> Iterator[bytes]:
    """Every extension that speaks of gender, with its value, wherever it stands."""
    if isinstance(node, list):
        for member in node:
            yield from _marks(member)
    elif isinstance(node, dict):
        url = node.get("url")
        if isinstance(url, str) and _OF_GENDER.search(url):
            yield write_tree(node)
            return
        for name, member in node.items():
            if name not in _OF_OTHERS:
                yield from _marks(member)
