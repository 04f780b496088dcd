"""A bearer token to a Requester."""

from __future__ import annotations

from typing import Protocol

from broker.domain.requester import Requester


class Authenticator(Protocol):
    """Raises Unauthenticated when any check fails (with the failed check in `__cause__`'s class name
    only), and ServiceDown("token-keys") when an issuer's keys were never obtained.
    """

    async def authenticate(self, authorization: str | None, /) -> Requester:
        """`authorization` is the one Authorization header, whole."""
        ...

    async def aclose(self) -> None:
        """Close the key-set connections."""
        ...
