"""The sections of one ask, each read page by page, into their entries and how each of them ended.

There is neither a total nor a next link: a section ends with a page that has no rows. A page with fewer
rows than were asked for ends it only at a server that is known to give as many as it is asked for; others
keep to a limit of their own without a word. Sections advance together.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Answer, Entry, HttpRequest, Pause, TransportFault
from connectors.openehr.aql import aql_of, query
from connectors.openehr.manner import SHORT, Manner
from connectors.openehr.outcomes import Refusal, refused_query
from connectors.openehr.rows import NotAResultSet, Rows, entries_of, is_of, read_rows
from connectors.openehr.sections import Section

_BYTES_IN_A_SLICE = 24 * 1024


@dataclass(slots=True)
class Budget:
    """What is left of one partner's limits. Each section's first page is free, and so is the empty one that
    ends it.
    """

    entries: int
    later_pages: int

    @classmethod
    def of(cls, limits: AskLimits) -> Budget:
        """The whole of it."""
        return cls(entries=limits.entries_max, later_pages=limits.pages_max - 1)


@dataclass(slots=True)
class Reading:
    """One section, and what has come of it. `ended` is None while there is more to read. Where some
    `came_otherwise`, it is not of the section's kind, because R4 could not hold it as one.
    """

    section: Section
    ehr_id: str = field(repr=False)
    manner: Manner
    ended: Refusal | None = None
    pages: int = 0
    offset: int = 0
    came_otherwise: bool = False
    _seen: set[bytes] = field(default_factory=set, repr=False)

    @property
    def failed(self) -> bool:
        """Ended without a page that could be read."""
        return self.ended is not None and self.ended[0] not in {OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL}

    def request(self) -> HttpRequest:
        """The next page."""
        return query(
            aql_of(self.section, self.manner.sections),
            {"ehr_id": self.ehr_id},
            offset=self.offset,
            fetch=self.manner.page_size,
            ehr_id=self.ehr_id,
        )

    def take(self, answer: Answer, budget: Budget) -> Generator[Pause, None, list[Entry]]:
        """The entries of one page. Ends the section, or sets where its next page begins."""
        page = self._page_of(answer)
        if page is None or not page.rows:
            return []
        if page.digest in self._seen:
            self._end(Cause.PAGE_LOOP)
            return []
        if self.pages and not budget.later_pages:
            self._end(Cause.PAGE_LIMIT)
            return []
        budget.later_pages -= bool(self.pages)
        self._seen.add(page.digest)
        self.pages += 1
        self.offset += len(page.rows)
        entries = yield from self._entries(page, budget)
        if self.ended is None and self.manner.last_page == SHORT and len(page.rows) < self.manner.page_size:
            self._end(Cause.NONE)
        return entries

    def _page_of(self, answer: Answer) -> Rows | None:
        """The rows of an answer. None for one that is no result; a page without rows ends the section."""
        if isinstance(answer, TransportFault):
            self._fail(answer.label, answer.cause)
            return None
        refusal = refused_query(answer)
        if refusal:
            self._fail(*refusal)
            return None
        try:
            page = read_rows(answer.body)
        except NotAResultSet:
            self._fail(OutcomeLabel.INVALID, Cause.MALFORMED)
            return None
        if not page.rows:
            self._end(Cause.NONE)
        return page

    def _entries(self, page: Rows, budget: Budget) -> Generator[Pause, None, list[Entry]]:
        entries: list[Entry] = []
        worked = 0
        for row in page.rows:
            made = entries_of(row, page.columns, self.section, self.manner)
            if len(made) > budget.entries:
                self._end(Cause.ENTRY_LIMIT)
                break
            entries += made
            self.came_otherwise |= not all(is_of(self.section.kind, one) for one in made)
            budget.entries -= len(made)
            worked += len(row)
            if worked > _BYTES_IN_A_SLICE:
                worked = 0
                yield Pause()
        return entries

    def _fail(self, label: OutcomeLabel, cause: Cause) -> None:
        """A first page that fails is the whole section; a later one leaves what came before it."""
        if self.pages == 0:
            self.ended = label, cause
        else:
            self.ended = OutcomeLabel.PARTIAL, Cause.PAGE_FAILED

    def _end(self, cause: Cause) -> None:
        self.ended = (OutcomeLabel.COMPLETE if cause is Cause.NONE else OutcomeLabel.PARTIAL), cause


def take_all(
    readings: Sequence[Reading], answers: Sequence[Answer], budget: Budget
) -> Generator[Pause, None, list[Entry]]:
    """What one round of answers holds, in the sections' order."""
    entries: list[Entry] = []
    for reading, answer in zip(readings, answers, strict=True):
        entries += yield from reading.take(answer, budget)
    return entries
