"""Several searches, each read page by page, into their entries and how each of them ended.

Searches advance together: one round sends the next read of every open search at once.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Entry, HttpRequest, HttpResponse, Pause, Requests, TransportFault
from broker.ports.searchset import NotABundle, Searchset, read_searchset
from connectors.fhir_r4.manner import Manner
from connectors.fhir_r4.outcomes import Refusal, refusal_of, warning_of

Round = Generator[Requests | Pause, Any, list[Entry]]


@dataclass(slots=True)
class Budget:
    """What is left of one partner's limits. A search's first page is free: each type has one."""

    entries: int
    next_pages: int

    @classmethod
    def of(cls, limits: AskLimits, already: int = 0) -> Budget:
        """The whole of it, less the entries that came already."""
        return cls(entries=max(0, limits.entries_max - already), next_pages=limits.pages_max - 1)


@dataclass(slots=True)
class Search:
    """One question, and what has come of it. `label` is None while there is more to read.

    `counts_includes` is for `$everything`, whose total counts all that it holds. `received` counts every
    entry, includes too. `as_of` are the times that its pages give for themselves.
    """

    request: HttpRequest = field(repr=False)
    counts_includes: bool = False
    label: OutcomeLabel | None = None
    cause: Cause = Cause.NONE
    first: HttpResponse | None = field(default=None, repr=False)
    pages: int = 0
    counted: int = 0
    received: int = 0
    total: int | None = None
    as_of: set[str] = field(default_factory=set)
    _links: set[str] = field(default_factory=set, repr=False)

    @property
    def failed(self) -> bool:
        """Ended, and nothing usable came."""
        return self.label not in {None, OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL}

    @property
    def refusal(self) -> Refusal:
        """Label and cause of a search that failed."""
        assert self.label is not None
        return self.label, self.cause

    def take(
        self, answer: HttpResponse | TransportFault, budget: Budget, manner: Manner
    ) -> Generator[Pause, None, tuple[Entry, ...]]:
        """The entries of one page. Ends the search, or sets its next request."""
        if isinstance(answer, TransportFault):
            return self._fail(answer.label, answer.cause)
        if self.pages == 0:
            self.first = answer
        refusal = refusal_of(answer, manner)
        if refusal:
            return self._fail(*refusal)
        try:
            page = yield from read_searchset(answer.body, budget.entries)
        except NotABundle:
            return self._fail(OutcomeLabel.INVALID, Cause.MALFORMED)
        self._count(page, budget)
        self._go_on(page, budget, manner)
        return page.entries

    def _fail(self, label: OutcomeLabel, cause: Cause) -> tuple[Entry, ...]:
        """A first page that fails is the whole search; a later one leaves what came before it."""
        if self.pages == 0:
            self.label, self.cause = label, cause
        else:
            self.label = OutcomeLabel.PARTIAL
            self.cause = cause if cause is Cause.FOREIGN_LINK else Cause.PAGE_FAILED
        return ()

    def _count(self, page: Searchset, budget: Budget) -> None:
        self.pages += 1
        self.as_of |= {page.as_of} if page.as_of else set()
        self.received += len(page.entries)
        self.counted += len(page.entries) if self.counts_includes else page.matched
        self.total = self.total if page.total is None else page.total
        budget.entries -= len(page.entries)
        if page.self_link:
            self._links.add(page.self_link)

    def _go_on(self, page: Searchset, budget: Budget, manner: Manner) -> None:
        self._heed(page, manner)
        if page.cut or (page.next_link and not budget.entries):
            self._end(Cause.ENTRY_LIMIT)
        elif page.next_link in self._links:
            self._end(Cause.PAGE_LOOP)
        elif page.next_link and not budget.next_pages:
            self._end(Cause.PAGE_LIMIT)
        elif page.next_link:
            budget.next_pages -= 1
            self._links.add(page.next_link)
            self.request = self._follow(page.next_link)
        elif self.total is not None and self.total > self.counted:
            self._end(Cause.FEWER_THAN_TOTAL)
        elif self._may_be_cut(page):
            self._end(Cause.FULL_PAGE)
        else:
            self._end(Cause.NONE)

    def _may_be_cut(self, page: Searchset) -> bool:
        """Just as much as was asked for, from a server that tells neither how many there are nor that it
        pages: some cut there, and say nothing. A page behind a `next` was not asked for by `_count`.
        """
        came = len(page.entries) if self.counts_includes else page.matched
        asked_for = dict(self.request.form or self.request.query).get("_count")
        return self.total is None and str(came) == asked_for

    def _follow(self, link: str) -> HttpRequest:
        """A link that is a query alone means the same search: its path goes along."""
        path = self.request.path.removesuffix("/_search")
        return HttpRequest(method="GET", path=path, link=link, headers=self.request.headers)

    def _heed(self, page: Searchset, manner: Manner) -> None:
        """What the partner says of its own answer stays with the search to its end."""
        for outcome in page.outcomes:
            self.cause = self.cause if self.cause is not Cause.NONE else warning_of(outcome, manner)

    def _end(self, cause: Cause) -> None:
        """The first thing that went wrong names the search."""
        self.cause = cause if self.cause is Cause.NONE else self.cause
        if self.cause is Cause.CREDENTIALS and not self.counted:
            self.label = OutcomeLabel.REFUSED
        else:
            self.label = OutcomeLabel.COMPLETE if self.cause is Cause.NONE else OutcomeLabel.PARTIAL


def next_round(searches: Sequence[Search], budget: Budget, manner: Manner) -> Round:
    """Send the next read of every open search, and return what came, in the searches' order."""
    open_searches = [search for search in searches if search.label is None]
    answers = yield tuple(search.request for search in open_searches)
    entries: list[Entry] = []
    for search, answer in zip(open_searches, answers, strict=True):
        entries += yield from search.take(answer, budget, manner)
    return entries


def first_found(searches: Sequence[Search], budget: Budget, manner: Manner) -> Round:
    """Rounds until something came or every search has ended: some servers begin with empty pages."""
    entries: list[Entry] = []
    while not entries and any(search.label is None for search in searches):
        entries = yield from next_round(searches, budget, manner)
    return entries
