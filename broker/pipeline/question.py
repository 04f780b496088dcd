"""What the http room hands to the pipeline, and what it gets back to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from broker.domain.criteria import WHOLE, Criteria
from broker.domain.query import Form, Interaction
from broker.domain.reconstruction import OnFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Why emergency access is asked for, in the user's own words, nothing judged yet. Empty `partners` is
    every live one; `minutes` None is as long as the ground permits.
    """

    ground: str
    text: str = field(repr=False)
    partners: frozenset[str] = frozenset()
    minutes: int | None = None
    witness: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One HTTP request in the API's own words, nothing judged yet.

    Exactly one of `number_text` (as typed), `patient_token` and `document_token` names the person; to end
    a grant, only `grant_id` is given, and to read one Consent, only `item_id`, which is of Consents alone.
    `again` names, sealed, whom alone to ask. Otherwise `grant_id` is the emergency access that the question
    names, as it was sent; `statement` is of one to be opened. Empty `statuses` are Consents of any.
    `base_url` holds no query and no identifier. `on_file` is a disclosure to be reconstructed, which nobody
    asks for over HTTP, and `approved_by` whose decision that is.
    """

    request_id: str
    authorization: str | None = field(repr=False)
    interaction: Interaction
    base_url: str
    number_text: str | None = field(repr=False, default=None)
    patient_token: str | None = field(repr=False, default=None)
    document_token: str | None = field(repr=False, default=None)
    resource_types: frozenset[str] = frozenset()
    criteria: Criteria = field(repr=False, default=WHOLE)
    item_id: str | None = None
    statuses: frozenset[str] = frozenset()
    again: str | None = field(repr=False, default=None)
    count: int | None = None
    page: str | None = field(repr=False, default=None)
    client_address: str = ""
    grant_id: str | None = field(repr=False, default=None)
    statement: Statement | None = None
    form: Form = Form.JSON
    within_days: int = 0
    on_file: OnFile | None = field(repr=False, default=None)
    approved_by: str = ""


class Cut(Exception):
    """What is being streamed may not end well: the transfer is broken, so that nobody takes it for whole."""


class BodyStream(Protocol):
    """A body that is read as it goes out."""

    async def piece(self) -> bytes:
        """The next bytes; empty when it is whole. Raises Cut."""
        ...

    def ended(self, how: str, bytes_sent: int, /) -> None:
        """Called once, with `sent`, `client-left`, `cut` or `failed`, and the bytes written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, already audited: `body` is written as it stands, in order; or `stream`, as it comes.

    `finished` is called once with how it ended (`sent` or `client-left`) and the bytes written; it
    returns at once, and the record of the ending is completed behind it. A stream hears that itself.
    """

    status: int
    body: tuple[bytes, ...] = field(repr=False, default=())
    stream: BodyStream | None = field(repr=False, default=None)
    headers: Mapping[str, str] = field(default_factory=dict)
    finished: Callable[[str, int], None] | None = field(repr=False, default=None)
