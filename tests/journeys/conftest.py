"""What several journeys start from, and look at."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support import trail
from tests.support.emergency import chart_of
from tests.support.logs_in_memory import logs_in_memory
from tests.support.network import object_to, objections_desk, simulated
from tests.support.small_network import NUMBER, OTHER, Small, indexed, small_network


@pytest.fixture
def written() -> Iterator[io.BytesIO]:
    """What this process logs."""
    with logs_in_memory("debug") as stream:
        yield stream


@pytest.fixture
async def objected(tmp_path: Path) -> AsyncIterator[Small]:
    """Two partners, and two people who object to everything; at the end the trail is whole."""
    people = simulated("pds", {NUMBER: [indexed()], OTHER: [indexed(OTHER)]}, calls_per_s=1000)
    apps = {"alder": chart_of("alder"), "beech": chart_of("beech")}
    async with small_network(tmp_path, apps, index=people) as made:
        async with objections_desk(made.client.settings) as register:
            await object_to(register, NUMBER)
            await object_to(register, OTHER)
        yield made
        await trail.all_ended(made.client.settings)
        trail.assert_whole(made.client.settings)
