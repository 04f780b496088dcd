"""What a theorem is: a sentence, and a function that tells where it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.domain.decision import Judgement
from tests.prove.outcomes import Opened
from tests.prove.revisions import Revision
from tests.prove.words import Asked


@dataclass(frozen=True, slots=True)
class Judged:
    """One request with its judgement: `values` are the words of the space, `opened` as partners stand."""

    values: dict[str, str]
    asked: Asked
    revision: Revision
    judgement: Judgement
    opened: tuple[Opened, ...]


@dataclass(frozen=True, slots=True)
class Theorem:
    """`breach` is true where the sentence does not hold of one request."""

    sentence: str
    breach: Callable[[Judged], bool]


def _everywhere(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class PairTheorem:
    """Of two requests that differ in one dimension alone: one opens no more than the other.

    `looser_than` gives, for a value of `dimension`, those values than which it may open no more; `at` the
    partners of which this is said.
    """

    sentence: str
    dimension: str
    looser_than: Callable[[str], tuple[str, ...]]
    at: Callable[[str], bool] = _everywhere
