"""A bearer token to a Requester."""

from __future__ import annotations

from typing import Protocol

from broker.domain.requester import Requester


class Authenticator(Protocol):
    """Raises Unauthenticated when any check fails (with the failed check in `__cause__`'s class name
    only), Forbidden when a good token has no one purpose, ServiceDown("token-keys") when an issuer's keys
    were never obtained, and ServiceDown("clock") when the wall clock went back.
    """

    async def authenticate(self, authorization: str | None, /) -> Requester:
        """`authorization` is the one Authorization header, whole."""
        ...

    async def aclose(self) -> None:
        """Close the key-set connections."""
        ...
