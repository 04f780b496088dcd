"""A real request whose store fails at any step asks nobody and shows nothing."""

from __future__ import annotations

from pathlib import Path

from broker.domain.query import Interaction
from tests.prove import rooms


async def test_nobody_is_asked_and_nothing_is_shown_while_the_store_is_down(tmp_path: Path) -> None:
    """At every step of it, and without policies."""
    points, breaches = await rooms.breaches(tmp_path)
    assert breaches == []
    assert points == len((*rooms.SHUT, *rooms.AT_RELEASE)) * len(rooms.ASKS)


async def test_a_step_that_does_not_fail_is_told_as_a_breach(tmp_path: Path) -> None:
    """The room would notice an answer."""
    async with rooms.room(tmp_path) as room:
        assert await room.breach("objections", 99, Interaction.EVERYTHING) == "answered"
        assert len(room.asked) == 2
