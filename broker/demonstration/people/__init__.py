"""The people of the demonstration, all of our own invention, each with a story worth showing."""

from __future__ import annotations

import functools

from broker.demonstration.people.allergies import allergy_contradicted, partner_down
from broker.demonstration.people.diabetes import story as diabetes
from broker.demonstration.people.hearts import slow_pages, two_hospitals
from broker.demonstration.people.identities import restricted, superseded, wrong_person
from broker.demonstration.people.objectors import (
    category_objection,
    partner_objection,
    safeguarding,
    whole_objection,
)
from broker.demonstration.people.person import Demographics, Story, StoryObjection
from broker.demonstration.people.private_lives import deceased, sexual_health

MAIN_STORY = "diabetes"

__all__ = ["MAIN_STORY", "STORY_NAMES", "Demographics", "Story", "StoryObjection", "stories", "story_named"]

_TELLERS = {
    "diabetes": diabetes,
    "two-hospitals": two_hospitals,
    "allergy-contradicted": allergy_contradicted,
    "whole-objection": whole_objection,
    "partner-objection": partner_objection,
    "category-objection": category_objection,
    "safeguarding": safeguarding,
    "restricted": restricted,
    "superseded": superseded,
    "partner-down": partner_down,
    "wrong-person": wrong_person,
    "slow-pages": slow_pages,
    "deceased": deceased,
    "sexual-health": sexual_health,
}
STORY_NAMES = tuple(_TELLERS)


@functools.cache
def stories() -> tuple[Story, ...]:
    """Every story, the main one first."""
    return tuple(tell() for tell in _TELLERS.values())


def story_named(name: str) -> Story:
    """One story. Raises KeyError for a name that is not in STORY_NAMES."""
    return _TELLERS[name]()
