"""An allergy beside a statement that none of its sort is known, wherever the two are said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from broker.domain.none_known import ANY, DENIED_ALLERGIES, says_none_known
from broker.domain.resource import ABSENT, Resource
from broker.domain.view import Contradiction
from broker.pipeline.merging.candidates import Sides
from broker.pipeline.merging.clash_table import DENIED, OVER, REFUTED, TAKEN_BACK
from broker.pipeline.merging.content import Contents

_NOT_STANDING = OVER | {REFUTED, TAKEN_BACK}


def denials(found: Sides, items: Sequence[Resource], contents: Contents) -> list[Contradiction]:
    """One contradiction of all that are in it; an allergy that no denial speaks of is not."""
    standing = [index for index in found.allergies if _NOT_STANDING.isdisjoint(contents.of(index).state)]
    denied = {index: _denies(contents, index) for index in standing}
    denied |= {index: ANY for index in found.allergy_lists if says_none_known(items[index])}
    denying = {index: word for index, word in denied.items() if word}
    if not denying:
        return []
    allergies = [index for index in standing if index not in denying]
    spoken_of = {
        index: [one for one in denying if _speaks_of(denying[one], _categories(items[index]))]
        for index in allergies
    }
    members = {one for index, those in spoken_of.items() if those for one in (index, *those)}
    return [Contradiction(tuple(sorted(members)), "allergy-and-none-known")] if members else []


def _denies(contents: Contents, index: int) -> str:
    said = contents.of(index).said
    return next((DENIED_ALLERGIES[name] for name in said.names if name in DENIED_ALLERGIES), "")


def _speaks_of(denied: str, categories: frozenset[str]) -> bool:
    """An allergy that does not say of what sort it is could be of any."""
    return denied == ANY or not categories or not categories.isdisjoint(DENIED[denied])


def _categories(item: Resource) -> frozenset[str]:
    """AllergyIntolerance.category: a list of codes."""
    if item.header.category is ABSENT:
        return frozenset()
    given: Any = msgspec.json.decode(item.header.category)
    return frozenset(one for one in given if isinstance(one, str)) if isinstance(given, list) else frozenset()
