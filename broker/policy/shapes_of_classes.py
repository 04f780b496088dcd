"""The sensitive information policy as JSON Schema, from the closed list of its classes."""

from __future__ import annotations

from broker.domain.sensitivity import LEGAL, SensitivityClass
from broker.domain.snomed import IDENTIFIER_PATTERN
from broker.policy.reading import ID_PATTERN
from broker.policy.shapes_of_words import categories, partner_id, relationships, role_groups
from broker.ports import shapes
from broker.ports.shapes import Shape

_NONE: Shape = {"maxItems": 0}


def sensitive_information() -> dict[str, Shape]:
    """`label_systems`, `ordinary_labels` and `classes`."""
    system = {
        "id": shapes.text("The word by which labels below name the system.", ID_PATTERN),
        "spellings": shapes.words("The system, in every spelling that partners use."),
    }
    spoken_of = shapes.speaks_of("class", SensitivityClass)
    return {
        "label_systems": shapes.sections(
            "The systems of security labels.", shapes.section("One system.", system)
        ),
        "ordinary_labels?": _labels("Labels that were thought about and close nothing to staff."),
        "classes": shapes.sections("Every class is spoken of.", _class(), *spoken_of),
    }


def _labels(about: str) -> Shape:
    return shapes.words(about, shapes.text("`system|code`.", r"[^|]+\|.+", "act-code|HIV"))


def _class() -> Shape:
    code = {
        "code": shapes.text("A SNOMED CT identifier, in quotes.", IDENTIFIER_PATTERN),
        "title": shapes.text("Its words."),
    }
    members = {
        "class": shapes.word(
            "The closed list; `unspecified` is what nobody gives a reason for.", SensitivityClass
        ),
        "title": shapes.text("What it is."),
        "open_to?": role_groups("Who may see it, with one of `relationships`.", least=0),
        "relationships?": relationships("In which care relationship."),
        "emergency?": role_groups("Who may see it for emergency treatment.", least=0),
        "labels?": _labels("Security labels that mark it."),
        "codes?": shapes.sections("Codes that mark it.", shapes.section("One code.", code)),
        "sources?": shapes.words("Partners of which all is of the class.", partner_id()),
        "categories": {**categories("Where its items stand, and no more."), "minItems": 1},
    }
    return shapes.section("One class.", members, *_rules())


def _rules() -> tuple[Shape, ...]:
    some: Shape = {"minItems": 1}
    both = {"required": ["relationships"], **shapes.only(relationships=some)}
    opened = {"required": ["open_to"], **shapes.only(open_to=some)}
    legal = shapes.has("class", *sorted(LEGAL))
    unnamed = shapes.has("class", SensitivityClass.UNSPECIFIED)
    return (
        shapes.when(opened, both, shapes.only(relationships=_NONE)),
        shapes.when(legal, shapes.only(open_to=_NONE, emergency=_NONE)),
        shapes.when(unnamed, shapes.only(codes=False, sources=False)),
    )
