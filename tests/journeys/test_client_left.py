"""The client hangs up: nobody goes on working for it, nothing is reused, and the trail ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.network import labels
from tests.support.small_network import NUMBER, Small, holding, small_network


async def leave_while_held(small: Small, name: str) -> None:
    """Ask, wait until a partner is at it, and hang up."""
    patient_id = await small.client.patient_id(NUMBER)
    small.ears[name].arm()
    asking = asyncio.create_task(small.client.get(f"Patient/{patient_id}/$everything"))
    await small.ears[name].began.wait()
    asking.cancel()
    await asyncio.wait([asking])


async def last_ending(small: Small, intent: int) -> trail.Row:
    """The record of how the request of `intent` ended, as soon as it is on file."""
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0)
            for row in trail.of_kind(small.client.settings, RecordKind.OUTCOME):
                if row.body.intent == intent:
                    return row


def newest_intent(small: Small) -> int:
    """The request that began last."""
    return trail.of_kind(small.client.settings, RecordKind.INTENT)[-1].sequence


async def test_a_client_that_leaves_during_fan_out_ends_every_call(tmp_path: Path) -> None:
    """The partner sees its call cancelled, the ending is on file, no disclosure is, and the connection
    that was cut is never used again.
    """
    apps = {"alder": holding("alder"), "beech": holding("beech")}
    async with small_network(tmp_path, apps) as small:
        assert (await small.client.record(NUMBER))[0] == 200
        released = len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE))
        await leave_while_held(small, "beech")
        async with asyncio.timeout(5):
            await small.ears["beech"].cancelled.wait()
        ending = await last_ending(small, newest_intent(small))
        assert ending.body.ended == "client-left"
        cut, calls = small.ears["beech"].ports[-1], small.ears["beech"].calls
        status, record = await small.client.record(NUMBER)
        assert (status, labels(record)) == (200, {"alder": "complete", "beech": "complete"})
        assert small.ears["beech"].calls > calls
        assert cut not in small.ears["beech"].ports[calls:]
        released_now = len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE))
        assert released_now == released + 3
        trail.assert_whole(small.client.settings)


async def test_a_client_that_leaves_while_the_index_is_asked_ends_that_too(tmp_path: Path) -> None:
    """No partner is asked for somebody who has gone."""
    async with small_network(tmp_path, {"alder": holding("alder")}) as small:
        small.ears["pds"].arm()
        asking = asyncio.create_task(small.client.find(NUMBER))
        await small.ears["pds"].began.wait()
        asking.cancel()
        await asyncio.wait([asking])
        async with asyncio.timeout(5):
            await small.ears["pds"].cancelled.wait()
        ending = await last_ending(small, newest_intent(small))
        assert ending.body.ended == "client-left"
        assert small.ears["alder"].calls == 0
        trail.assert_whole(small.client.settings)


async def test_the_broker_stops_cleanly_when_a_client_left_just_before(tmp_path: Path) -> None:
    """What is owed to the trail is written before the store closes."""
    apps = {"alder": holding("alder"), "beech": holding("beech")}
    async with small_network(tmp_path, apps) as small:
        await leave_while_held(small, "beech")
        intent = newest_intent(small)
    endings = {
        row.body.intent: row.body.ended for row in trail.of_kind(small.client.settings, RecordKind.OUTCOME)
    }
    assert endings[intent] == "client-left"
    trail.assert_whole(small.client.settings)
