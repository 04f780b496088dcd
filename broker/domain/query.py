"""What was asked of us, and what we ask of one partner."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.criteria import WHOLE, Criteria
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.requester import Requester


class Interaction(enum.StrEnum):
    """The questions of the API. There is no read of a clinical item without its patient. Two show nothing
    of anybody: they open and end emergency access. Two show the register of objections alone. A stream is
    the same question as everything, answered partner by partner. To reconstruct shows nothing of anybody
    either: it says of what was shown whether it is still so, and is asked at a desk.
    """

    FIND_PATIENT = "find-patient"
    READ_PATIENT = "read-patient"
    EVERYTHING = "everything"
    STREAM = "stream"
    SUMMARY = "summary"
    VIEW_MEDICINES = "view-medicines"
    VIEW_RESULTS = "view-results"
    VIEW_TIMELINE = "view-timeline"
    VIEW_PEOPLE = "view-people"
    SEARCH = "search"
    OPEN_DOCUMENT = "open-document"
    OPEN_GRANT = "open-emergency-access"
    END_GRANT = "end-emergency-access"
    SEARCH_CONSENTS = "search-consents"
    READ_CONSENT = "read-consent"
    RECONSTRUCT = "reconstruct"


class Form(enum.StrEnum):
    """In which form an answer is written."""

    JSON = "json"
    HTML = "html"
    EVENTS = "events"


# Two forms of one question.
OF_THE_WHOLE = frozenset({Interaction.EVERYTHING, Interaction.STREAM})
OF_THE_REGISTER = frozenset({Interaction.SEARCH_CONSENTS, Interaction.READ_CONSENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """One question about one person. Empty `resource_types` is every type that policy permits.

    `criteria` say which items of these types, in which order, and what comes along. `pointer` is of one
    document, which an item of the one type asked for lists. `again` names, sealed, the partners that alone
    are asked: those that did not answer the last time. `within_days` is how far back "lately" goes.
    """

    interaction: Interaction
    number: NhsNumber
    resource_types: frozenset[str] = frozenset()
    criteria: Criteria = field(repr=False, default=WHOLE)
    count: int | None = None
    pointer: bytes | None = field(repr=False, default=None)
    again: bytes | None = field(repr=False, default=None)
    within_days: int = 0

    @property
    def types_asked(self) -> frozenset[str]:
        """What partners are asked for: the types searched and those that may come along; empty is all."""
        return self.resource_types | self.criteria.included_types if self.resource_types else frozenset()

    @property
    def shows_person(self) -> bool:
        """Whether the person, as the index has them, is a part of what is asked for, or is to come along."""
        return not self.resource_types or self.asks_for_person or self.criteria.includes_person

    @property
    def asks_for_person(self) -> bool:
        """Whether the person is among the types asked for."""
        return "Patient" in self.resource_types

    def canonical(self) -> str:
        """The question as one text: alike for two spellings of one meaning, different for two meanings.

        It names no person, no caller, no page and no page size. No parameter holds a control character.
        """
        parts = (self.interaction.value, ",".join(sorted(self.resource_types)))
        said = [f"{name}={value}" for name, value in self.criteria.pairs]
        if self.again is not None:
            said.append(f"_again={self.again.hex()}")
        if self.within_days:
            said.append(f"within_days={self.within_days}")
        return "\x1f".join((*parts, *said))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalIdentity:
    """The person's own id at one partner, resolved in the life of this trace, and the proof of it.

    `patient` is that partner's Patient as JSON bytes; it is kept in memory only, as long as the trace.
    """

    local_id: str = field(repr=False)
    patient: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLimits:
    """What one partner's answer may cost."""

    pages_max: int
    entries_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsk:
    """Everything that a connector may know of a question. It holds no policy and no other partner.

    `asked_at` (aware, UTC) is the moment of asking: a connector has no clock of its own.
    """

    partner_id: str
    patient: PatientIdentity
    categories: frozenset[Category]
    resource_types: frozenset[str]
    requester: Requester
    correlation_id: str
    asked_at: dt.datetime
    limits: AskLimits
    settings: Mapping[str, object] = field(default_factory=dict)
    local: LocalIdentity | None = None
