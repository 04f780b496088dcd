"""One step in the life of an objection, as the register keeps it: added, never edited.

Every member that came later has a default, so that an older step reads as one that does not say.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber
from broker.domain.objection import Objection
from broker.domain.objection_speaker import IdentifierKind, Speaker, Standing


class Channel(enum.StrEnum):
    """How an objection reached us."""

    FORM = "form"
    PHONE = "phone"
    POST = "post"
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

    @property
    def role_word(self) -> str:
        """The role as policies write it: `Caldicott Guardian` is `caldicott-guardian`."""
        return "-".join(self.role.casefold().replace("-", " ").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """The row of a source that an objection was imported from, as the source itself names it."""

    source: str
    row_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How an objection was received.

    `speaker` is None of an imported objection and of an older one: then `on_behalf_of` has the free words
    of its source, and is empty when the person spoke for themselves. `competence` is who found the person
    competent to decide this. `born` is `YYYY-MM` or `YYYY-MM-DD`, empty where nobody has said. `origin` is
    of an imported one. With `unsafe_to_write` no letter is sent, and `safe_contact` says how they are
    reached. `seconded` is who has seen them too, where one person received very many.
    """

    channel: Channel
    received_at: dt.datetime
    identity_check: IdentityCheck
    consequences_explained: bool
    on_behalf_of: str = field(repr=False, default="")
    origin: SourceRow | None = None
    identifiers: frozenset[IdentifierKind] = frozenset()
    speaker: Speaker | None = None
    form_for_another: bool = False
    competence: Actor | None = None
    born: str = field(repr=False, default="")
    unsafe_to_write: bool = False
    safe_contact: str = field(repr=False, default="")
    seconded: Actor | None = None

    @property
    def standing(self) -> Standing | None:
        """By what right it was made; None where the words of its source are not known here."""
        if self.speaker is not None:
            return self.speaker.standing
        word = self.on_behalf_of.strip().casefold() or Standing.SELF.value
        return Standing(word) if word in list(Standing) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """How an objection was taken back, with the same members as an `Intake`."""

    speaker: Speaker
    channel: Channel
    identity_check: IdentityCheck
    identifiers: frozenset[IdentifierKind]
    form_for_another: bool = False
    competence: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Somebody who may speak for the person, or the person, wants the contrary."""

    speaker: Speaker
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """When the person was told of a decision before it took effect, or why not."""

    on: dt.date | None = None
    not_because: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The person was written to, or reached by the safe contact that they gave."""

    by_letter: bool
    at: dt.datetime
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionEvent:
    """One step. `objection` is the whole objection as it stands after it, so that the newest event
    alone is what binds. `step` counts from one; `note` is the review's own words. `from_source` is a
    step that a file of the objection's source took, not somebody at our desk.

    `disputed` stands until it is decided; `decided_at` is when a review last ended. `invalidated` are
    numbers of it that the patient index no longer knows as a person's, last heard of at `invalidated_at`,
    and `looked_after` those of them that somebody has dealt with since. `linked` are those of its numbers
    that a person here found, and that nobody gave when it was received.
    """

    objection: Objection
    step: int
    at: dt.datetime
    by: Actor
    intake: Intake
    numbers: frozenset[NhsNumber] = field(repr=False)
    note: str = field(repr=False, default="")
    from_source: bool = False
    withdrawal: Withdrawal | None = None
    disputed: Dispute | None = None
    told: Told | None = None
    decided_at: dt.datetime | None = None
    invalidated: frozenset[NhsNumber] = field(repr=False, default=frozenset())
    invalidated_at: dt.datetime | None = None
    looked_after: frozenset[NhsNumber] = field(repr=False, default=frozenset())
    linked: frozenset[NhsNumber] = field(repr=False, default=frozenset())
    confirmation: Confirmation | None = None
