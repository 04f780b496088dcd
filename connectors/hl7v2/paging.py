"""One number's question, page by page, into its entries and how it ended."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import write_tree
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits, PartnerAsk
from broker.ports.connector import Entry, MllpRequest, MllpResponse, Page, Pause, TransportFault
from connectors.hl7v2.answers import Answer, Refusal, read_answer
from connectors.hl7v2.manner import Manner
from connectors.hl7v2.queries import question
from connectors.hl7v2.reading import Done
from connectors.hl7v2.translating import translated

Steps = Generator[MllpRequest | Page | Pause, MllpResponse, Done]


@dataclass(slots=True)
class Budget:
    """What is left of one partner's limits, over all its questions."""

    entries: int
    pages: int

    @classmethod
    def of(cls, limits: AskLimits) -> Budget:
        """The whole of it."""
        return cls(entries=limits.entries_max, pages=limits.pages_max)


@dataclass(slots=True)
class Search:
    """What one question has come to. `label` is None while there is more to read."""

    number: NhsNumber = field(repr=False)
    label: OutcomeLabel | None = None
    cause: Cause = Cause.NONE
    pages: int = 0
    _records: int | None = 0
    _pointer: str = field(default="", repr=False)
    _pointers: set[str] = field(default_factory=set, repr=False)

    @property
    def failed(self) -> bool:
        """Ended, and nothing usable came."""
        return self.label not in {None, OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL, OutcomeLabel.NO_RECORD}

    def run(self, ask: PartnerAsk, budget: Budget, manner: Manner) -> Steps[None]:
        """Every page to the last, each handed over as it comes."""
        while self.label is None:
            asked = question(ask, self.number, manner, page=self.pages, pointer=self._pointer)
            try:
                response = yield asked.request
                answer = yield from _paused(read_answer(response, asked, manner))
            except (TransportFault, Refusal) as failed:
                self._fail(failed.label, failed.cause)
                return
            yield from self._take(answer, budget, manner)

    def _take(self, answer: Answer, budget: Budget, manner: Manner) -> Steps[None]:
        if not self.pages and not answer.names_somebody:
            # Nobody is named, so nothing says that it is this person who has no record.
            self._fail(OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)
            return
        self.pages += 1
        budget.pages -= 1
        entries, cut = yield from _entries(answer, budget, manner)
        if answer.warned and self.cause is Cause.NONE:
            self.cause = Cause.PARTNER_WARNING
        if entries:
            yield Page(tuple(entries))
        self._go_on(answer, budget, manner, cut=cut)

    def _fail(self, label: OutcomeLabel, cause: Cause) -> None:
        """A first page that fails is the whole search; a later one leaves what came before it."""
        if self.pages:
            self.label, self.cause = OutcomeLabel.PARTIAL, Cause.PAGE_FAILED
        else:
            self.label, self.cause = label, cause

    def _go_on(self, answer: Answer, budget: Budget, manner: Manner, *, cut: bool) -> None:
        counted = answer.here is not None and self._records is not None
        self._records = (self._records or 0) + (answer.here or 0) if counted else None
        if cut or (answer.pointer and not budget.entries):
            self._end(Cause.ENTRY_LIMIT)
        elif answer.pointer in self._pointers:
            self._end(Cause.PAGE_LOOP)
        elif answer.pointer and not budget.pages:
            self._end(Cause.PAGE_LIMIT)
        elif answer.pointer:
            self._pointers.add(answer.pointer)
            self._pointer = answer.pointer
        elif self._lacks_some(answer, manner):
            self._end(Cause.FEWER_THAN_TOTAL)
        else:
            self._end(Cause.NONE)

    def _lacks_some(self, answer: Answer, manner: Manner) -> bool:
        """The partner's own counts say so; or it gave none, filled the page and said nothing of more."""
        if answer.remaining:
            return True
        if answer.total is not None and self._records is not None:
            return answer.total > self._records
        if answer.remaining == 0 or answer.total is not None:
            return False
        return _records_in(answer) >= manner.records_per_page

    def _end(self, cause: Cause) -> None:
        """The first thing that went wrong names the search."""
        self.cause = cause if self.cause is Cause.NONE else self.cause
        self.label = OutcomeLabel.COMPLETE if self.cause is Cause.NONE else OutcomeLabel.PARTIAL


def _records_in(answer: Answer) -> int:
    """Records as the page limit counts them: reports and visits, by the larger number of the two."""
    names = [segment.name for segment in answer.message.segments]
    return max(names.count("OBR"), names.count("PV1"))


def _entries(answer: Answer, budget: Budget, manner: Manner) -> Steps[tuple[list[Entry], bool]]:
    """What a page holds, and whether it holds more than there was room for."""
    entries: list[Entry] = []
    for tree in translated(answer.message, manner.number_authority):
        if tree is None:
            yield Pause()
        elif not budget.entries:
            return entries, True
        else:
            entries.append(Entry(raw=write_tree(tree)))
            budget.entries -= 1
    return entries, False


def _paused(work: Generator[None, None, Done]) -> Steps[Done]:
    """Others run after each slice of it."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # a generator's return value is untyped here
        yield Pause()
