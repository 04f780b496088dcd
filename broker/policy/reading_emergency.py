"""The emergency access policy: each ground on which an objection may be gone around, and within what."""

from __future__ import annotations

from broker.domain.emergency import EmergencyAccessRules, EmergencyRule
from broker.domain.grant import EmergencyGround
from broker.domain.policy import DIRECT_CARE
from broker.files import Section
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import (
    Places,
    Vocabulary,
    read_categories,
    read_grounds,
    read_groups,
    refuse_repeats,
    some_words,
)


def read_emergency(top: Section, places: Places, vocabulary: Vocabulary) -> EmergencyAccessRules:
    """Read `text_characters_min` and `grounds`. A ground that is left out opens nothing."""
    characters_min = top.integer("text_characters_min", least=1)
    sections = top.sections("grounds")
    refuse_repeats(sections, "ground")
    rules = [_ground(section, places, vocabulary) for section in sections]
    sentences = {rule: words for (topic, rule), words in SENTENCES.items() if topic == places.topic}
    places.add_fixed(top, "grounds", sentences)
    places.add_fixed(top, "text_characters_min", {"text-too-short": sentences["text-too-short"]})
    return EmergencyAccessRules(
        grounds={rule.ground: rule for rule in rules}, text_characters_min=characters_min
    )


def _ground(section: Section, places: Places, vocabulary: Vocabulary) -> EmergencyRule:
    ground = EmergencyGround(section.word("ground", EmergencyGround))
    title = section.text("title")
    places.add(str(ground), section, "ground", title)
    rule = EmergencyRule(
        ground=ground,
        title=title,
        roles=read_groups(section, "roles", vocabulary),
        relationships=read_grounds(section, "relationships"),
        purposes=frozenset(some_words(section, "purposes", sorted(DIRECT_CARE))),
        opens=read_categories(section, "opens"),
        minutes_max=section.integer("minutes_max", least=1),
        witnessed=section.flag("witnessed"),
    )
    section.finish()
    return rule
