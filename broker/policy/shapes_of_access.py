"""The emergency access policy as JSON Schema, from the words that its reader knows."""

from __future__ import annotations

from broker.domain.grant import EmergencyGround
from broker.domain.policy import DIRECT_CARE
from broker.policy.shapes_of_words import categories, relationships, role_groups
from broker.ports import shapes
from broker.ports.shapes import Shape


def emergency_access() -> dict[str, Shape]:
    """The members of its file beside the heading."""
    return {
        "text_characters_min": shapes.integer(
            "The user's own words why, without blanks at either end, at least so many characters.", least=1
        ),
        "grounds": shapes.sections("The only grounds. One that is left out opens nothing.", _ground()),
    }


def _ground() -> Shape:
    return shapes.section(
        "One ground on which an objection may be gone around.",
        {
            "ground": shapes.word("What is stated.", EmergencyGround),
            "title": shapes.text("What it means."),
            "roles": role_groups("Who may state it."),
            "relationships": relationships("In which care relationship."),
            "purposes": shapes.words("For which purpose.", sorted(DIRECT_CARE), least=1),
            "opens": categories("What it opens at most."),
            "minutes_max": shapes.integer("Minutes for which it holds at most.", least=1),
            "witnessed": shapes.flag("Whether somebody else must have been there."),
        },
    )
