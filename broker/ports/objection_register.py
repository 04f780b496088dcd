"""Where the steps of objections are kept, beside the releases that they forbid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from broker.domain.identity import NhsNumber
from broker.domain.objection_life import ObjectionEvent


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


class ObjectionRegister(Protocol):
    """Every method raises ServiceDown("release-store") when it cannot answer, ("keys") when nothing can
    be sealed or opened.
    """

    async def append_event(self, event: ObjectionEvent, /) -> int:
        """Durable when it returns; from then on no release that it forbids succeeds. Returns the
        sequence number. Raises StepTaken when `event.step` is not the objection's next step.
        """
        ...

    async def events_of(self, objection_id: str, /) -> tuple[ObjectionEvent, ...]:
        """The whole history of one objection, oldest first; empty when there is none of that id."""
        ...

    async def events_under(self, numbers: frozenset[NhsNumber] | None, /) -> tuple[ObjectionEvent, ...]:
        """Every event under any of `numbers`, oldest first; None is the whole register."""
        ...

    async def early_disclosures(self, objection_id: str, /) -> tuple[EarlyDisclosure, ...]:
        """What was released under the objection's numbers after receipt and before acknowledgement."""
        ...
