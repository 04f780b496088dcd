"""Every objection of a grid against a table written from the policy's text, sharing no code with it."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

from broker.domain.category import Category
from broker.domain.decision import Effect
from broker.domain.objection import Carveout, Direction, Objection, ObjectionState, Scope
from broker.pipeline.decision import decide
from broker.policy.situation import facts_of, partners_of
from tests.support.policies import shipped_policies, usual_situation

VIEWERS = {"RX901": "addenbury", "D99001": "fen-edge-practice"}
STATES = tuple(ObjectionState)
PARTNERS = ((), ("addenbury",), ("RX901",), ("papermill",), ("fen-edge-practice", "papermill"), ("RX999",))
STAFF = ((), ("user-1",), ("user-2",))
CATEGORIES = ((), ("documents",), ("documents", "results"))
GROUNDS = ("safeguarding", "public-interest", "convenience")
OPENED_TO = ("doctor", "nurse")
OPENED = (("documents",), ("documents", "results", "medicines"), ())
OPENED_AT = (("addenbury",), ("RX902",), ())
REVIEWS = ("2026-11-01", "2026-11-02", "2026-11-03", None)
TODAY = "2026-11-02"
SOURCES = {"addenbury": "RX901", "papermill": "RX902"}
# What the ground of the grid may open of the watched categories, and to which of the two roles: both.
GROUND_OPENS = {
    "safeguarding": {"documents"},
    "public-interest": {"documents", "results", "medicines"},
}
WATCHED = frozenset({"documents", "results", "medicines"})


def _oracle(case: tuple, source: str) -> set[str]:  # type: ignore[type-arg] # a row of the grid
    """What a doctor called user-1 still sees of `source`, as a person would work it out."""
    viewer, state, direction, partners, staff, categories, carve = case
    if state == "withdrawn" or (staff and "user-1" not in staff):
        return set(WATCHED)
    names_source = source in partners or SOURCES[source] in partners
    names_viewer = viewer in partners or VIEWERS[viewer] in partners
    if partners and "RX999" not in partners:
        touched = (
            names_source
            if direction == "source"
            else names_viewer
            if direction == "viewer"
            else names_source or names_viewer
        )
        if not touched:
            return set(WATCHED)
    closed = set(categories) or set(WATCHED)
    if state == "not-upheld":
        ground, role, opened, at, review = carve
        still_open = review is not None and review > TODAY
        named = source in at or SOURCES[source] in at
        if role == "doctor" and still_open and named:
            closed -= set(opened) & GROUND_OPENS.get(ground, set())
    return set(WATCHED) - closed


def _grid() -> itertools.chain[tuple]:  # type: ignore[type-arg] # rows of words
    plain = itertools.product(
        VIEWERS,
        [str(state) for state in STATES if state is not ObjectionState.NOT_UPHELD],
        [str(direction) for direction in Direction],
        PARTNERS,
        STAFF,
        CATEGORIES,
        [("safeguarding", "doctor", ("documents",), ("addenbury",), "2026-11-03")],
    )
    carved = itertools.product(
        VIEWERS,
        ["not-upheld"],
        ["source", "both"],
        PARTNERS[:4],
        STAFF[:2],
        CATEGORIES[:2],
        itertools.product(GROUNDS, OPENED_TO, OPENED, OPENED_AT, REVIEWS),
    )
    return itertools.chain(plain, carved)


def _objection(case: tuple) -> Objection:  # type: ignore[type-arg] # a row of the grid
    _, state, direction, partners, staff, categories, (ground, role, opened, at, review) = case
    return Objection(
        objection_id="grid",
        state=ObjectionState(state),
        scope=Scope(
            partners=frozenset(partners),
            direction=Direction(direction),
            staff=frozenset(staff),
            categories=frozenset(Category(word) for word in categories),
        ),
        acknowledged_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        carveout=Carveout(
            ground=ground,
            roles=frozenset({role}),
            categories=frozenset(Category(word) for word in opened),
            partners=frozenset(at),
            review_on=dt.date.fromisoformat(review) if review else None,
        ),
    )


def test_every_objection_of_the_grid_is_obeyed_as_its_text_says() -> None:
    """Thousands of objections, two viewers, two sources: what is shown is what the table says."""
    policies, usual = shipped_policies(), usual_situation()
    partners = tuple(p for p in partners_of(policies) if p.partner_id in {*SOURCES, "fen-edge-practice"})
    wrong, judged = [], 0
    for case in _grid():
        situation = replace(usual, organisation=case[0], objections=(_objection(case),))
        judgement = decide(facts_of(situation, partners), policies)
        for source in SOURCES:
            decision = judgement.decision_for(source)
            assert decision is not None
            shown = {str(category) for category in decision.categories} & WATCHED
            expected = _oracle(case, source)
            judged += 1
            if shown != expected or (not expected and decision.effect is Effect.PERMIT and not case[5]):
                wrong.append((case, source, sorted(shown), sorted(expected)))
    assert wrong[:3] == []
    assert judged > 10_000
