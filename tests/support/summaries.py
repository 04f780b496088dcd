"""Summaries of small views: the document, its sections, and the page."""

from __future__ import annotations

from typing import Any

import orjson

from broker.domain.category import Category
from broker.domain.query import Form, Interaction, RecordQuery
from broker.domain.view import Holder, SectionKind, SectionState, View
from broker.pipeline.presentation import Presented, present
from tests.support.records import NUMBER, finished
from tests.support.views import frame, view

QUERY = RecordQuery(interaction=Interaction.SUMMARY, number=NUMBER)


def presented(one: View, form: Form = Form.JSON, **changes: Any) -> Presented:
    """What goes out of a view."""
    return finished(present(one, frame(query=QUERY, form=form, **changes)))


def document(one: View, **changes: Any) -> dict[str, Any]:
    """The Bundle."""
    tree: dict[str, Any] = orjson.loads(b"".join(presented(one, **changes).body))
    return tree


def page(one: View, **changes: Any) -> str:
    """The HTML."""
    return b"".join(presented(one, Form.HTML, **changes).body).decode()


def composition(tree: dict[str, Any]) -> dict[str, Any]:
    """The first resource of a document."""
    found: dict[str, Any] = tree["entry"][0]["resource"]
    return found


def section(tree: dict[str, Any], title: str) -> dict[str, Any]:
    """One section by its title."""
    [found] = [one for one in composition(tree)["section"] if one["title"] == title]
    return dict(found)


def reason(tree: dict[str, Any], title: str) -> str:
    """The code of a section's emptyReason; empty where it has none."""
    coding = section(tree, title).get("emptyReason", {"coding": [{"code": ""}]})["coding"]
    return str(coding[0]["code"])


def state(category: Category, kind: SectionKind = SectionKind.NOT_KNOWN, *holders: Holder) -> SectionState:
    """What a view says of one category."""
    return SectionState(category=category, shown=0, state=kind, holders=holders)


def states(kind: SectionKind, **others: SectionKind) -> tuple[SectionState, ...]:
    """The same of every category, but for those that are named."""
    return tuple(
        state(category, others.get(category.name.lower(), kind))
        for category in Category
        if category is not Category.UNCLASSIFIED
    )


def unheard(name: str, label: str = "timed-out") -> Holder:
    """One who could hold something and did not answer."""
    return Holder(partner_id=name.lower(), name=name, label=label)


__all__ = [
    "composition",
    "document",
    "page",
    "presented",
    "reason",
    "section",
    "state",
    "states",
    "unheard",
    "view",
]
