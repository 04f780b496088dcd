"""The emergency access policy as a decision obeys it: on which grounds an objection may be gone around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.grant import EmergencyGround
from broker.domain.requester import RelationshipGround


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRule:
    """One ground: who may state it, in which relationship and for which purpose, what it opens, how long.

    A `witnessed` ground needs somebody else who was there. `title` is governance's own sentence.
    """

    ground: EmergencyGround
    title: str
    roles: frozenset[str]
    relationships: frozenset[RelationshipGround]
    purposes: frozenset[str]
    opens: frozenset[Category]
    minutes_max: int
    witnessed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyAccessRules:
    """Every ground that policy lists; a ground that is not there opens nothing.

    `text_characters_min` counts the user's own words why, without blanks at either end.
    """

    grounds: Mapping[str, EmergencyRule]
    text_characters_min: int
