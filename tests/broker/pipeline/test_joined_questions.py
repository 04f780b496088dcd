"""The same question twice at one moment: each partner is asked once, whoever leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker.domain.audit import Intent
from broker.ports.connector import Pause
from tests.support.connector_scripts import well
from tests.support.remembering import Counted, Remembering, ages, remembering


class Held:
    """A script that waits until it is let go, and says when it was asked."""

    def __init__(self) -> None:
        self.began, self.let_go, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def __call__(self, ask: object) -> Iterator[Any]:
        """Whole, when it is let go."""
        self.began.set()
        try:
            while not self.let_go.is_set():
                yield Pause()
        except GeneratorExit:
            self.closed.set()
            raise
        return (yield from well(ask))


async def test_two_who_ask_the_same_at_one_moment_ask_each_partner_once(tmp_path: Path) -> None:
    """Each has an intent and a release of their own; the one that joined says that it did not ask."""
    held = Held()
    async with remembering(tmp_path, alder=Counted(held), beech=Counted()) as here:
        intents = Intents(here)
        both = [asyncio.create_task(here.alone.record()) for _ in range(2)]
        await held.began.wait()
        await intents.joined()
        held.let_go.set()
        answers = await asyncio.gather(*both)
        assert sorted(len(ages(one)) for one in answers) == [0, 2]
        assert here.times_asked == {"alder": 1, "beech": 1}


async def test_the_first_who_leaves_does_not_take_the_answer_from_the_other(tmp_path: Path) -> None:
    """The partners are asked once all the same."""
    held = Held()
    async with remembering(tmp_path, alder=Counted(held), beech=Counted()) as here:
        intents = Intents(here)
        first = asyncio.create_task(here.alone.record())
        await held.began.wait()
        second = asyncio.create_task(here.alone.record())
        await intents.joined()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        held.let_go.set()
        assert set(ages(await second)) == {"alder", "beech"}
        assert here.times_asked == {"alder": 1, "beech": 1}


async def test_when_the_last_one_leaves_partners_are_hung_up_on(tmp_path: Path) -> None:
    """Nobody is asked for nobody, and nothing of it is remembered."""
    held = Held()
    async with remembering(tmp_path, alder=Counted(held)) as here:
        only = asyncio.create_task(here.alone.record())
        await held.began.wait()
        only.cancel()
        with pytest.raises(asyncio.CancelledError):
            await only
        async with asyncio.timeout(2):
            await held.closed.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        assert here.recall.is_idle


async def test_what_is_let_go_of_while_it_is_gathered_is_not_remembered(tmp_path: Path) -> None:
    """The question itself is answered: it is judged and released on what stands then."""
    held = Held()
    async with remembering(tmp_path, alder=Counted(held)) as here:
        asked = asyncio.create_task(here.alone.record())
        await held.began.wait()
        here.recall.clear()
        held.let_go.set()
        await asked
        assert here.recall.is_idle


class Intents:
    """Says when a second question is about to ask: its intent is on record."""

    def __init__(self, here: Remembering) -> None:
        self.second, self._count = asyncio.Event(), 0
        self._usual = here.alone.store.record_intent
        here.alone.store.record_intent = self._noted  # type: ignore[method-assign] # as it is, and counted

    async def _noted(self, intent: Intent, /) -> int:
        sequence = await self._usual(intent)
        self._count += 1
        if self._count == 2:
            self.second.set()
        return sequence

    async def joined(self) -> None:
        """The second has come as far as the partners."""
        async with asyncio.timeout(5):
            await self.second.wait()
        for _ in range(50):
            await asyncio.sleep(0)
