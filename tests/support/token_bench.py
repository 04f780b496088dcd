"""An authenticator with everything real behind it, and the name of the check that refuses a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from broker.adapters.tokens.authenticator import JwtAuthenticator
from broker.adapters.tokens.key_sets import KeySets
from broker.adapters.tokens.trust import Trust
from broker.domain.errors import Unauthenticated
from broker.domain.requester import Requester
from tests.support.clocks import HandClock
from tests.support.issuers import KeySetServer, Signer, good_claims, issuer_at, key_set_server, trust_in


async def failed_check(authenticator: JwtAuthenticator, authorization: str | None) -> str:
    """The name of the check that refuses this header; the test fails when none does."""
    with pytest.raises(Unauthenticated) as caught:
        await authenticator.authenticate(authorization)
    return type(caught.value.__cause__).__name__


@asynccontextmanager
async def authenticator_of(trust: Trust, clock: HandClock, **bounds: int) -> AsyncIterator[JwtAuthenticator]:
    """An authenticator that trusts exactly these issuers, closed when the test is done with it."""
    running = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock, **bounds)
    try:
        yield running
    finally:
        await running.aclose()


@dataclass
class Bench:
    """An authenticator, its issuer and the endpoint of its keys."""

    clock: HandClock
    signer: Signer
    server: KeySetServer
    authenticator: JwtAuthenticator

    async def ask(self, token: str) -> Requester:
        """Authenticate with this token."""
        return await self.authenticator.authenticate(f"Bearer {token}")

    async def failed_check(self, token: str) -> str:
        """The name of the check that refuses this token."""
        return await failed_check(self.authenticator, f"Bearer {token}")

    def token(self, **changes: Any) -> str:
        """A good token with changed claims."""
        return self.signer.token(good_claims(self.clock, **changes))


@asynccontextmanager
async def token_bench() -> AsyncIterator[Bench]:
    """Everything real: signatures, sockets, the whole authenticator."""
    clock, signer = HandClock(), Signer()
    async with (
        key_set_server(signer) as server,
        authenticator_of(trust_in(issuer_at(server.url)), clock) as authenticator,
    ):
        yield Bench(clock, signer, server, authenticator)
