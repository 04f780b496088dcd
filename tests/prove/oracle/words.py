"""The policy files into the words that a judgement is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove.oracle.closed import CLASSES, DIRECT_CARE, NOT_UPHELD_GROUNDS, WITHOUT_A_PLACE
from tests.prove.oracle.days import opens_at
from tests.prove.oracle.people import Groups, groups_of
from tests.prove.oracle.reading import Section, by_key, categories, day, flag, read_topics, texts
from tests.prove.oracle.signed import Agreement, agreement_of

Telling = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class NotUpheld:
    """What one ground may open at most, and to whom."""

    to: frozenset[str]
    opens: frozenset[str]


@dataclass(frozen=True, slots=True)
class EmergencyGround:
    """What may be stated in an emergency, by whom, and what it opens for how long."""

    roles: frozenset[str]
    relationships: frozenset[str]
    purposes: frozenset[str]
    opens: frozenset[str]
    longest: dt.timedelta
    witnessed: bool


@dataclass(frozen=True, slots=True)
class Class:
    """Whom one sensitivity class is open to, and the partners that are wholly of it."""

    name: str
    open_to: frozenset[str]
    relationships: frozenset[str]
    emergency: frozenset[str]
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Protected:
    """What an emergency opens of a protected person: for which restrictions and purposes, to whom."""

    restrictions: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Words:
    """Everything that the files say of a decision. `relationships` holds, for each that is permitted, the
    role groups that may rely on it and whether a privacy officer hears.
    """

    in_force_from: dt.datetime
    groups: Groups
    permitted: frozenset[str]
    refused: frozenset[str]
    care_ends_days: int
    relationships: Mapping[str, tuple[frozenset[str], bool]]
    agreement: Agreement
    naming: Mapping[str, str]
    naming_otherwise: str
    shows_differences: bool
    restricted_telling: Telling
    protected: Protected
    state_effects: Mapping[str, str]
    not_upheld: Mapping[str, NotUpheld]
    objection_telling: Telling
    tells_staff: bool
    classes: tuple[Class, ...]
    text_characters_min: int
    emergency_grounds: Mapping[str, EmergencyGround]
    memory: dict[int, Any] = field(default_factory=dict)


def read_words(folder: Path) -> Words:
    """The words of all policies under `folder`. KeyError or ValueError where one is missing or wrong."""
    return words_of(read_topics(folder))


def words_of(topics: Mapping[str, Section]) -> Words:
    """The words of topics that were read already. No file of emergency access is no emergency access."""
    groups = groups_of(topics["roles"]["groups"])
    purposes, disclosure, objections = topics["purposes"], topics["disclosure"], topics["objections"]
    emergency = topics.get("emergency-access", {})
    return Words(
        in_force_from=opens_at(max(day(topic["effective_from"]) for topic in topics.values())),
        groups=groups,
        permitted=(texts(by_key(purposes["permitted"], "code")) & DIRECT_CARE)
        - texts(by_key(purposes.get("refused"), "code")),
        refused=texts(by_key(purposes.get("refused"), "code")),
        care_ends_days=int(purposes["care_ends_days_after_death"]),
        relationships=_relationships(topics["relationships"], groups),
        agreement=agreement_of(topics["sharing-agreement"], groups),
        naming={name: str(one["naming"]) for name, one in _named_partners(disclosure).items()},
        naming_otherwise=str(disclosure["naming"]["otherwise"]),
        shows_differences=disclosure.get("demographic_differences") == "shown",
        restricted_telling=_telling(disclosure["restricted"]["telling"], groups),
        protected=_protected(disclosure["restricted"].get("emergency"), groups),
        state_effects={
            state: str(one["effect"]) for state, one in by_key(objections["states"], "state").items()
        },
        not_upheld=_not_upheld(objections.get("grounds"), groups),
        objection_telling=_telling(objections["telling"], groups),
        tells_staff=flag(objections["telling"].get("named_staff")),
        classes=_classes(topics["sensitive-information"].get("classes"), groups),
        text_characters_min=int(emergency.get("text_characters_min", 0)),
        emergency_grounds=_emergency_grounds(emergency.get("grounds"), groups),
    )


def _named_partners(disclosure: Section) -> dict[str, Section]:
    return by_key(disclosure["naming"].get("partners"), "partner")


def _relationships(topic: Section, groups: Groups) -> dict[str, tuple[frozenset[str], bool]]:
    everyone = groups.meant_by(["everyone"])
    return {
        name: (
            groups.meant_by(one["only_roles"]) if one.get("only_roles") else everyone,
            flag(one.get("alert")),
        )
        for name, one in by_key(topic["grounds"], "ground").items()
        if flag(one["permitted"]) and name != "none"
    }


def _telling(section: Section, groups: Groups) -> Telling:
    return groups.meant_by(section.get("roles")), texts(section.get("relationships"))


def _protected(section: Section | None, groups: Groups) -> Protected:
    if not section:
        return Protected()
    return Protected(
        texts(section["restrictions"]),
        texts(section["purposes"]),
        groups.meant_by(section["roles"]),
        categories(section["categories"]) & WITHOUT_A_PLACE,
    )


def _not_upheld(grounds: Any, groups: Groups) -> dict[str, NotUpheld]:
    """An older list of bare words limits nothing beside what the decision names."""
    found: dict[str, NotUpheld] = {}
    for one in grounds or ():
        bare = isinstance(one, str)
        name = one if bare else str(one["ground"])
        to, opens = (["everyone"], ["everything", "unclassified"]) if bare else (one["to"], one["opens"])
        if name in NOT_UPHELD_GROUNDS:
            found[name] = NotUpheld(groups.meant_by(to), categories(opens))
    return found


def _classes(sections: Any, groups: Groups) -> tuple[Class, ...]:
    listed = by_key(sections, "class")
    unlisted: dict[str, Section] = {name: {} for name in sorted(CLASSES - listed.keys())}
    return tuple(_class(name, one, groups) for name, one in (listed | unlisted).items())


def _class(name: str, section: Section, groups: Groups) -> Class:
    return Class(
        name,
        groups.meant_by(section.get("open_to")),
        texts(section.get("relationships")),
        groups.meant_by(section.get("emergency")),
        texts(section.get("sources")),
    )


def _emergency_grounds(sections: Any, groups: Groups) -> dict[str, EmergencyGround]:
    return {
        name: EmergencyGround(
            groups.meant_by(one["roles"]),
            texts(one["relationships"]),
            texts(one["purposes"]),
            categories(one["opens"]),
            dt.timedelta(minutes=int(one["minutes_max"])),
            flag(one.get("witnessed")),
        )
        for name, one in by_key(sections, "ground").items()
    }
