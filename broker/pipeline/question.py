"""What the http room hands to the pipeline, and what it gets back to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.domain.query import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One HTTP request in the API's own words, nothing judged yet.

    Exactly one of `number_text` (as typed) and `patient_token` names the person. `base_url` holds no
    query and no identifier.
    """

    request_id: str
    authorization: str | None = field(repr=False)
    interaction: Interaction
    base_url: str
    number_text: str | None = field(repr=False, default=None)
    patient_token: str | None = field(repr=False, default=None)
    resource_types: frozenset[str] = frozenset()
    item_id: str | None = None
    count: int | None = None
    page: str | None = field(repr=False, default=None)
    client_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer, already audited: `body` is written as it stands, in order.

    `finished` is called once with how it ended (`sent` or `client-left`) and the bytes written; it
    returns at once, and the record of the ending is completed behind it.
    """

    status: int
    body: tuple[bytes, ...] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    finished: Callable[[str, int], None] | None = field(repr=False, default=None)
