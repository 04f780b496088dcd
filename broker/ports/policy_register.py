"""Which revisions of the policies came into force: one order for every process on one store."""

from __future__ import annotations

from typing import Protocol

from broker.domain.policy_revision import PolicyStep, PolicyTrail


class PolicyMoved(Exception):
    """Another step came into force since this one was judged: nothing was recorded; judge again."""

    def __init__(self) -> None:
        super().__init__("another revision of the policies came into force since this one was judged")


class PolicyRegister(Protocol):
    """Every method raises ServiceDown where the store cannot answer: then the policies stay as they are."""

    async def policy_trail(self) -> PolicyTrail:
        """What came into force last, and when anything was last recorded."""
        ...

    async def record_policy(self, step: PolicyStep, /, *, after: PolicyStep | None, by_name: str = "") -> int:
        """Durable when it returns, as the next after `after`. Raises PolicyMoved when it is not the last
        any more. `by_name` is of whoever forced it.
        """
        ...
