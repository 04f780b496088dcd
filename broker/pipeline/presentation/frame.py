"""What a Bundle needs besides the view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from broker.domain.query import Form, RecordQuery
from broker.domain.resource import Resource
from broker.pipeline.pointing import may_list, pointer_to
from broker.pipeline.presentation.paging import Pages
from broker.ports.sealer import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The question, the links' base, the person's sealed id, the partners' names, the pages, in which form
    and when the answer is written (aware, UTC).

    `opens` are the partners whose documents can be had, `sealed_pointer` makes a pointer a token.
    `sealed_again` does so of the partners that may be asked again; `again` is such a token, where the
    question brought one. `own` are the registrations of the organisation that asks.
    """

    query: RecordQuery
    base_url: str
    token: str
    names: dict[str, str]
    sealer: Sealer = field(repr=False)
    pages: Pages = field(repr=False)
    at: dt.datetime
    form: Form = Form.JSON
    opens: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    sealed_pointer: Callable[[bytes], str] | None = field(repr=False, default=None)
    sealed_again: Callable[[frozenset[str]], str] | None = field(repr=False, default=None)
    again: str | None = field(repr=False, default=None)

    def document_link(self, resource: Resource, attachment: dict[str, Any]) -> str | None:
        """Our own address of an attachment's document; None where it cannot be had from us."""
        if self.sealed_pointer is None or resource.partner_id not in self.opens or not may_list(resource):
            return None
        token = self.sealed_pointer(pointer_to(resource, attachment, self.sealer))
        return f"{self.base_url}/documents/{token}"
