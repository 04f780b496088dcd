"""The bench on which every check of a token is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.token_bench import Bench, token_bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An authenticator, its issuer and the endpoint of its keys."""
    async with token_bench() as made:
        yield made
