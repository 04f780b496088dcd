"""How soon an event stream shows the fastest partner: from its last byte to the reader, in milliseconds."""

from __future__ import annotations

import time

import aiohttp

from tests.benchmarks.measuring import patient_id_of
from tests.benchmarks.stub import PARTNERS

_WARM = 8
_FIRST = b"event: items\n"


async def first_events(stub: str, base: str, token: str, rounds: int) -> list[float]:
    """One figure for each stream, each taken to its end."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with aiohttp.ClientSession() as client:
        patient_id = await patient_id_of(client, base, {"Authorization": headers["Authorization"]})
        url = f"{base.removesuffix('/fhir')}/stream/Patient/{patient_id}"
        for _ in range(_WARM):
            await _shown_s(client, url, headers)
        after_ms = []
        for _ in range(rounds):
            shown_s = await _shown_s(client, url, headers)
            async with client.get(f"{stub}/0/{PARTNERS[0]}/sent") as response:
                after_ms.append((shown_s - float(await response.read())) * 1000)
    return after_ms


async def _shown_s(client: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> float:
    """When the whole of the first items was there."""
    taken, shown_s = b"", 0.0
    async with client.get(url, headers=headers) as response:
        async for part in response.content.iter_any():
            taken += part
            if not shown_s and _FIRST in taken and b"\n\n" in taken.partition(_FIRST)[2]:
                shown_s = time.monotonic()
    assert b"event: ledger\n" in taken, taken[-500:]
    return shown_s
