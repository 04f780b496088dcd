"""A person's own ids at the partners, for the life of a trace. Memory only."""

from __future__ import annotations

from typing import Protocol

from broker.domain.identity import NhsNumber
from broker.domain.query import LocalIdentity


class LocalIdentities(Protocol):
    """Never holds a restricted person's. Forgetting is always safe: the id is looked up again."""

    def get(self, partner_id: str, number: NhsNumber, /) -> LocalIdentity | None:
        """The id resolved in the life of this trace, if any."""
        ...

    def put(self, partner_id: str, number: NhsNumber, local: LocalIdentity, /) -> None:
        """Keep it under the current number, as long as the trace is kept."""
        ...

    def forget(self, partner_id: str, number: NhsNumber, /) -> None:
        """The partner contradicted it."""
        ...
