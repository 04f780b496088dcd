"""Text over a whole item is hidden by the decision, never by what came."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Withhold
from tests.support.records import ALL, decision, item
from tests.support.screening import body, screened

NARRATIVE = {"status": "generated", "div": "<div>Everything about everything</div>"}
PARTIAL = [
    decision(categories=ALL - {Category.PROBLEMS}),
    decision(resource_types=frozenset({"Composition", "Procedure"})),
    decision(withholds=(Withhold(categories=frozenset({Category.ALERTS}), period_start="2016"),)),
]


@pytest.mark.parametrize("ruling", PARTIAL)
@pytest.mark.parametrize("resources", [[], [item("Procedure", "r1")], [item("Condition", "c1")]])
def test_narrative_follows_the_decision_alone(resources: list[dict[str, Any]], ruling: Decision) -> None:
    """Its absence must not tell whether something was withheld."""
    assert screened(resources, ruling).narrative_hidden


def test_narrative_stays_under_a_full_permit_until_something_is_withheld() -> None:
    """A kind that no table knows is withheld whatever the decision."""
    assert not screened([item("Procedure", "r1", text=NARRATIVE)], decision()).narrative_hidden
    assert screened([item("Procedure", "r1"), item("Basic", "b1")], decision()).narrative_hidden


def composition() -> dict[str, Any]:
    """A document with narrative at every depth."""
    section = {
        "title": "Outer",
        "text": NARRATIVE,
        "section": [{"title": "Inner", "text": NARRATIVE, "code": {"text": "kept"}}],
    }
    place = {"resourceType": "Location", "id": "l", "text": NARRATIVE}
    return item("Composition", "d1", contained=[place], section=[section], type={"text": "kept"})


@pytest.mark.parametrize("ruling", PARTIAL)
def test_hidden_narrative_goes_at_every_depth(ruling: Decision) -> None:
    """Sections and contained resources lose theirs; a concept's own words are no narrative."""
    tree = body(screened([composition()], ruling), "Composition/d1")
    inner = {"title": "Inner", "code": {"text": "kept"}}
    assert tree["section"] == [{"title": "Outer", "section": [inner]}]
    assert tree["contained"] == [{"resourceType": "Location", "id": "l"}]
    assert tree["type"] == {"text": "kept"}


def test_a_full_permit_keeps_narrative_at_every_depth() -> None:
    """Nothing could have been kept from this reader."""
    assert body(screened([composition()], decision()), "Composition/d1") == composition()
