"""Where the steps of objections are kept, beside the releases that they forbid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from broker.domain.identity import NhsNumber
from broker.domain.objection_life import ObjectionEvent, SourceRow


class StepTaken(Exception):
    """Somebody else took a step of this objection first: nothing was recorded; read it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyDisclosure:
    """A release between an objection's receipt and its acknowledgement: the person may be told."""

    sequence: int
    at: dt.datetime
    organisation_ods: str
    roles: tuple[str, ...]
    purpose: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHistory:
    """Every step, oldest first, of what was imported from one row; `version` is the newest one's number."""

    version: int = 0
    events: tuple[ObjectionEvent, ...] = ()


class ObjectionSteps(Protocol):
    """What there is to read. Every method raises ServiceDown("release-store") when it cannot answer, ("keys")
    when nothing can be opened.
    """

    async def events_of(self, objection_id: str, /) -> tuple[ObjectionEvent, ...]:
        """The whole history of one objection, oldest first; empty when there is none of that id."""
        ...

    async def events_under(self, numbers: frozenset[NhsNumber] | None, /) -> tuple[ObjectionEvent, ...]:
        """Every event under any of `numbers`, oldest first; None is the whole register."""
        ...


class ObjectionRegister(ObjectionSteps, Protocol):
    """Every method raises ServiceDown("release-store") when it cannot answer, ("keys") when nothing can
    be sealed or opened.
    """

    async def append_event(self, event: ObjectionEvent, /) -> int:
        """Durable when it returns; from then on no release that it forbids succeeds. Returns the
        sequence number. Raises StepTaken when `event.step` is not the objection's next step.
        """
        ...

    async def history_of_row(self, origin: SourceRow, /) -> RowHistory:
        """What was imported from this row of this source; empty when nothing was."""
        ...

    async def append_from_source(self, event: ObjectionEvent, /, *, seen: int) -> int:
        """As `append_event`, of an event with an origin. Raises StepTaken as well when something of that
        row was recorded after version `seen`: then look at the row again.
        """
        ...

    async def events_after(self, sequence: int, most: int, /) -> tuple[tuple[int, ObjectionEvent], ...]:
        """The next steps of any objection after record `sequence`, at most so many, with their numbers."""
        ...

    async def sequence_before(self, instant: dt.datetime, /) -> int:
        """The number of a record before which none was written at `instant` or later, as far as the clocks
        of the processes agree; 0 when there is none.
        """
        ...

    async def early_disclosures(self, objection_id: str, /) -> tuple[EarlyDisclosure, ...]:
        """What was released under the objection's numbers after receipt and before acknowledgement."""
        ...
