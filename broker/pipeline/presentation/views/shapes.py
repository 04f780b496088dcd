"""Members of a resource of whatever shape into the shape that a view reads: a wrong one is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.domain.item_words import CANNOT_BE_SHOWN, Tree, concept, when

_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def trees(value: Any) -> list[Tree]:
    """The objects of a list, or the one object."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, dict)]


def word(value: Any) -> str:
    """A text; empty where it is none."""
    return value if isinstance(value, str) else ""


def words(value: Any) -> str:
    """A concept, or several, as they were written."""
    try:
        return concept(value)
    except _UNREADABLE:
        return CANNOT_BE_SHOWN


def references(value: Any) -> list[str]:
    """What one or several References name."""
    return [found for one in trees(value) if (found := word(one.get("reference")))]


def codings(value: Any) -> Iterator[tuple[str, str]]:
    """System and code of each coding of a concept that has both."""
    for one in trees(value):
        for coding in trees(one.get("coding")):
            system, code = word(coding.get("system")), word(coding.get("code"))
            if system and code:
                yield system, code


def time_of(tree: Tree) -> str:
    """An item's own time, as it was written and of whatever precision; empty where it gives none."""
    try:
        return when(tree)
    except _UNREADABLE:
        return ""
