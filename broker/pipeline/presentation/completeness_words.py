"""What a person is told of who answered and what is missing: the same words on every road out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine, Holder, SectionKind, SectionState

ABSENCE = "Absence here is not evidence of absence: ask the person, or the service."
FILTERED = (
    "Only a part of the record was asked for: what is not in this answer may be recorded. A search by code "
    "or date leaves out what has none; _since, start and end leave in what does not say when it was."
)
UNNAMED = "services that are not named"
_NOT_EVERY = "Not every service answered in full."

_SENTENCES: dict[str, str] = {
    OutcomeLabel.COMPLETE: "answered in full.",
    OutcomeLabel.PARTIAL: "answered in part: some of what it holds is not shown.",
    OutcomeLabel.NO_RECORD: "answered that it has no record of this person.",
    OutcomeLabel.NOT_AVAILABLE: "says that this record is not available from it.",
    OutcomeLabel.TIMED_OUT: "did not answer in time: what it holds is missing here.",
    OutcomeLabel.UNREACHABLE: "could not be reached: what it holds is missing here.",
    OutcomeLabel.REFUSED: "refused to answer: what it holds is missing here.",
    OutcomeLabel.INVALID: "gave an answer that could not be read safely: what it holds is missing here.",
    OutcomeLabel.TOO_LARGE: "gave an answer over the size limit: what it holds is missing here.",
    OutcomeLabel.NOT_ASKED: "was not asked: what it holds is missing here.",
    OutcomeLabel.IDENTITY_MISMATCH: "answered, but not provably for this person: its answer is set aside.",
    NOTHING_TO_SHOW: "has nothing to show.",
}
_SUPPLIES_NONE = "was not asked: it supplies nothing of what was asked for."
# What a caller can do something with; other causes stay in the outcome's own code.
_CAUSES: dict[str, str] = {
    Cause.BREAKER_OPEN: "It failed too often a moment ago and is left alone.",
    Cause.DEADLINE: "Time ran out before all of it came.",
    Cause.PAGE_LIMIT: "There were more pages than are followed.",
    Cause.ENTRY_LIMIT: "There were more items than are taken.",
    Cause.PAGE_FAILED: "A later page could not be had.",
    Cause.FEWER_THAN_TOTAL: "It sent fewer items than it says there are.",
    Cause.FULL_PAGE: "It sent as many items as it was asked for, and does not say whether that is all.",
    Cause.REFERENCE_SPELLING: "Its server finds nothing in the way in which it is registered to be asked.",
    Cause.MEDICATION_MISSING: "It names medicines that it did not send.",
    Cause.PARTNER_WARNING: "It says itself that something may be missing.",
    Cause.NOT_OFFERED: "It cannot be asked for all that it supplies.",
    Cause.CONFIDENTIAL_ITEMS: "It says that it leaves out what is confidential there.",
    Cause.DATA_IN_TRANSIT: "The record has not wholly arrived there from where it was kept before.",
    Cause.DATA_AWAITING_FILING: "Some of the record waits there to be filed.",
    Cause.UNREADABLE_ENTRIES: "Some of what it sent could not be read safely.",
    Cause.WRONG_PATIENT: "Some of what it sent was not about this person and is set aside.",
    Cause.DISSENT_AT_SOURCE: "The person has objected there.",
}
# What a source writes on a list, by its code: a warning that the guide does not name is one still.
_WARNINGS = {
    "confidential-items": _CAUSES[Cause.CONFIDENTIAL_ITEMS],
    "data-in-transit": _CAUSES[Cause.DATA_IN_TRANSIT],
    "data-awaiting-filing": _CAUSES[Cause.DATA_AWAITING_FILING],
    "other": _CAUSES[Cause.PARTNER_WARNING],
}
STATES = {
    SectionKind.NONE_RECORDED: "None recorded, by everyone who could hold it.",
    SectionKind.WITHHELD_AT_SOURCE: "Nothing shown, and a service leaves out what is confidential there.",
    SectionKind.NOT_KNOWN: "Nothing shown, and it is not known whether there is any.",
}


def line_words(line: CompletenessLine) -> str:
    """One partner's answer as a sentence, and what it says of its own record; no partner where none may be
    named.
    """
    if not line.name:
        whole = not line.is_gap
        first = "The services asked answered in full." if whole else _NOT_EVERY
    elif line.supplies_none:
        first = f"{line.name} {_SUPPLIES_NONE}"
    else:
        first = f"{line.name} {_SENTENCES[line.label]}"
    return " ".join(dict.fromkeys((first, *_reasons(line.cause, line.warnings), *_age(line))))


def _age(line: CompletenessLine) -> Iterator[str]:
    """That the answer was not asked for anew, and how old it can be."""
    if line.from_memory_s:
        yield f"This is its answer to the same question, at most {line.from_memory_s} s ago."
    if line.as_of:
        yield f"It says that its answer is as of {line.as_of}."


def _reasons(cause: str, warnings: Iterable[str]) -> Iterator[str]:
    if cause in _CAUSES:
        yield _CAUSES[cause]
    yield from (_WARNINGS[code] for code in warnings)


def section_words(section: SectionState) -> str:
    """What is shown of one category, and who of those that could hold it did not answer in full."""
    return " ".join((_state(section), *_holders(section), *warning_words(section)))


def _state(section: SectionState) -> str:
    if section.state is SectionKind.SHOWN:
        return f"{section.shown} shown."
    if section.state is SectionKind.NONE_KNOWN:
        names = ", ".join(_name(one) for one in section.holders if one.says_none) or UNNAMED
        return f"Stated by {names}: none known."
    return STATES[section.state]


def _holders(section: SectionState) -> Iterator[str]:
    """How many of them answered, and who did not."""
    if not section.holders:
        yield "No service is asked that could hold it."
        return
    count, gaps = len(section.holders), ", ".join(map(gap_words, section.gaps))
    words = f"{count - len(section.gaps)} of {count} who could hold it have answered"
    yield f"{words}; not in full: {gaps}." if gaps else f"{words}."
    old = ", ".join(f"{_name(one)} (as of {one.as_of})" for one in section.holders if one.as_of)
    if old:
        yield f"Not of now: {old}."


def gap_words(holder: Holder) -> str:
    """Who did not answer in full, and with which label."""
    why = ", ".join(filter(None, (holder.label, holder.cause)))
    return f"{_name(holder)} ({why.replace('-', ' ')})"


def warning_words(section: SectionState) -> Iterator[str]:
    """What sources say themselves of their lists of one category, a sentence each."""
    for one in section.warnings:
        yield f"{one.name or 'A service'} warns of its record: {_WARNINGS[one.code]}"


def _name(holder: Holder) -> str:
    return holder.name or UNNAMED
