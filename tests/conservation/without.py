"""Answers without what the reader may not see: a world in which those entries never were."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterator, Sequence

from broker.domain.category import SUPPORTING_TYPES, Category, category_of
from broker.domain.decision import Decision
from tests.conservation.counting import presented, unmarked
from tests.conservation.fates import Fate, Fated, closed_by_itself, codes_of_kind, fates, references
from tests.conservation.splitting import Answer


def without_the_withheld(
    answers: Sequence[Answer], shown: Container[str], *, and_what_fell: bool = False
) -> tuple[Answer, ...] | None:
    """The same answers, less what was not shown because each ruling closes it by itself; None where that is
    nothing. `shown` are the marks of what was. With `and_what_fell`, less also what went with it: a medicine
    that was never sent lets its prescription stand, and one that is withheld takes it along.
    """
    found = tuple(_without(one, shown, and_what_fell=and_what_fell) for one in answers)
    return None if found == tuple(answers) else found


def only_references_are_cut(
    answers: Sequence[Answer], never: Sequence[Answer], with_it: bytes, body: bytes
) -> bool:
    """Whether two bodies differ in nothing but a reference that one of them cuts.

    Decision 6 lets a reference stand that leads to what was never sent, where its kind is open to the reader,
    and cuts one that leads to what was withheld. Who reads the one cannot know that there was the other.
    """
    here, there = presented(with_it), presented(body)
    gone = {sent.mark for one in answers for sent in one.received} - {
        sent.mark for one in never for sent in one.received
    }
    refers = {one.sent.mark for answer in answers for one in _referring(fates(answer), gone)}
    alike = all(here[mark] == there.get(mark) for mark in here.keys() - refers)
    return alike and here.keys() == there.keys() and unmarked(with_it) == unmarked(body)


def _referring(fated: Sequence[Fated], gone: Container[str]) -> Iterator[Fated]:
    """What refers to an entry that is gone."""
    names = {
        name
        for one in fated
        if one.tree and one.sent.mark in gone
        for name in (f"{one.tree['resourceType']}/{one.tree['id']}", one.sent.full_url)
    }
    return (one for one in fated if one.tree and not names.isdisjoint(references(one.tree)))


def _without(answer: Answer, shown: Container[str], *, and_what_fell: bool) -> Answer:
    gone = {
        one.sent.mark
        for one in fates(answer)
        if one.fate is Fate.EITHER
        and one.sent.mark not in shown
        and _is_foreseen(one, answer.ruling)
        and (and_what_fell or closed_by_itself(one, answer.ruling))
    }
    pages = tuple(tuple(sent for sent in page if sent.mark not in gone) for page in answer.pages)
    return dataclasses.replace(answer, pages=pages)


def _is_foreseen(one: Fated, ruling: Decision) -> bool:
    """What the ruling itself tells may be held back. Of what nobody could foresee there (an item of no known
    category, a class that policy does not expect in this one) decision 0035 promises less: that the two
    cannot be told apart.
    """
    kind = one.tree["resourceType"]
    if kind == "Patient" or kind in SUPPORTING_TYPES:
        return False
    category = category_of(kind, codes_of_kind(one.tree))
    if category is Category.UNCLASSIFIED:
        return False
    partly = category not in ruling.categories or bool(ruling.withholds or ruling.resource_types)
    return partly or category in ruling.hidden_classes.categories
