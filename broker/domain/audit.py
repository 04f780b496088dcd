"""The records of the audit trail, and what each must hold. None holds clinical content."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

import msgspec

from broker.domain.decision import Reason
from broker.domain.identity import NhsNumber
from broker.domain.outcome import PartnerOutcome
from broker.domain.requester import Requester


class RecordKind(enum.StrEnum):
    """What an audit row is. `reading` is a look into the trail itself or into the register of objections,
    `link` what the patient index said of two numbers: that they are one person's, `grant` a step of an
    emergency access or a self-claimed relationship, `policy` a revision of the policies that came into force.
    """

    INTENT = "intent"
    DISCLOSURE = "disclosure"
    OUTCOME = "outcome"
    REFUSAL = "refusal"
    OBJECTION = "objection"
    READING = "reading"
    LINK = "link"
    GRANT = "grant"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOn:
    """What a judgement rested on beside the requester, the register and the policies, so that it can be
    made again. Before the patient index answered the person's members are None. `partners` is a digest of
    the registrations as the decision saw them.
    """

    at: dt.datetime
    restriction: str | None = None
    practice_ods: str | None = field(repr=False, default=None)
    deceased_on: str | None = field(repr=False, default=None)
    partners: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditContext:
    """Who asked what of whom: the same fields on every record, refusals included.

    Before authentication succeeds `requester` is None and says so; the number is absent when none
    could be read. `numbers` grows when the index answers with another. `grant_id` is the emergency access
    that the request named: our own id, or `unknown` where it is none of ours. `reconstructs` is the record of
    the disclosure that is held against its partners, `approved_by` a role and the number of its decision.
    """

    request_id: str
    requester: Requester | None
    numbers: frozenset[NhsNumber] = field(repr=False, default=frozenset())
    interaction: str = ""
    resource_types: frozenset[str] = frozenset()
    client_address: str = ""
    policy_revision: str = ""
    objection_version: int = 0
    grant_id: str = ""
    judged_on: JudgedOn | None = field(repr=False, default=None)
    reconstructs: int = 0
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Durable before the index or a partner is contacted."""

    context: AuditContext
    at: dt.datetime
    reasons: tuple[Reason, ...]


class ReleasedItem(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Proof of one released item without its content: `digest` is keyed, over the partner's bytes."""

    partner_id: str
    resource_type: str
    local_id: str
    version: str
    digest: bytes

    def __repr__(self) -> str:
        """The type alone."""
        return f"ReleasedItem({self.resource_type})"


class DocumentListed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Which document is about to go out: `pointer` is what its token pointed at, keyed; size and hash are
    as its holder declared them, -1 and empty where it did not.
    """

    pointer: bytes
    size: int
    hash: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "DocumentListed()"


class DocumentSent(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What went out of a document: as many bytes, with this keyed digest; `whole` or cut."""

    size: int
    digest: bytes
    whole: bool

    def __repr__(self) -> str:
        """Nothing of it."""
        return "DocumentSent()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Durable before the first byte leaves; its proof is sealed under a key that governance holds."""

    context: AuditContext
    at: dt.datetime
    intent_sequence: int
    reasons: tuple[Reason, ...]
    outcomes: tuple[PartnerOutcome, ...]
    items: tuple[ReleasedItem, ...] = field(repr=False)
    document: DocumentListed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a request that had an intent ended: `sent`, `client-left`, `cut` (a document on its way),
    `failed`, `refused`; `traced` where a desk asked the index alone.

    `cause` is our own closed word (a BrokerError class name, a stage name), never a message.
    """

    context: AuditContext
    at: dt.datetime
    intent_sequence: int
    ended: str
    cause: str = ""
    bytes_sent: int = 0
    outcomes: tuple[PartnerOutcome, ...] = ()
    document: DocumentSent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReading:
    """Somebody is about to read what the register of objections holds of the context's numbers."""

    context: AuditContext
    at: dt.datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request that was turned away, in the same detail as one that was answered.

    `times` is over one where a flood at the door is recorded by kind: then nothing but `cause` is told.
    """

    context: AuditContext
    at: dt.datetime
    cause: str
    reasons: tuple[Reason, ...] = ()
    times: int = 1
