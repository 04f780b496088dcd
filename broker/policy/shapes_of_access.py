"""Emergency access, and who reads the register of objections, as JSON Schema from the readers' words."""

from __future__ import annotations

from broker.domain.grant import EmergencyGround
from broker.domain.policy import DIRECT_CARE
from broker.policy.reading_governance import ODS_CODE, REGISTER_PURPOSES
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


def governance() -> Shape:
    """Who reads the register of objections itself. Left out, nobody does."""
    readers = {
        "roles": role_groups("Whose staff read it: role groups that see nothing."),
        "purposes": shapes.words("For which purpose: none that opens a record.", REGISTER_PURPOSES, least=1),
    }
    members = {
        "kept_by": shapes.text("The ODS code of the organisation that keeps it.", ODS_CODE, "QX9"),
        "readers": shapes.section("Who reads it, and changes nothing in it.", readers),
    }
    return shapes.section("The register of objections. Left out, nobody reads it.", members)


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
