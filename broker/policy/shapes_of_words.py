"""Lists of words that several policies take, as JSON Schema."""

from __future__ import annotations

from broker.domain.category import Category
from broker.domain.requester import RelationshipGround
from broker.policy.reading import EVERYTHING, GROUP_WORDS, ID_PATTERN
from broker.ports import shapes
from broker.ports.shapes import Shape

_PARTNER = "The id of a registered partner, as in `config/partners/<id>.yaml`."
_RELATIONSHIPS = [ground for ground in RelationshipGround if ground is not RelationshipGround.NONE]


def categories(about: str) -> Shape:
    """Category words, or `everything`."""
    return shapes.words(f"{about} `{EVERYTHING}` is all but `unclassified`.", (EVERYTHING, *Category))


def role_groups(about: str, *, least: int = 1) -> Shape:
    """Role groups, whose ids only the roles policy knows; the words for several are offered."""
    anyone = {"type": "string", "enum": [*GROUP_WORDS]}
    group = shapes.either("A role group of the roles policy.", anyone, shapes.text("Its id.", ID_PATTERN))
    about = f"{about} Role groups of the roles policy, or {', '.join(GROUP_WORDS)}."
    return shapes.words(about, group, least=least)


def relationships(about: str, *, least: int = 0) -> Shape:
    """Grounds of a care relationship; `none` is not one."""
    return shapes.words(about, _RELATIONSHIPS, least=least)


def partner_id() -> Shape:
    """A partner, whose registration only `config/partners` knows."""
    return shapes.text(_PARTNER, ID_PATTERN)
