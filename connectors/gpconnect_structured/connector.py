"""One ask to a person's own practice: the areas that are permitted, as one structured record, in R4."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Conversation, Ending, HttpResponse, Page, Step
from broker.ports.searchset import Searchset
from connectors.gpconnect.access import AccessSettings, read_access
from connectors.gpconnect.answers import doubts_of, ending_of, read_answer
from connectors.gpconnect.areas import Area, areas_wanted, lacks_area
from connectors.gpconnect.calls import STRUCTURED_RECORD
from connectors.gpconnect.gate import Gate
from connectors.gpconnect_structured.lists import doubts_of_lists, doubts_of_warnings
from connectors.gpconnect_structured.questions import OPERATION, parameters
from connectors.gpconnect_structured.trace import STRICT, WARN, another_trace
from connectors.stu3 import translate


class GpConnectStructured:
    """Bound to one deployment's access. Holds nothing of anybody between calls."""

    def __init__(self, gate: Gate, trace_id: str) -> None:
        """`trace_id` says what becomes of an answer that carries another call's id."""
        self._gate, self._trace_id = gate, trace_id

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """One page with everything, then how it ended."""
        areas = areas_wanted(ask)
        if not areas:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED)
        opened = yield from self._gate.open(ask, (STRUCTURED_RECORD,))
        if isinstance(opened, Ending):
            return opened
        provider = opened.providers[STRUCTURED_RECORD]
        call = opened.caller.post(provider, STRUCTURED_RECORD, OPERATION, parameters(ask, areas))
        answer: HttpResponse = yield call.request
        read = yield from read_answer(answer, ask.limits.entries_max)
        if isinstance(read, Ending):
            return read
        mixed_up = another_trace(answer.body, call.trace_id, self._trace_id)
        if mixed_up and self._trace_id == STRICT:
            return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
        doubts = yield from _pages(read, areas)
        doubts += [Cause.PARTNER_WARNING] * mixed_up + [Cause.NOT_OFFERED] * lacks_area(ask)
        return ending_of(doubts)


def _pages(read: Searchset, areas: tuple[Area, ...]) -> Generator[Step, Any, list[Cause]]:
    """The record as one page of R4; returns why it is not the whole."""
    raws = tuple(entry.raw for entry in read.entries if entry.readable)
    unreadable = tuple(entry for entry in read.entries if not entry.readable)
    translation = yield from translate(raws)
    yield Page((*translation.entries, *unreadable))
    of_lists = yield from doubts_of_lists(raws, areas)
    return [*doubts_of(read), *of_lists, *doubts_of_warnings(translation.list_warnings)]


def create(settings: Mapping[str, object]) -> GpConnectStructured:
    """Raises ValueError naming the setting and the remedy."""
    given = AccessSettings(settings)
    trace_id = given.word("trace_id", (WARN, STRICT), WARN)
    return GpConnectStructured(Gate(read_access(given)), trace_id)
