"""Useful views of some items, as their reader gets them."""

from __future__ import annotations

from typing import Any

import orjson

from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.pipeline.presentation import Presented, present
from tests.support.records import NUMBER, finished, readable
from tests.support.views import frame, view

SNOMED = "http://snomed.info/sct"


def coded(code: str, text: str, system: str = SNOMED) -> dict[str, Any]:
    """A concept with one coding and its words."""
    return {"coding": [{"system": system, "code": code}], "text": text}


def from_both(
    addenbury: list[dict[str, Any]], papermill: list[dict[str, Any]] | None = None
) -> tuple[Resource, ...]:
    """The items of two partners, without their Patients."""
    return readable(addenbury)[1:] + readable(papermill or [], "papermill")[1:]


def presented(
    interaction: Interaction,
    items: tuple[Resource, ...],
    *,
    own: frozenset[str] = frozenset(),
    within_days: int = 90,
    **changes: Any,
) -> Presented:
    """The answer of one named view; `changes` are of the View."""
    query = RecordQuery(interaction=interaction, number=NUMBER, within_days=within_days)
    return finished(present(view(items, **changes), frame(query=query, own=own)))


def told(interaction: Interaction, items: tuple[Resource, ...], **changes: Any) -> dict[str, Any]:
    """Its body, which names exactly what is shown."""
    answer = presented(interaction, items, **changes)
    tree: dict[str, Any] = orjson.loads(b"".join(answer.body))
    assert len(items_named(tree)) == len(answer.shown)
    return tree


def items_named(tree: Any) -> set[str]:
    """Every item that some part of a view names."""
    if isinstance(tree, list):
        return set().union(*map(items_named, tree))
    if not isinstance(tree, dict):
        return set()
    own = set(tree["items"]) if "words" in tree and "items" in tree else set()
    return own.union(*(items_named(inner) for inner in tree.values()))
