"""However an end of emergency access and a request interleave, nothing is released after the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.emergency import USER, end_at_the_desk, objected, opened
from tests.support.small_network import NUMBER, Small, holding

ENDS = 40
Done = TypeVar("Done")


async def test_nothing_is_released_after_an_end_however_they_interleave(tmp_path: Path) -> None:
    """Forty ends at random moments of a request: a release stands before its end or not at all."""
    dice = random.Random(20261126)  # noqa: S311 - moments to try, not secrets
    limits = {"grants_per_user_per_hour_max": 1_000}
    async with objected(tmp_path, {"alder": holding("alder")}, limits=limits) as small:
        took_s = min([await undisturbed_s(small) for _ in range(3)])
        statuses = [await interleaved(small, dice.uniform(-took_s, 2 * took_s)) for _ in range(ENDS)]
    assert min(statuses.count(200), statuses.count(403)) > 3, statuses


async def undisturbed_s(small: Small) -> float:
    """How long one request takes that nobody ends."""
    grant = await opened(small.client, NUMBER)
    patient_id = await small.client.patient_id(NUMBER, grant=grant, **USER)
    began_s = asyncio.get_running_loop().time()
    await small.client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER)
    return asyncio.get_running_loop().time() - began_s


async def interleaved(small: Small, delay_s: float) -> int:
    """One request and the end of its grant, `delay_s` into it or that much ahead; the request's status."""
    client = small.client
    grant = await opened(client, NUMBER)
    patient_id = await client.patient_id(NUMBER, grant=grant, **USER)
    ending = asyncio.create_task(_later(max(0, delay_s), end_at_the_desk(client.settings, grant)))
    asking = asyncio.create_task(
        _later(max(0, -delay_s), client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER))
    )
    await ending
    ended = trail.of_kind(client.settings, RecordKind.GRANT)[-1].sequence
    status, body = await asking
    newest = trail.of_kind(client.settings, RecordKind.DISCLOSURE)[-1]
    assert newest.sequence < ended
    assert (b"seen at" in body) == (status == 200)
    return status


async def _later(wait_s: float, doing: Awaitable[Done]) -> Done:
    await asyncio.sleep(wait_s)
    return await doing
