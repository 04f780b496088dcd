"""A client that leaves takes its request along, and its intent still has an end on file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from broker.domain.objection_life import Actor
from broker.domain.outcome import OutcomeLabel
from broker.ports.connector import Ending, Pause
from tests.support.connector_scripts import WHOLE
from tests.support.pipeline_alone import Alone, Script, pipeline_over
from tests.support.records import NUMBER


async def test_a_call_that_is_cancelled_leaves_no_task(tmp_path: Path) -> None:
    """The client left: the conversation is closed, and the intent has its ending."""
    held, closed = asyncio.Event(), asyncio.Event()

    def hold(_ask: object) -> Iterator[Any]:
        try:
            while True:
                held.set()
                yield Pause()
        finally:
            closed.set()

    async with pipeline_over(tmp_path, {"alder": Script(hold)}) as alone:
        asking = asyncio.create_task(alone.record())
        await held.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert asking.cancelled()
        assert closed.is_set()
        await finished(alone)
        assert await endings(alone) == [("client-left", "nothing-released")]


async def test_whenever_the_client_leaves_an_intent_has_its_end(tmp_path: Path) -> None:
    """Also when it leaves while the intent itself, or the release, is being written."""

    def unhurried(_ask: object) -> Iterator[Any]:
        yield Pause()
        yield WHOLE
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(unhurried)}) as alone:
        left = 0
        for tenths_ms in range(0, 200, 2):
            asking = asyncio.create_task(alone.record())
            asyncio.get_running_loop().call_later(tenths_ms / 10_000, asking.cancel)
            await asyncio.wait([asking])
            left += asking.cancelled()
        await finished(alone)
        ends = await endings(alone)
    assert left > 5
    assert {end for end in ends if end != ("", "released")} <= {
        ("client-left", "nothing-released"),
        ("client-left", "released"),
    }


async def finished(alone: Alone) -> None:
    """Wait for what is owed to the trail."""
    await asyncio.gather(*alone.services.background)


async def endings(alone: Alone) -> list[tuple[str, str]]:
    """How every request on file ended."""
    accesses = await alone.store.accesses(frozenset({NUMBER}), reader=Actor(role="test", name="test"))
    return [(one.ended, one.outcome) for one in accesses if one.outcome != "audit-read"]
