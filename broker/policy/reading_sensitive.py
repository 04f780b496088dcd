"""The sensitive information policy: its labels, and for each class what marks it and whom it is open to."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.sensitivity import (
    LEGAL,
    OWN_SYSTEM,
    ClassRule,
    Label,
    SensitiveRules,
    SensitivityClass,
)
from broker.domain.snomed import is_snomed_identifier
from broker.files import Section, nearest
from broker.policy.reading import (
    Places,
    Vocabulary,
    read_categories,
    read_grounds,
    read_groups,
    read_id,
    refuse_repeats,
    require_every,
)

_Systems = Mapping[str, frozenset[str]]


def read_sensitive(top: Section, places: Places, vocabulary: Vocabulary) -> SensitiveRules:
    """Read `label_systems`, `ordinary_labels` and `classes`: every class is spoken of."""
    systems = _systems(top)
    sections = top.sections("classes")
    refuse_repeats(sections, "class")
    rules = [_class(section, systems, places, vocabulary) for section in sections]
    require_every(top, "classes", (rule.sensitivity for rule in rules), SensitivityClass)
    ordinary = _labels(top, "ordinary_labels", systems)
    sorted_twice = ordinary & frozenset().union(*(rule.labels for rule in rules))
    if sorted_twice:
        _, code = min(sorted_twice)
        problem = f"`{code}` is the label of a class, and stands here too."
        raise top.fault(problem, "Keep it in one place.", at="ordinary_labels")
    return SensitiveRules(classes={rule.sensitivity: rule for rule in rules}, ordinary=ordinary)


def _systems(top: Section) -> _Systems:
    sections = top.sections("label_systems")
    refuse_repeats(sections, "id")
    systems = {}
    for section in sections:
        systems[read_id(section, "id")] = frozenset(section.words("spellings"))
        section.finish()
    return systems


def _labels(section: Section, name: str, systems: _Systems) -> frozenset[Label]:
    """Words of the form `system|code`, each in every spelling of its system."""
    found: set[Label] = set()
    for word in section.words(name, None, ()):
        system, bar, code = word.partition("|")
        if not bar or not code:
            raise section.fault(f"`{word}` is not a label.", "Write `system|code`.", at=name)
        if system not in systems:
            problem = f"`{system}` is not a system of `label_systems`."
            raise section.fault(problem, nearest(system, systems), at=name)
        found |= {(spelling, code) for spelling in systems[system]}
    return frozenset(found)


def _class(section: Section, systems: _Systems, places: Places, vocabulary: Vocabulary) -> ClassRule:
    name = SensitivityClass(section.word("class", SensitivityClass))
    places.add(str(name), section, "class", section.text("title"))
    labels = _labels(section, "labels", systems)
    # What nobody gives a reason for has no reason to be found by.
    named = name is not SensitivityClass.UNSPECIFIED
    rule = ClassRule(
        sensitivity=name,
        roles=_groups(section, "open_to", name, vocabulary),
        relationships=read_grounds(section, "relationships") if "relationships" in section else frozenset(),
        emergency_roles=_groups(section, "emergency", name, vocabulary),
        labels=labels | {(OWN_SYSTEM, str(name))} if named else labels,
        codes=_codes(section) if named else frozenset(),
        sources=frozenset(section.words("sources", vocabulary.partners, ())) if named else frozenset(),
        categories=read_categories(section, "categories"),
    )
    section.finish()
    _refuse_half_a_rule(section, rule)
    return rule


def _groups(section: Section, name: str, named: SensitivityClass, vocabulary: Vocabulary) -> frozenset[str]:
    if not section.words(name, None, ()):
        return frozenset()
    groups = read_groups(section, name, vocabulary)
    if named in LEGAL:
        raise section.fault(f"The law opens `{named}` to nobody here.", f"Remove `{name}`.", at=name)
    return groups


def _refuse_half_a_rule(section: Section, rule: ClassRule) -> None:
    """A class with roles and no relationship would be open to nobody, and nobody would see why."""
    if bool(rule.roles) != bool(rule.relationships):
        problem = f"`{rule.sensitivity}` needs both `open_to` and `relationships`, or neither."
        raise section.fault(problem, "Write both, or remove the one.", at="class")
    if not rule.categories:
        remedy = "List the categories in which its items stand."
        raise section.fault("`categories` lists none.", remedy, at="categories")


def _codes(section: Section) -> frozenset[str]:
    found = section.sections("codes") if "codes" in section else ()
    refuse_repeats(found, "code")
    for one in found:
        one.text("title")
        if not is_snomed_identifier(one.text("code")):
            problem = f"`{one.text('code')}` is not a SNOMED CT identifier: its check digit does not hold."
            raise one.fault(problem, "Copy it again from the release.", at="code")
        one.finish()
    return frozenset(one.text("code") for one in found)
