"""Several listings, each read page by page, into their records and how each of them ended.

Listings advance together: one round sends the next read of every open listing at once.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Ending, HttpRequest, HttpResponse, Pause, Requests, TransportFault
from connectors.r4 import stable_id
from connectors.rest_json.answers import MALFORMED, Listed, NotAnAnswer, read_listing, refused
from connectors.rest_json.mapping import Listing

ACCEPT = {"Accept": "application/json"}


@dataclass(slots=True)
class Budget:
    """What is left of one partner's limits. A listing's first page is free: each section has one."""

    entries: int
    next_pages: int

    @classmethod
    def of(cls, limits: AskLimits) -> Budget:
        """The whole of it, less the person's own entry."""
        return cls(entries=max(0, limits.entries_max - 1), next_pages=limits.pages_max - 1)


@dataclass(slots=True)
class Reading:
    """One listing, and what has come of it. `ended` is None while there is more to read."""

    listing: Listing
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    local_id: str = field(default="", repr=False)
    ended: Ending | None = None
    warned: bool = False
    pages: int = 0
    counted: int = 0
    total: int | None = None
    _at: str | None = field(default=None, repr=False)
    _seen: set[str] = field(default_factory=set, repr=False)

    @property
    def failed(self) -> bool:
        """Ended, and nothing usable came."""
        return self.ended is not None and self.ended.label.failed

    def request(self) -> HttpRequest:
        """The next read."""
        paging = self.listing.paging
        path = self.listing.path.replace("{id}", self.local_id)
        if paging.kind == "link" and self._at is not None:
            path = path.removesuffix("/_search")
            return HttpRequest(method="GET", path=path, link=self._at, headers=ACCEPT)
        fixed = tuple((name, text.replace("{id}", self.local_id)) for name, text in self.listing.query)
        here = ((paging.parameter, self._at),) if paging.kind == "cursor" and self._at is not None else ()
        if paging.kind == "page":
            here = ((paging.parameter, str(paging.first + self.pages)),)
        query = (*self.parameters, *fixed, *paging.size, *here)
        if self.listing.method == "POST":
            return HttpRequest(method="POST", path=path, form=query, headers=ACCEPT)
        return HttpRequest(method="GET", path=path, query=query, headers=ACCEPT)

    def take(self, answer: HttpResponse | TransportFault, budget: Budget) -> list[Any]:
        """The records of one page. Ends the listing, or goes on to its next page."""
        if isinstance(answer, TransportFault):
            return self._fail(answer.label, answer.cause)
        refusal = refused(answer)
        if refusal:
            return self._fail(*refusal)
        try:
            page = read_listing(answer.body, self.listing)
        except NotAnAnswer:
            return self._fail(*MALFORMED)
        return self._accept(page, answer.body, budget)

    def _fail(self, label: OutcomeLabel, cause: Cause) -> list[Any]:
        """A first page that fails is the whole listing; a later one leaves what came before it."""
        later = cause if cause is Cause.FOREIGN_LINK else Cause.PAGE_FAILED
        self.ended = Ending(label, cause) if self.pages == 0 else Ending(OutcomeLabel.PARTIAL, later)
        return []

    def _accept(self, page: Listed, body: bytes, budget: Budget) -> list[Any]:
        records = page.records[: budget.entries]
        self.pages += 1
        self.counted += len(records)
        budget.entries -= len(records)
        self.total = self.total if page.total is None else page.total
        self.warned = self.warned or page.warned
        following = self._next(page)
        # A server that ignores the page that it is asked for answers with the same one again.
        mark = following if following and self.listing.paging.kind != "page" else stable_id(body)
        if len(records) < len(page.records) or (following is not None and not budget.entries):
            self._end(Cause.ENTRY_LIMIT)
        elif following is None:
            short = self.total is not None and self.total > self.counted
            self._end(Cause.FEWER_THAN_TOTAL if short else Cause.NONE)
        elif mark in self._seen:
            self._end(Cause.PAGE_LOOP)
        elif not budget.next_pages:
            self._end(Cause.PAGE_LIMIT)
        else:
            budget.next_pages -= 1
            self._seen.add(mark)
            self._at = following
        return records

    def _next(self, page: Listed) -> str | None:
        """The cursor or link; for numbered pages any text, until a page is empty or the total is there."""
        if self.listing.paging.kind != "page":
            return page.following
        done = not page.records or (self.total is not None and self.counted >= self.total)
        return None if done else "next"

    def _end(self, cause: Cause) -> None:
        """What the partner says of its own answer comes before what was seen of it."""
        why = Cause.PARTNER_WARNING if self.warned else cause
        self.ended = Ending(OutcomeLabel.COMPLETE if why is Cause.NONE else OutcomeLabel.PARTIAL, why)


def endings(readings: Sequence[Reading]) -> list[Ending]:
    """How each listing ended that has."""
    return [reading.ended for reading in readings if reading.ended is not None]


Round = Generator[Requests | Pause, Any, list[tuple[Reading, list[Any]]]]


def next_round(readings: Sequence[Reading], budget: Budget) -> Round:
    """Send the next read of every open listing; what came of each, in their order."""
    still_open = [reading for reading in readings if reading.ended is None]
    answers = yield tuple(reading.request() for reading in still_open)
    came = []
    for reading, answer in zip(still_open, answers, strict=True):
        came.append((reading, reading.take(answer, budget)))
        yield Pause()
    return came
