"""Role groups: which one a role is of, and which several a word of the policies means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.prove.oracle.reading import Section, categories, flag, texts


@dataclass(frozen=True, slots=True)
class Groups:
    """`sees` is the most for each group; `clinical` those groups that are."""

    sees: dict[str, frozenset[str]]
    clinical: frozenset[str]
    by_national_code: dict[str, str]
    by_local_word: dict[str, str]

    def of_role(self, role: str) -> str | None:
        """The group of one role: by its own word, or by the code at its end, whatever stands before that."""
        return self.by_local_word.get(role) or self.by_national_code.get(role.rpartition(":")[2])

    def meant_by(self, words: Any) -> frozenset[str]:
        """The groups that a list of groups and of words for several means."""
        named = texts(words)
        meant = named & self.sees.keys()
        if "everyone" in named:
            meant |= self.sees.keys()
        if "clinical" in named:
            meant |= self.clinical
        if "non-clinical" in named:
            meant |= self.sees.keys() - self.clinical
        return frozenset(meant)


def groups_of(sections: Iterable[Section]) -> Groups:
    """The groups of the roles policy."""
    sees: dict[str, frozenset[str]] = {}
    clinical: set[str] = set()
    national: dict[str, str] = {}
    local: dict[str, str] = {}
    for section in sections:
        group = str(section["id"])
        sees[group] = categories(section.get("sees"))
        if flag(section.get("clinical")):
            clinical.add(group)
        national.update(dict.fromkeys(texts(section.get("national_codes")), group))
        local.update(dict.fromkeys(texts(section.get("local_words")), group))
    return Groups(sees, frozenset(clinical), national, local)
