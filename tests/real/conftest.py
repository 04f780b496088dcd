"""More of Synthea's people in the running server, and a broker over it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from broker.domain.identity import NhsNumber, check_digit_holds
from tests.support.network import Client, Partner
from tests.support.real_network import broker_among
from tests.support.real_servers import RealServer, load_person
from tests.support.synthea import read_person

# All 25 take a minute; six hold every type that the others do but goals and images.
PEOPLE_USUALLY = "6"
VARIABLE = "WATERSMEET_REAL_PEOPLE"


@pytest.fixture(scope="session")
def everyone(sekmet: RealServer, real_data: Path) -> RealServer:
    """SEKMET with as many of Synthea's people as `WATERSMEET_REAL_PEOPLE` says (6, at most 25)."""
    wanted = int(os.environ.get(VARIABLE, PEOPLE_USUALLY))
    loaded = {person.synthea_id for person in sekmet.people}
    paths = sorted((real_data / "r4" / "synthea").glob("*.json"), key=lambda path: path.stat().st_size)
    read = [read_person(path, number) for path, number in zip(paths, _numbers(len(paths)), strict=True)]
    others = [person for person in read if person.synthea_id not in loaded]
    more = others[: wanted - len(loaded)]
    port = urlsplit(sekmet.base_url).port or 0
    local_ids = {person.number.digits: load_person(port, person) for person in more}
    return dataclasses.replace(
        sekmet, people=(*sekmet.people, *more), local_ids={**sekmet.local_ids, **local_ids}
    )


def _numbers(count: int) -> list[NhsNumber]:
    """Numbers that are never issued, none of them one that other people here have."""
    candidates = (f"99900{place:05d}" for place in range(2_000, 9_999))
    valid = [NhsNumber.parse(digits) for digits in candidates if check_digit_holds(digits)]
    return valid[:count]


@pytest.fixture
async def broker(everyone: RealServer, tmp_path: Path) -> AsyncIterator[Client]:
    """The broker over SEKMET as its one partner."""
    partners = {"sekmet": Partner(endpoint=everyone.base_url)}
    async with broker_among(tmp_path, everyone.people, partners) as client:
        yield client
