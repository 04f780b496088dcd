"""What every policy file has in common: its heading, its lists of words, and the place of each rule."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.policy import Place, RoleGroup, Topic
from broker.domain.requester import RelationshipGround
from broker.files import Section, nearest

EVERYTHING = "everything"
ALL_CLASSIFIED = frozenset(Category) - {Category.UNCLASSIFIED}

# Words that stand for several role groups; no group may take one as its id.
CLINICAL, NON_CLINICAL, EVERYONE = "clinical", "non-clinical", "everyone"
GROUP_WORDS = (CLINICAL, NON_CLINICAL, EVERYONE)

ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
VERSION_PATTERN = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What one file may say because another said it: role groups, and partners with their ODS codes."""

    partners: Mapping[str, frozenset[str]]
    groups: Mapping[str, RoleGroup] = field(default_factory=dict)


@dataclass(slots=True)
class Places:
    """Collects where each rule of one topic is written."""

    topic: Topic
    found: dict[tuple[str, str], Place] = field(default_factory=dict)

    def add(self, rule: str, section: Section, member: str, title: str) -> None:
        """`rule` is written at `member` of `section`."""
        line, _ = section.position(member)
        self.found[str(self.topic), rule] = Place(file=str(section.path), line=line, title=title)

    def add_fixed(self, section: Section, member: str, rules: Mapping[str, str]) -> None:
        """Rules that need no line of their own: `member` is what they rest on."""
        for rule, sentence in rules.items():
            self.add(rule, section, member, sentence)


def read_heading(top: Section, topic: Topic) -> dt.date:
    """Check who approved what and why; returns the day from which the policy is in force."""
    top.word("id", (str(topic),))
    if not VERSION_PATTERN.fullmatch(top.text("version")):
        remedy = "Raise the first when somebody gains or loses access, the second for a new option."
        raise top.fault("`version` must be three numbers, such as 1.0.0.", remedy, at="version")
    for name in ("title", "rationale", "approved_by"):
        top.text(name)
    return top.date("effective_from")


def read_id(section: Section, name: str) -> str:
    """An id in lower-case words joined by hyphens."""
    value = section.text(name)
    if not ID_PATTERN.fullmatch(value):
        remedy = "Use lower-case words joined by hyphens, such as `ward-clerk`."
        raise section.fault(f"`{value}` is not an id.", remedy, at=name)
    return value


def read_categories(section: Section, name: str) -> frozenset[Category]:
    """Category words; `everything` is every one but `unclassified`."""
    words = section.words(name, (EVERYTHING, *Category))
    found = {Category(word) for word in words if word != EVERYTHING}
    return frozenset(found | ALL_CLASSIFIED if EVERYTHING in words else found)


def read_groups(section: Section, name: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Role groups by id, or by the words that stand for several. At least one."""
    groups = vocabulary.groups
    words = section.words(name, (*GROUP_WORDS, *groups))
    if not words:
        raise section.fault(f"`{name}` names no role group.", nearest("", groups), at=name)
    found = {word for word in words if word in groups}
    found |= {g.group_id for g in groups.values() if g.clinical and {CLINICAL, EVERYONE} & {*words}}
    found |= {g.group_id for g in groups.values() if not g.clinical and {NON_CLINICAL, EVERYONE} & {*words}}
    return frozenset(found)


def read_grounds(section: Section, name: str) -> frozenset[RelationshipGround]:
    """Grounds of a care relationship; `none` is not one."""
    grounds = (ground for ground in RelationshipGround if ground is not RelationshipGround.NONE)
    return frozenset(RelationshipGround(word) for word in section.words(name, grounds))


def some_words(section: Section, name: str, valid: Iterable[str]) -> tuple[str, ...]:
    """Words of a closed list, at least one. Raises FileFault."""
    valid = tuple(valid)
    words = section.words(name, valid)
    if not words:
        raise section.fault(f"`{name}` lists none.", nearest("", valid), at=name)
    return words


def refuse_repeats(sections: Iterable[Section], name: str) -> None:
    """Each item of a list has a `name` of its own. Raises FileFault at the second."""
    seen: set[str] = set()
    for section in sections:
        value = section.text(name)
        if value in seen:
            raise section.fault(f"`{value}` stands here a second time.", "Keep one of them.", at=name)
        seen.add(value)


def require_every(top: Section, name: str, found: Iterable[str], every: Iterable[str]) -> None:
    """Raise FileFault at `name` when one of a closed list is not spoken of."""
    missing = sorted(set(every) - set(found))
    if missing:
        raise top.fault(f"`{name}` says nothing of `{missing[0]}`.", "Say what holds for it.", at=name)
