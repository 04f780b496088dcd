"""The policies about the person who asks: roles, purposes, relationships."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from broker.domain.policy import DIRECT_CARE, Purpose, RelationshipRule, RoleGroup
from broker.domain.requester import RelationshipGround
from broker.files import Section
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import (
    GROUP_WORDS,
    Places,
    Vocabulary,
    read_categories,
    read_groups,
    read_id,
    refuse_repeats,
    require_every,
)

NATIONAL_CODE = re.compile(r"R[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Roles:
    """Role groups by the national R code and by the local word that lead to them, and by their own id."""

    national: Mapping[str, RoleGroup]
    local: Mapping[str, RoleGroup]
    groups: Mapping[str, RoleGroup]


def read_roles(top: Section, places: Places) -> Roles:
    """Read `groups`. Raises FileFault when a code or a word leads to two of them."""
    sections = top.sections("groups")
    refuse_repeats(sections, "id")
    national: dict[str, RoleGroup] = {}
    local: dict[str, RoleGroup] = {}
    groups: dict[str, RoleGroup] = {}
    for section in sections:
        group = _group(section, places)
        _claim(section, "national_codes", national, group)
        _claim(section, "local_words", local, group)
        section.finish()
        groups[group.group_id] = group
    places.add_fixed(top, "groups", _fixed(places, "no-role", "unknown-role", "sees-nothing"))
    return Roles(national, local, groups)


def _group(section: Section, places: Places) -> RoleGroup:
    group_id = read_id(section, "id")
    if group_id in GROUP_WORDS:
        raise section.fault(f"`{group_id}` already stands for several groups.", "Choose another id.", at="id")
    places.add(group_id, section, "id", section.text("title"))
    return RoleGroup(
        group_id=group_id, clinical=section.flag("clinical"), categories=read_categories(section, "sees")
    )


def _claim(section: Section, name: str, taken: dict[str, RoleGroup], group: RoleGroup) -> None:
    for word in section.words(name):
        if (name == "national_codes") != bool(NATIONAL_CODE.fullmatch(word)):
            remedy = "National codes are the last part, such as `R8000`; all else is a local word."
            raise section.fault(f"`{word}` does not belong under `{name}`.", remedy, at=name)
        if word in taken:
            problem = f"`{word}` already leads to `{taken[word].group_id}`."
            raise section.fault(problem, "Keep it in one group.", at=name)
        taken[word] = group


@dataclass(frozen=True, slots=True)
class Purposes:
    """Permitted and refused, and when care ends."""

    permitted: frozenset[str]
    refused: frozenset[str]
    days_after_death: int


def read_purposes(top: Section, places: Places) -> Purposes:
    """Read `permitted` and `refused`: together every purpose, direct care alone permitted."""
    permitted = _codes(top, "permitted", DIRECT_CARE, places)
    refused = _codes(top, "refused", set(Purpose) - permitted, places)
    require_every(top, "refused", permitted | refused, Purpose)
    days = top.integer("care_ends_days_after_death")
    places.add_fixed(top, "permitted", _fixed(places, "unknown-purpose"))
    places.add_fixed(top, "care_ends_days_after_death", _fixed(places, "care-has-ended", "death-unreadable"))
    return Purposes(permitted, refused, days)


def _codes(top: Section, name: str, valid: Iterable[str], places: Places) -> frozenset[str]:
    sections = top.sections(name)
    refuse_repeats(sections, "code")
    for section in sections:
        places.add(section.word("code", valid), section, "code", section.text("title"))
        section.finish()
    return frozenset(section.text("code") for section in sections)


def read_relationships(
    top: Section, places: Places, vocabulary: Vocabulary
) -> Mapping[RelationshipGround, RelationshipRule]:
    """Read `grounds`: every one is spoken of, `none` is never permitted."""
    sections = top.sections("grounds")
    refuse_repeats(sections, "ground")
    rules = [rule for section in sections if (rule := _ground(section, places, vocabulary))]
    require_every(top, "grounds", (section.text("ground") for section in sections), RelationshipGround)
    fixed = _fixed(places, "ground-not-permitted", "ground-not-for-role", "alert-privacy-officer")
    places.add_fixed(top, "grounds", fixed)
    return {rule.ground: rule for rule in rules}


def _ground(section: Section, places: Places, vocabulary: Vocabulary) -> RelationshipRule | None:
    ground = RelationshipGround(section.word("ground", RelationshipGround))
    places.add(str(ground), section, "ground", section.text("title"))
    permitted, alert = section.flag("permitted"), section.flag("alert", default=False)
    only = "only_roles" in section
    roles = read_groups(section, "only_roles", vocabulary) if only else frozenset[str]()
    section.finish()
    if ground is RelationshipGround.NONE and permitted:
        remedy = "Somebody without a care relationship may not look."
        raise section.fault("`none` cannot be permitted.", remedy, at="permitted")
    return RelationshipRule(ground=ground, roles=roles, alert=alert) if permitted else None


def _fixed(places: Places, *rules: str) -> Mapping[str, str]:
    return {rule: SENTENCES[places.topic, rule] for rule in rules}
