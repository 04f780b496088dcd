"""What became of each partner: exactly one label from a closed set, for every partner in scope."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class OutcomeLabel(enum.StrEnum):
    """The closed set (promise 5, docs/explanation/promises.md)."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NO_RECORD = "no-record"
    NOT_AVAILABLE = "not-available"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    INVALID = "invalid"
    TOO_LARGE = "too-large"
    NOT_ASKED = "not-asked"
    IDENTITY_MISMATCH = "identity-mismatch"

    @property
    def answered_fully(self) -> bool:
        """Only these two let a "none recorded" stand."""
        return self in {OutcomeLabel.COMPLETE, OutcomeLabel.NO_RECORD}

    @property
    def failed(self) -> bool:
        """Asked, and nothing usable came back."""
        return self not in {
            OutcomeLabel.COMPLETE,
            OutcomeLabel.PARTIAL,
            OutcomeLabel.NO_RECORD,
            OutcomeLabel.NOT_ASKED,
        }


class Cause(enum.StrEnum):
    """Why, in our own closed words. A partner's text is never one of them."""

    NONE = "none"
    POLICY = "policy"
    OBJECTION = "objection"
    NOT_A_HOLDER = "not-a-holder"
    NOT_LOCATED = "not-located"
    SUSPENDED = "suspended"
    NOT_ASKED_AGAIN = "not-asked-again"
    BREAKER_OPEN = "breaker-open"
    CONNECT = "connect"
    TLS = "tls"
    DEADLINE = "deadline"
    SLOW = "slow"
    STATUS = "status"
    CREDENTIALS = "credentials"
    DISSENT_AT_SOURCE = "dissent-at-source"
    THROTTLED = "throttled"
    REDIRECT = "redirect"
    CUT_SHORT = "cut-short"
    MALFORMED = "malformed"
    WIRE_BYTES = "wire-bytes"
    DECODED_BYTES = "decoded-bytes"
    RATIO = "ratio"
    PAGE_LIMIT = "page-limit"
    ENTRY_LIMIT = "entry-limit"
    FOREIGN_LINK = "foreign-link"
    PAGE_LOOP = "page-loop"
    PAGE_FAILED = "page-failed"
    FEWER_THAN_TOTAL = "fewer-than-total"
    FULL_PAGE = "full-page"
    DECLARED_OTHERWISE = "declared-otherwise"
    MEDICATION_MISSING = "medication-missing"
    REFERENCE_SPELLING = "reference-spelling"
    PARTNER_WARNING = "partner-warning"
    NOT_OFFERED = "not-offered"
    CONFIDENTIAL_ITEMS = "confidential-items"
    DATA_IN_TRANSIT = "data-in-transit"
    DATA_AWAITING_FILING = "data-awaiting-filing"
    UNREADABLE_ENTRIES = "unreadable-entries"
    WRONG_PATIENT = "wrong-patient"
    SEVERAL_MATCHES = "several-matches"
    NO_PROOF = "no-proof"
    NOT_ALLOWED_CALL = "not-allowed-call"
    CONNECTOR_ERROR = "connector-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The conservation law for one partner: what was received is all accounted for.

    `repeated` is the very same bytes again (pages that overlap). A grouped item is shown, with its
    group; `grouped` counts those that stand beside another and is a part of `shown`.
    """

    received: int = 0
    shown: int = 0
    grouped: int = 0
    repeated: int = 0
    withheld: int = 0
    unreadable: int = 0
    quarantined: int = 0

    @property
    def balances(self) -> bool:
        """False is a fault of ours and stops the release."""
        held_back = self.withheld + self.unreadable + self.quarantined
        return self.received == self.shown + self.repeated + held_back


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerOutcome:
    """One partner's line. `expected` is the partner's own total when it gave one. `from_memory_s` is 0 where
    the partner was asked for this very question; else the answer is an earlier question's, from memory, and
    at most so many seconds old.
    """

    partner_id: str
    label: OutcomeLabel
    cause: Cause = Cause.NONE
    tally: Tally = Tally()
    expected: int | None = None
    elapsed_ms: int = 0
    pages: int = 0
    answered_at: str = ""
    from_memory_s: int = 0
