"""Whoever objects leaves memory, though nobody asks for them again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.objections.forgetting import Forgetting
from tests.support.records import NUMBER, OTHER
from tests.support.remembering import Remembering, remembering
from tests.support.stores import received


def forgetting(here: Remembering) -> Forgetting:
    """Over the store that the pipeline judges by."""
    alone = here.alone
    return Forgetting(here.recall, alone.store, alone.store, alone.services.clock)


async def test_an_objection_lets_its_person_go_and_nobody_else(tmp_path: Path) -> None:
    """Under whichever of their numbers it was recorded."""
    async with remembering(tmp_path) as here:
        follower = forgetting(here)
        await here.alone.record()
        await here.alone.store.append_event(received(OTHER))
        await follower.look()
        assert not here.recall.is_idle
        await here.alone.store.link_numbers(frozenset({NUMBER, OTHER}))
        await here.alone.store.append_event(received(OTHER, objection_id="ob-2"))
        await follower.look()
        assert here.recall.is_idle


async def test_it_is_looked_for_again_and_again(tmp_path: Path) -> None:
    """Until whoever follows is told to stop."""
    async with remembering(tmp_path) as here:
        let_go, forget = asyncio.Event(), here.recall.forget

        def noted(numbers: frozenset[NhsNumber], **more: Any) -> None:
            forget(numbers, **more)
            let_go.set()

        await here.alone.record()
        here.recall.forget = noted  # type: ignore[method-assign] # as it is, and told to the test
        following = asyncio.create_task(forgetting(here).follow(every_s=0.01))
        await here.alone.store.append_event(received(NUMBER))
        async with asyncio.timeout(5):
            await let_go.wait()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        assert here.recall.is_idle


async def test_where_the_register_cannot_be_read_everybody_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could say whom it would have named."""
    async with remembering(tmp_path) as here:
        await here.alone.record()

        async def fails(*_: object) -> None:
            raise ServiceDown("release-store")

        monkeypatch.setattr(type(here.alone.store), "events_after", fails)
        await forgetting(here).look()
        assert here.recall.is_idle
