"""What a Bundle needs besides the view."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.domain.query import RecordQuery
from broker.ports.sealer import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The question, the links' base, the person's sealed id, the partners' names, and who asks."""

    query: RecordQuery
    base_url: str
    token: str
    names: dict[str, str]
    sealer: Sealer = field(repr=False)
    page: str | None = field(repr=False, default=None)
    caller: str = field(repr=False, default="")
