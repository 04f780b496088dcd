"""One ask to a person's own practice: the areas that are permitted, as one structured record, in R4."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Answer, Conversation, Ending, Page, Step
from connectors.gpconnect.access import AccessSettings, read_access
from connectors.gpconnect.answers import doubts_of
from connectors.gpconnect.areas import Area, areas_wanted, lacks_area, questions_of
from connectors.gpconnect.calls import STRUCTURED_RECORD
from connectors.gpconnect.gate import Gate, Open
from connectors.gpconnect_structured.lists import doubts_of_lists, doubts_of_warnings
from connectors.gpconnect_structured.parts import DISSENT, Part, Question, read_all
from connectors.gpconnect_structured.questions import OPERATION, parameters
from connectors.gpconnect_structured.trace import STRICT, WARN
from connectors.stu3 import translate


class GpConnectStructured:
    """Bound to one deployment's access. Holds nothing of anybody between calls."""

    def __init__(self, gate: Gate, trace_id: str) -> None:
        """`trace_id` says what becomes of an answer that carries another call's id."""
        self._gate, self._trace_id = gate, trace_id

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """A page for each call that was answered, then how it ended."""
        areas = areas_wanted(ask)
        if not areas:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED)
        opened = yield from self._gate.open(ask, (STRUCTURED_RECORD,))
        if isinstance(opened, Ending):
            return opened
        questions = _questions(ask, opened, areas)
        answers: tuple[Answer, ...] = yield tuple(question.call.request for question in questions)
        given = yield from read_all(questions, answers, ask.limits.entries_max, self._trace_id)
        if not given.parts:
            return given.refusal_of_all()
        if given.dissents:
            return DISSENT
        doubts = yield from _pages(given.parts)
        return given.ending(doubts + [Cause.NOT_OFFERED] * lacks_area(ask))


def _questions(ask: PartnerAsk, opened: Open, areas: tuple[Area, ...]) -> list[Question]:
    """A call for each part of the record that can be asked for at once, with headers and an id of its own."""
    provider = opened.providers[STRUCTURED_RECORD]
    return [
        Question(part, opened.caller.post(provider, STRUCTURED_RECORD, OPERATION, parameters(ask, part)))
        for part in questions_of(areas)
    ]


def _pages(parts: Iterable[Part]) -> Generator[Step, Any, list[Cause]]:
    """Each part of the record as a page of R4; returns why it is not the whole.

    Each is translated by itself: what one answer calls Patient/1 is not what another means by it. The
    Patient and the practice come in each, and the very same bytes again count as repeated.
    """
    doubts: list[Cause] = []
    for part in parts:
        raws = tuple(entry.raw for entry in part.read.entries if entry.readable)
        unreadable = tuple(entry for entry in part.read.entries if not entry.readable)
        translation = yield from translate(raws)
        yield Page((*translation.entries, *unreadable))
        of_lists = yield from doubts_of_lists(raws, part.areas)
        doubts += [*doubts_of(part.read), *of_lists, *doubts_of_warnings(translation.list_warnings)]
        doubts += [Cause.PARTNER_WARNING] * part.mixed_up
    return doubts


def create(settings: Mapping[str, object]) -> GpConnectStructured:
    """Raises ValueError naming the setting and the remedy."""
    given = AccessSettings(settings)
    trace_id = given.word("trace_id", (WARN, STRICT), WARN)
    return GpConnectStructured(Gate(read_access(given)), trace_id)
