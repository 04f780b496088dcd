"""A judgement with one fault planted breaks the theorem that speaks of it, and that theorem is named."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement, Withhold
from broker.domain.sensitivity import NOTHING_HIDDEN
from broker.pipeline.decision import decide
from tests.prove.dimensions.registered import SETS
from tests.prove.outcomes import CLOSED, Opened, opened_by, opens_no_more
from tests.prove.pooling import compare_pairs
from tests.prove.product import facts_of
from tests.prove.space import DIMENSIONS, USUAL, Block, asked
from tests.prove.theorems import OF_ONE, OF_TWO
from tests.prove.theorems.statement import Judged, PairTheorem
from tests.prove.walking import Found, Walk

Plant = Callable[[Judgement], Judgement]
PERMIT = frozenset({Category.DOCUMENTS})


def judged(walk: Walk, plant: Plant, **values: str) -> Judged:
    """The usual request with `values`, whose judgement is spoilt."""
    words = USUAL | values
    request, revision = asked(words, "shipped"), walk.revisions["shipped"]
    judgement = plant(decide(facts_of(request), walk.policies["shipped", words["engine"]]))
    return Judged(words, request, revision, judgement, tuple(map(opened_by, judgement.decisions)))


def broken_by(spoilt: Judged) -> set[str]:
    """The sentences that no longer hold."""
    return {theorem.sentence for theorem in OF_ONE if theorem.breach(spoilt)}


def each(**changes: object) -> Plant:
    """Every decision with these changes."""
    return lambda whole: replace(
        whole,
        decisions=tuple(replace(one, **changes) for one in whole.decisions),  # type: ignore[arg-type] # of Decision
    )


def whole(**changes: object) -> Plant:
    """The judgement with these changes."""
    return lambda judgement: replace(judgement, **changes)  # type: ignore[arg-type] # members of a Judgement


def _told_twice(judgement: Judgement) -> Judgement:
    return replace(judgement, reasons=judgement.reasons * 2)


def opened(judgement: Judgement) -> Judgement:
    """Documents to everybody everywhere."""
    decisions = tuple(_opened(one) for one in judgement.decisions)
    return replace(judgement, effect=Effect.PERMIT, decisions=decisions)


def _opened(one: Decision) -> Decision:
    return replace(one, effect=Effect.PERMIT, categories=PERMIT)


PLANTS: tuple[tuple[str, Plant, dict[str, str]], ...] = (
    ("A permit opens nothing that an objection in force holds, or", opened, {"objection": "upheld"}),
    ("The two classes that the law closes", each(hidden_classes=NOTHING_HIDDEN), {}),
    ("Whoever is named in an objection sees nothing of it", opened, {"objection": "names-me"}),
    ("An error that is met while deciding denies everything", opened, {"engine": "roles-in-error"}),
    ("Nothing is open outside direct care", opened, {"purpose": "HRESCH"}),
    ("A grant that does not fit the request", opened, {"override": "risk-to-life, ended"}),
    ("Of a protected person nothing is shown", opened, {"restriction": "restricted"}),
    (
        "Whoever may not hear of it hears the same words",
        whole(words="It is objected to."),
        {"purpose": "HRESCH"},
    ),
    ("Every judgement names the revision", whole(revision="another"), {}),
    ("A compiled decision is the plain one", whole(medicines_notice="Other words."), {}),
    ("No reason of the whole is given twice", _told_twice, {}),
    ("A permit has no words of refusal", whole(words="No."), {}),
    ("Each partner has exactly one decision", whole(decisions=()), {}),
    ("Every denial has one first reason", whole(reasons=()), {"purpose": "HRESCH"}),
    ("A denial opens no category", each(categories=PERMIT), {"purpose": "HRESCH"}),
    ("A permit opens at least one category", each(categories=frozenset()), {}),
    (
        "The whole is permitted exactly where one partner is",
        whole(effect=Effect.PERMIT),
        {"purpose": "HRESCH"},
    ),
    ("What is held back in part is part of what is open", each(withholds=(Withhold(),)), {}),
)


@pytest.mark.parametrize(("sentence", "plant", "values"), PLANTS, ids=[sentence for sentence, _, _ in PLANTS])
def test_a_planted_judgement_breaks_its_theorem(
    walk: Walk, sentence: str, plant: Plant, values: dict[str, str]
) -> None:
    """And without the plant everything holds."""
    assert broken_by(judged(walk, lambda judgement: judgement, **values)) == set()
    assert any(one.startswith(sentence) for one in broken_by(judged(walk, plant, **values)))


def test_a_later_judgement_that_opens_more_breaks_the_theorem_of_the_stricter(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The narrowing is the product's own; one that narrows nothing is found."""
    monkeypatch.setattr("tests.prove.theorems.staying.stricter", lambda _, later: later)
    spoilt = judged(walk, lambda judgement: judgement, practice="no-practice")
    assert broken_by(spoilt) == {"Of two judgements the stricter opens nothing that either of them does not."}


SHOWN = Opened(frozenset({"results", "plans"}))
PART = ("results", frozenset({("system", "value")}), None, None)
NARROWER = (
    CLOSED,
    replace(SHOWN, categories=frozenset({"results"})),
    replace(SHOWN, parts=frozenset({PART})),
    replace(SHOWN, hidden=frozenset({"hiv"})),
    replace(SHOWN, types=frozenset({"Observation"})),
    replace(SHOWN, placeless=True),
)


@pytest.mark.parametrize("narrower", NARROWER)
def test_one_outcome_opens_no_more_than_another_in_each_of_its_parts(narrower: Opened) -> None:
    """Every part is compared, in one direction alone."""
    assert opens_no_more(narrower, SHOWN)
    assert not opens_no_more(SHOWN, narrower)
    assert opens_no_more(SHOWN, SHOWN)


def first_pair(theorem: PairTheorem) -> tuple[str, str]:
    """A stricter word of its dimension with one that is looser."""
    words = DIMENSIONS[theorem.dimension]
    return next((word, looser) for word in words for looser in theorem.looser_than(word))


@pytest.mark.parametrize("theorem", OF_TWO, ids=[theorem.sentence for theorem in OF_TWO])
@pytest.mark.parametrize("opens", [0, 1])
def test_a_stricter_word_that_opens_more_breaks_the_theorem_of_its_pair(
    theorem: PairTheorem, opens: int
) -> None:
    """A block of two requests: what the first opens, which is the stricter, and not the second."""
    block = Block("tiny", "shipped", "shipped", {theorem.dimension: first_pair(theorem)})
    columns = tuple(array("I", [opens, 0]) for _ in SETS["shipped"])
    found = Found(outcomes=columns, every=[CLOSED, SHOWN])
    compare_pairs(block, found)
    assert (theorem.sentence in found.breaches) is bool(opens)
