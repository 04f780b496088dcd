"""One step in the life of an objection, as the register keeps it: added, never edited."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber
from broker.domain.objection import Objection


class Channel(enum.StrEnum):
    """How an objection reached us."""

    FORM = "form"
    PHONE = "phone"
    IMPORT = "import"


class IdentityCheck(enum.StrEnum):
    """How the objector's identity was checked. `none` holds provisionally, for same-day review."""

    DOCUMENTS = "documents"
    QUESTIONS = "questions"
    KNOWN_TO_STAFF = "known-to-staff"
    NHS_LOGIN = "nhs-login"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A named person in a role: who took, reviewed, decided or withdrew."""

    role: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """The row of a source that an objection was imported from, as the source itself names it."""

    source: str
    row_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How an objection was received. `on_behalf_of` is empty when the person spoke for themselves,
    otherwise the standing of who did (`parent`, `attorney`). `origin` is of an imported one.
    """

    channel: Channel
    received_at: dt.datetime
    identity_check: IdentityCheck
    consequences_explained: bool
    on_behalf_of: str = field(repr=False, default="")
    origin: SourceRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionEvent:
    """One step. `objection` is the whole objection as it stands after it, so that the newest event
    alone is what binds. `step` counts from one; `note` is the review's own words. `from_source` is a
    step that a file of the objection's source took, not somebody at our desk.
    """

    objection: Objection
    step: int
    at: dt.datetime
    by: Actor
    intake: Intake
    numbers: frozenset[NhsNumber] = field(repr=False)
    note: str = field(repr=False, default="")
    from_source: bool = False
