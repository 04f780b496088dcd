"""The space is wide enough, every word of it stands in a point, and product and oracle judge it alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Facts, Judgement
from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide
from tests.prove import walking
from tests.prove.blocks import blocks
from tests.prove.dimensions.people import RELATIONSHIPS, ROLES
from tests.prove.dimensions.persons import RESTRICTIONS
from tests.prove.pooling import compare_pairs
from tests.prove.reporting import POINTS_MIN
from tests.prove.space import DIMENSIONS, Block, counts
from tests.prove.walking import Walk

BLOCKS = {block.name: block for block in blocks()}
# About so many requests of each block, at a stride that no size of a dimension divides.
REQUESTS = 120


def thinned(block: Block) -> range:
    """The numbers of some requests, spread over the whole block."""
    stride = max(1, block.requests // REQUESTS)
    while any(stride % size == 0 for size in block.sizes if size > 1):
        stride += 1
    return range(0, block.requests, stride)


def test_the_space_has_at_least_half_a_million_points() -> None:
    """A point is one request at one partner."""
    assert sum(block.points for block in blocks()) >= POINTS_MIN


def test_every_word_of_every_dimension_stands_in_a_point() -> None:
    """What no block names is covered by nothing."""
    never = {
        dimension: [word for word, count in found.items() if not count]
        for dimension, found in counts(blocks())
    }
    assert {dimension: words for dimension, words in never.items() if words} == {}


@pytest.mark.parametrize("name", BLOCKS)
def test_product_and_oracle_judge_alike_and_every_theorem_holds(walk: Walk, name: str) -> None:
    """Of each block some requests; `make prove` judges all of them."""
    found = walk.through(BLOCKS[name], thinned(BLOCKS[name]))
    assert (found.shown, found.breaches) == ([], {})
    assert found.points > 0


# Each word of each dimension once, everything else as usual: by which revision, at which partners.
PLACES = (("shipped", "shipped"), ("agreed", "agreed"), ("turned", "troubled"))
ALONE = [
    Block(f"{dimension} at {partners}", revision, partners, {dimension: tuple(words)})
    for dimension, words in DIMENSIONS.items()
    for revision, partners in PLACES
]

# A role of few categories meets objections that take nothing of it, and several roles the edge of a class.
ALONE += [
    Block(
        "objections to a receptionist",
        "shipped",
        "shipped",
        {"role": ("receptionist",), "objection": tuple(DIMENSIONS["objection"])},
    ),
    Block(
        "roles in an emergency",
        "shipped",
        "shipped",
        {"role": tuple(ROLES), "purpose": ("TREAT", "ETREAT"), "relationship": ("booking", "self-claimed")},
    ),
    Block(
        "who hears of being named",
        "turned",
        "shipped",
        {
            "role": tuple(ROLES),
            "relationship": tuple(RELATIONSHIPS),
            "objection": ("names-me", "opened-and-names-me", "upheld"),
        },
    ),
    Block(
        "roles and what they are told",
        "shipped",
        "shipped",
        {
            "role": tuple(ROLES),
            "purpose": ("TREAT", "ETREAT"),
            "restriction": tuple(RESTRICTIONS),
            "objection": ("nothing-said", "upheld"),
        },
    ),
]


@pytest.mark.parametrize("block", ALONE, ids=[block.name for block in ALONE])
def test_every_word_is_judged_alike_at_least_once(walk: Walk, block: Block) -> None:
    """Also where a stride passes it by."""
    found = walk.through(block, range(block.requests))
    assert (found.shown, found.breaches) == ([], {})
    assert found.points == block.points


def test_no_stricter_word_opens_more(walk: Walk) -> None:
    """Every pair of one whole block."""
    block = BLOCKS["scopes-shipped"]
    found = walk.through(block, range(block.requests))
    assert compare_pairs(block, found) > block.points
    assert found.breaches == {}


def _without_objections(facts: Facts, policies: PolicySet) -> Judgement:
    """A decision that forgets what the person said, and how many times."""
    judgement = decide(replace(facts, objections=replace(facts.objections, objections=())), policies)
    return replace(judgement, objection_version=facts.objections.version)


def _without_grants(facts: Facts, policies: PolicySet) -> Judgement:
    return decide(replace(facts, grant=None), policies)


def _always_documents(facts: Facts, policies: PolicySet) -> Judgement:
    judgement = decide(facts, policies)
    return replace(judgement, decisions=tuple(_with_documents(one) for one in judgement.decisions))


def _with_documents(one: Decision) -> Decision:
    if one.effect is Effect.DENY:
        return one
    return replace(one, categories=one.categories | {Category.DOCUMENTS})


@pytest.mark.parametrize(
    ("planted", "sentence"),
    [
        (_without_objections, "A permit opens nothing that an objection in force holds"),
        (_without_grants, "A grant that does not fit the request refuses it whole."),
        (_always_documents, "A permit opens nothing that an objection in force holds"),
    ],
)
def test_a_fault_planted_in_the_decision_is_found_twice(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, planted: Any, sentence: str
) -> None:
    """By the oracle, and by the theorem that it breaks."""
    monkeypatch.setattr(walking, "decide", planted)
    block = BLOCKS["main-shipped"]
    found = walk.through(block, thinned(block))
    assert found.mismatches > 0
    assert any(broken.startswith(sentence) for broken in found.breaches)
