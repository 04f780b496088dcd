"""The seam between the broker and a way of speaking: generators without I/O.

A connector yields what it wants sent and is given the answer; it yields pages of resources as it reads
them, and returns an Ending. The broker owns everything that touches a socket: deadline, throttle,
breaker, byte limits, TLS, redirects, origin and path, metrics. Version of this contract: `API`.

    def fetch(self, ask):
        answer = yield HttpRequest("POST", "Patient/_search", form={...})
        ...
        yield Page(entries=(Entry(raw=...),))
        return Ending(OutcomeLabel.COMPLETE)
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import msgspec

from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity, PartnerAsk
from broker.domain.reconstruction import ItemVersion
from broker.ports.shapes import Shape

API = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One read. `path` is relative to the registered endpoint; nothing else can be named.

    A `next` link is passed as the partner gave it in `link`: the transport resolves it and refuses
    another origin or a path outside the endpoint's. `service` names one of the registration's further
    endpoints (a directory beside the service itself); empty is the endpoint.
    """

    method: str
    path: str = field(default="", repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    link: str | None = field(default=None, repr=False)
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A whole answer, within the byte limits. Any status: what it means is the connector's to say."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MllpRequest:
    """One HL7 v2 query over MLLP, without its frame. A message that is no query is never sent."""

    message: bytes = field(repr=False)
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MllpResponse:
    """One whole HL7 v2 answer, without its frame, within the byte limits."""

    message: bytes = field(repr=False)


class TransportFault(Exception):
    """The call gave no whole answer. Never retried by a connector; the transport already has."""

    def __init__(self, label: OutcomeLabel, cause: Cause) -> None:
        """`label` and `cause` are what the partner's line will say if the connector lets this pass."""
        self.label = label
        self.cause = cause
        super().__init__(f"{label}: {cause}")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One resource, exactly as the partner wrote it. `readable` is False when the bytes are not JSON
    that can be carried safely: it is counted and listed, never shown.
    """

    raw: bytes
    full_url: str | None = None
    readable: bool = True

    def __repr__(self) -> str:
        """Its size alone: nothing of the person reaches a log or a traceback."""
        return f"Entry({len(self.raw)} bytes)"


@dataclass(frozen=True, slots=True)
class Page:
    """Resources as they arrived, in the partner's order: the Patient that proves identity among them."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """The person's own id at this partner, for the life of the trace."""

    local: LocalIdentity


@dataclass(frozen=True, slots=True)
class Pause:
    """The connector has worked for 5 ms and lets others run. Answered with None."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the conversation ended. `expected` is the partner's own total, when it gave a true one; `as_of` is
    of when it says that its answer is, as it wrote that, where it says so.
    """

    label: OutcomeLabel
    cause: Cause = Cause.NONE
    expected: int | None = None
    as_of: str = ""


# A tuple of requests is sent at once; its answer is a tuple in the same order, in which a call that
# failed is a TransportFault as a value. A single request's fault is raised inside the generator.
Request: TypeAlias = HttpRequest | MllpRequest
Requests: TypeAlias = tuple[Request, ...]
Response: TypeAlias = HttpResponse | MllpResponse
Answer: TypeAlias = HttpResponse | TransportFault
Settled: TypeAlias = Response | TransportFault
Step: TypeAlias = Request | Requests | Page | Learned | Pause
Conversation: TypeAlias = Generator[Step, Any, Ending]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPointer:
    """A document that a partner's item points at: the DocumentReference as the partner gave it, and the
    address of one of its attachments.
    """

    item: bytes = field(repr=False)
    url: str = field(repr=False)


class DocumentForm(enum.StrEnum):
    """How a document stands in the answer of its own request."""

    RAW = "raw"  # the body is the document
    FHIR_BINARY = "fhir-binary"  # a Binary whose base64 stands in `data` (R4) or `content` (STU3)
    AS_ANSWERED = "as-answered"  # a Binary where the answer's Content-Type is FHIR's own, else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """The one read that gives a document's bytes. The broker streams them; nothing keeps them."""

    request: HttpRequest
    form: DocumentForm = DocumentForm.RAW


Opening: TypeAlias = Generator[Request | Requests | Pause, Any, DocumentSource]


class Connector(Protocol):
    """One way of speaking, bound to one registration's settings. Holds no patient data between calls."""

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """Ask for `ask.categories` of `ask.patient`. An unexpected exception becomes this partner's
        outcome `invalid` with cause `connector-error`, never everyone's.
        """
        ...


class DocumentConnector(Connector, Protocol):
    """A connector whose partner hands out the documents that it lists (`documents: true`)."""

    def open_document(self, ask: PartnerAsk, pointer: DocumentPointer, /) -> Opening:
        """Say which read gives the document, after whatever must be asked first. Raises TransportFault
        (refused, not-available, invalid) for a pointer that it may not or cannot follow.
        """
        ...


class VersionedConnector(Connector, Protocol):
    """A connector whose partner can be asked for one version of an item (`versions: true`)."""

    def fetch_versions(self, ask: PartnerAsk, wanted: tuple[ItemVersion, ...], /) -> Conversation:
        """The person's own Patient, which proves whose they are, and these versions as far as they are there.
        Complete where each was given or is not there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """The index's answer: one person, or why not. `status` is one of found, not-found, invalidated,
    several.
    """

    status: str
    identity: PatientIdentity | None = None

    @property
    def is_nobodys(self) -> bool:
        """True of a number that is no person's now: the index has invalidated it, or never knew it."""
        return self.status in {"invalidated", "not-found"}


class IndexConnector(Protocol):
    """A way of speaking to a patient index."""

    def trace(self, number: NhsNumber, correlation_id: str, /) -> Generator[Step, Any, Traced]:
        """Ask for one number. Raises TransportFault when the index cannot say: not knowing is a no."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a connector declares (`manifest.yaml` in its folder), checked when it is loaded.

    `proof` is demographics, number or lookup; `reads` are the only calls that the transport lets
    through: (method, path pattern) with `{id}` for one path segment, `{type}` for a resource type,
    `{provider}` for a whole web address that a proxy is to call, `{encoded_provider}` for one that is
    escaped into one segment, and `{base}` alone for the endpoint itself. A `next` link must match a read
    as well. `services` are the reads of each further endpoint.

    `reads_from_settings`: what may be read stands in the registration; the connector's `reads` hold it.
    `files`: settings that name a file, relative to the registration's own. `writes_authorization`: the
    connector itself writes an Authorization header that holds no secret. `documents`: it opens what it
    lists. `locates`: its items name further holders. `rehearsal`: never in production. `versions`: it can ask
    for one version of an item. `direct_care_only`: by its terms it is asked for a person's care and nothing
    else, so that no disclosure is reconstructed by it.
    """

    name: str
    api: int
    role: str
    proof: str
    reads: tuple[tuple[str, str], ...]
    filters_categories: bool
    settings: Mapping[str, str]
    summary: str
    services: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    reads_from_settings: bool = False
    writes_authorization: bool = False
    documents: bool = False
    locates: bool = False
    rehearsal: bool = False
    versions: bool = False
    direct_care_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What an entry point of group `watersmeet.connectors` names. `role` in the manifest says whether
    `create` makes a Connector (`records`) or an IndexConnector (`index`). `simulator` is None where there
    is no endpoint at all.

    `create(settings)` raises ValueError naming the setting and the remedy. `simulator(people, manners)`
    returns an aiohttp.web.Application that plays the endpoint. `people` maps each NHS number to what this
    endpoint holds, as JSON trees whose exact numbers (`1.50`) are msgspec.Raw: write them out with
    `broker.domain.json_bytes.write_tree`. `files` gives the JSON Schema (broker.ports.shapes) of each file
    that a setting names, by that setting.
    """

    manifest: Manifest
    create: Callable[[Mapping[str, object]], Any]
    simulator: Callable[..., Any] | None
    files: Callable[[], Mapping[str, Shape]] = dict
