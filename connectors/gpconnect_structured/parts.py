"""The answers to one record's calls, each read or refused, into the parts of one answer.

What is left of the record when a call fails is shown and said to be partial; a dissent in any of them is
the whole record's.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, Pause, TransportFault
from broker.ports.searchset import Searchset
from connectors.gpconnect.answers import ending_of, read_answer
from connectors.gpconnect.areas import Area
from connectors.gpconnect.calls import Call
from connectors.gpconnect_structured.trace import STRICT, another_trace

DISSENT = Ending(OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
_MALFORMED = Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
# Of calls that all failed, the word that says most of what may be asked again comes first.
_STRICTEST_FIRST = (OutcomeLabel.REFUSED, OutcomeLabel.NOT_AVAILABLE, OutcomeLabel.INVALID)


@dataclass(frozen=True, slots=True)
class Question:
    """One call, and the areas that it asks for."""

    areas: tuple[Area, ...]
    call: Call


@dataclass(frozen=True, slots=True)
class Part:
    """What one call brought. `mixed_up` when it carries another call's id."""

    areas: tuple[Area, ...]
    read: Searchset = field(repr=False)
    mixed_up: bool


@dataclass(frozen=True, slots=True)
class Given:
    """All that came: the parts, how each other call ended, and the faults of those without an answer."""

    parts: tuple[Part, ...]
    failures: tuple[Ending, ...]
    faults: tuple[TransportFault, ...]

    @property
    def dissents(self) -> bool:
        """Whether the person has said no there, in the answer to any of the calls."""
        return DISSENT in self.failures

    def refusal_of_all(self) -> Ending:
        """How a record ends of which nothing came. Raises TransportFault where no call was answered."""
        if self.faults and len(self.faults) == len(self.failures):
            raise self.faults[0]
        return DISSENT if self.dissents else min(self.failures, key=_strictness)

    def ending(self, doubts: list[Cause]) -> Ending:
        """A part that did not come tells more than what the others lack."""
        if not self.failures:
            return ending_of(doubts)
        cause = min(self.failures, key=_strictness).cause
        # "Not found" has no cause of its own, and beside a record it contradicts it.
        return Ending(OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING if cause is Cause.NONE else cause)


def read_all(
    questions: Sequence[Question], answers: Sequence[Answer], entries_max: int, trace_id: str
) -> Generator[Pause, None, Given]:
    """Read each answer, all of them together within `entries_max` entries."""
    parts: list[Part] = []
    failures: list[Ending] = []
    for question, answer in zip(questions, answers, strict=True):
        left = entries_max - sum(len(part.read.entries) for part in parts)
        part = yield from _read(question, answer, left, trace_id)
        if isinstance(part, Part):
            parts.append(part)
        else:
            failures.append(part)
    faults = tuple(answer for answer in answers if isinstance(answer, TransportFault))
    return Given(tuple(parts), tuple(failures), faults)


def _read(
    question: Question, answer: Answer, entries_max: int, trace_id: str
) -> Generator[Pause, None, Part | Ending]:
    if isinstance(answer, TransportFault):
        return Ending(answer.label, answer.cause)
    read = yield from read_answer(answer, entries_max)
    if isinstance(read, Ending):
        return read
    mixed_up = another_trace(answer.body, question.call.trace_id, trace_id)
    return _MALFORMED if mixed_up and trace_id == STRICT else Part(question.areas, read, mixed_up)


def _strictness(ending: Ending) -> int:
    labels = [*_STRICTEST_FIRST, ending.label]
    return labels.index(ending.label)
