"""Headers to a Requester: the first stage, and the first refusal."""

from __future__ import annotations

from broker.domain.requester import Requester
from broker.ports.authenticator import Authenticator


async def authenticate(authorization: str | None, authenticator: Authenticator) -> Requester:
    """The named user behind the token. Raises Unauthenticated, or ServiceDown for our own key sets."""
    return await authenticator.authenticate(authorization)
