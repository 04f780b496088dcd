"""One client that asks the broker for whole records, beside plain parallel reads of the same bodies."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import aiohttp

from broker.domain.identity import check_digit_holds
from tests.benchmarks.processes import processor_us
from tests.benchmarks.stub import NHS, PARTNERS, RESOURCES_EACH

NUMBER = "9990000018"
_RESOURCES = RESOURCES_EACH * len(PARTNERS)


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in milliseconds over interleaved rounds, and the broker's processor time for a resource."""

    plain_ms: float
    whole_ms: float
    cold_plain_ms: float
    cold_whole_ms: float
    cpu_us: float

    @property
    def ratio(self) -> float:
        """Whole over plain, warm."""
        return self.whole_ms / self.plain_ms


async def measured(stub: str, delay_ms: str, base: str, token: str, pid: int, rounds: int) -> Times:
    """Warm rounds, then cold ones, each beside its plain counterpart."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as client, aiohttp.ClientSession() as reader:
        record = f"{base}/Patient/{await patient_id_of(client, base, headers)}/$everything"

        async def whole() -> None:
            body = await _read(client, record, headers)
            assert body.count(b'"resourceType":"Observation"') == _RESOURCES - len(PARTNERS), body[:500]

        async def plain() -> None:
            urls = (f"{stub}/{delay_ms}/{name}/Patient/{NUMBER}/$everything" for name in PARTNERS)
            await asyncio.gather(*(_read(reader, url, {}) for url in urls))

        for _ in range(20):
            await whole()
            await plain()
        plain_ms, whole_ms, cpu_us = [], [], []
        for _ in range(rounds):
            plain_ms.append(await _timed(plain))
            before = processor_us(pid)
            whole_ms.append(await _timed(whole))
            cpu_us.append((processor_us(pid) - before) / _RESOURCES)
        cold_plain, cold_whole = await _cold(reader, client, stub, delay_ms, base, headers, rounds // 4)
    return Times(
        *map(statistics.median, (plain_ms, whole_ms, cold_plain, cold_whole)), statistics.mean(cpu_us)
    )


async def _cold(
    reader: aiohttp.ClientSession,
    client: aiohttp.ClientSession,
    stub: str,
    delay_ms: str,
    base: str,
    headers: dict[str, str],
    rounds: int,
) -> tuple[list[float], list[float]]:
    """A person whom nobody asked about yet: index, then each partner's look-up and record."""
    numbers = _fresh_numbers(2 * rounds)

    async def plain() -> None:
        number = next(numbers)
        await _read(reader, f"{stub}/{delay_ms}/pds/Patient/{number}", {})
        await asyncio.gather(*(one(name, number) for name in PARTNERS))

    async def one(name: str, number: str) -> None:
        root = f"{stub}/{delay_ms}/{name}/Patient"
        async with reader.post(f"{root}/_search", data={"identifier": f"{NHS}|{number}"}) as response:
            await response.read()
        await _read(reader, f"{root}/{number}/$everything", {})

    async def whole() -> None:
        form = {"patient.identifier": f"{NHS}|{next(numbers)}"}
        async with client.post(f"{base}/Observation/_search", data=form, headers=headers) as response:
            body = await response.read()
            assert response.status == 200, body

    plain_ms, whole_ms = [], []
    for _ in range(rounds):
        plain_ms.append(await _timed(plain))
        whole_ms.append(await _timed(whole))
    return plain_ms, whole_ms


def _fresh_numbers(count: int) -> Iterator[str]:
    """Numbers of the 999 range that pass the check digit and that nobody asked about yet."""
    made = (f"999{place:07d}" for place in itertools.count(1_000))
    return itertools.islice((number for number in made if check_digit_holds(number)), count)


async def patient_id_of(client: aiohttp.ClientSession, base: str, headers: dict[str, str]) -> str:
    """The sealed id of the one person."""
    form = {"identifier": f"{NHS}|{NUMBER}"}
    async with client.post(f"{base}/Patient/_search", data=form, headers=headers) as response:
        found = json.loads(await response.read())
    return next(
        str(entry["resource"]["id"])
        for entry in found["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    )


async def _read(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> bytes:
    async with session.get(url, headers=headers) as response:
        body = await response.read()
        assert response.status == 200, body[:500]
        return body


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000
