"""A practice's answer into its Bundle, or into the label and cause that it stands for."""

from __future__ import annotations

from collections.abc import Generator

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending, HttpResponse, Pause
from broker.ports.searchset import NotABundle, Searchset, read_searchset
from connectors.gpconnect.errors import MALFORMED, OK, refusal_of, refusal_within, warning_of


def read_answer(answer: HttpResponse, entries_max: int) -> Generator[Pause, None, Searchset | Ending]:
    """The Bundle of a 200 that refuses nothing. A refusal ends it, with nothing of what came beside."""
    if answer.status != OK:
        return Ending(*(refusal_of(answer) or MALFORMED))
    try:
        read = yield from read_searchset(answer.body, entries_max)
    except NotABundle:
        return Ending(*(refusal_of(answer) or MALFORMED))
    refusal = refusal_within(read.outcomes)
    return read if refusal is None else Ending(*refusal)


def doubts_of(read: Searchset) -> list[Cause]:
    """Why a Bundle is not the whole: it was cut, it goes on, or the practice says so beside it."""
    doubts = [warning_of(outcome) for outcome in read.outcomes]
    if read.cut:
        doubts.append(Cause.ENTRY_LIMIT)
    if read.next_link is not None:  # GP Connect has no pages: a link is somebody's own way, not followed
        doubts.append(Cause.PAGE_LIMIT)
    return [cause for cause in doubts if cause is not Cause.NONE]


# What keeps most from the reader first: the ending has one cause, and the lists carry every warning.
_WORST_FIRST = (
    Cause.ENTRY_LIMIT,
    Cause.PAGE_LIMIT,
    Cause.NOT_OFFERED,
    Cause.DATA_IN_TRANSIT,
    Cause.CONFIDENTIAL_ITEMS,
    Cause.DATA_AWAITING_FILING,
)


def ending_of(doubts: list[Cause]) -> Ending:
    """Whole without a doubt; partial for the worst of them otherwise."""
    if not doubts:
        return Ending(OutcomeLabel.COMPLETE)
    worst = next((cause for cause in _WORST_FIRST if cause in doubts), doubts[0])
    return Ending(OutcomeLabel.PARTIAL, worst)
