"""A stream while it goes: what comes early, what waits for the end, and what is on file before it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.domain.audit import RecordKind
from broker.domain.decision import Naming
from broker.domain.errors import Forbidden
from broker.domain.limits import BrokerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction
from broker.domain.requester import RelationshipGround
from broker.pipeline.question import Cut
from broker.pipeline.streaming import sending
from broker.ports.connector import Ending
from tests.support import trail
from tests.support.pipeline_alone import DOCTOR, OneUser
from tests.support.records import item
from tests.support.stream_world import NAMES, Holds, World, stream_world

SOMETHING = Holds((item("Condition", "c1", code={"text": "Asthma"}),))
QUICK = BrokerLimits(deadline_s=0.5, reserve_s=0.05)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Four partners of which each has something to show; at the end the trail is sound."""
    async with stream_world(tmp_path) as made:
        made.holds.update(dict.fromkeys(NAMES, SOMETHING))
        yield made


async def test_a_partner_is_shown_while_others_are_waited_for(world: World) -> None:
    """Its items and its line, with whom else was asked said before, and no end yet."""
    listener = await world.stream()
    world.open(["cedar"])
    await listener.until("partner")
    assert [one.name for one in listener.events] == ["open", "person", "items", "partner"]
    assert [one["partner"] for one in listener.events[0].data["asked"]] == list(NAMES)
    assert "cedar-" in listener.events[2].text
    world.open()
    reader = await listener.whole()
    assert len(reader.entries) == 2 * len(NAMES)
    numbers = [one.number for one in listener.events]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


async def test_no_negative_comes_before_the_ledger(world: World) -> None:
    """Whoever has no record, or nothing to show, is said nothing of until everything is known."""
    world.holds["alder"] = Holds((), Ending(OutcomeLabel.NO_RECORD))
    world.holds["beech"] = Holds((), Ending(OutcomeLabel.COMPLETE))
    listener = await world.stream()
    world.open(["alder", "beech"])
    world.open(["cedar"])
    await listener.until("partner")
    world.open()
    reader = await listener.whole()
    early = b"".join(one.text.encode() for one in listener.events[:-1])
    assert b"no-record" not in early
    assert b"none-recorded" not in early
    assert set(reader.partners) == {"cedar", "damson"}
    assert "no-record" in listener.events[-1].text


async def test_a_partner_in_trouble_is_said_at_once(world: World) -> None:
    """That it failed is no negative."""
    world.holds["alder"] = Holds((), Ending(OutcomeLabel.REFUSED, Cause.STATUS))
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    assert "refused to answer" in listener.events[-1].text
    await listener.leave()


async def test_each_part_is_on_file_before_it_leaves_and_in_one_record_alone(world: World) -> None:
    """The person, each partner as it is shown, and at the end whoever was not told of before."""
    world.holds["damson"] = Holds((), Ending(OutcomeLabel.NO_RECORD))
    listener = await world.stream()
    await listener.until("person")
    assert [row.body.released for row in world.disclosed] == [{"index": 1}]
    for place, name in enumerate(("beech", "alder"), start=1):
        world.open([name])
        await listener.until("partner", place)
        assert world.disclosed[-1].body.released == {name: 2}
    world.open()
    await listener.whole()
    told = [[one.partner_id for one in row.body.outcomes] for row in world.disclosed]
    assert told == [[], ["beech"], ["alder"], ["cedar"], ["damson"]]


async def test_a_partner_that_is_kept_closely_comes_at_the_deadline_alone(tmp_path: Path) -> None:
    """However quickly it answers, and the ledger with it; whether it has something or was never asked."""
    for name in ("shown", "none"):
        async with stream_world(tmp_path / name, limits=QUICK) as world:
            world.holds.update(dict.fromkeys(NAMES, SOMETHING))
            world.named(beech=Naming.VEILED)
            world.holds["beech"] = SOMETHING if name == "shown" else Holds((), Ending(OutcomeLabel.NO_RECORD))
            world.open()
            began_s = asyncio.get_running_loop().time()
            listener = await world.stream()
            await listener.until("partner", 3)
            assert b"beech" not in listener.raw.lower()
            reader = await listener.whole()
            assert asyncio.get_running_loop().time() - began_s >= QUICK.deadline_s - QUICK.reserve_s
            assert set(reader.partners) == {"alder", "cedar", "damson"}
            assert any("beech-" in one for one in reader.entries) == (name == "shown")


async def test_a_reader_who_may_see_nothing_is_refused_before_anything_begins(tmp_path: Path) -> None:
    """With the refusal of every other question, and nobody was asked."""
    stranger = OneUser(replace(DOCTOR, relationship=RelationshipGround.NONE))
    async with stream_world(tmp_path, user=stranger) as world:
        with pytest.raises(Forbidden):
            await world.stream()
        assert not any(gate.asked.is_set() for gate in world.gates.values())


async def test_a_client_that_leaves_ends_every_call(world: World) -> None:
    """And how it ended is on file, with what had been told."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    await listener.leave()
    async with asyncio.timeout(5):
        await asyncio.gather(*(world.gates[name].left.wait() for name in ("beech", "cedar", "damson")))
    last = (await world.filed())[-1]
    assert (last.body.kind, last.body.ended) == (RecordKind.OUTCOME, "client-left")
    assert list(trail.outcomes(last)) == ["alder"]


async def test_nobody_who_answers_closes_the_stream_as_a_failed_search(world: World) -> None:
    """Never as an empty record; where time was the cause, it says so."""
    for label, word in ((OutcomeLabel.UNREACHABLE, "partners-failed"), (OutcomeLabel.TIMED_OUT, "deadline")):
        world.holds.update(dict.fromkeys(NAMES, Holds((), Ending(label, Cause.CONNECT))))
        world.open()
        reader = await (await world.stream()).whole()
        assert reader.closed is not None
        assert reader.closed["word"] == word
        assert "not evidence that no record exists" in str(reader.closed["outcome"])


async def test_a_store_that_cannot_write_closes_the_stream_as_our_fault(world: World) -> None:
    """Nothing of the partner goes out, and whom to contact does."""
    listener = await world.stream()
    await listener.until("person")
    await world.alone.store.aclose()
    world.open()
    reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "fault"
    assert "The test" in str(reader.closed["outcome"])
    assert "items" not in {one.name for one in listener.events}


async def test_a_fault_that_nothing_foresaw_ends_the_stream_in_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is closed, not left hanging."""

    def broken(*_: object) -> bytes:
        raise LookupError

    monkeypatch.setattr("broker.pipeline.streaming.parts.ledger_data", broken)
    world.open()
    reader = await (await world.stream()).whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "fault"


async def test_a_stream_that_is_taken_too_slowly_is_cut(tmp_path: Path) -> None:
    """Its bytes are not kept for ever; the transfer does not end well."""
    async with stream_world(tmp_path, limits=BrokerLimits(stream_s_max=-1.0)) as world:
        reply = await world.alone.ask(interaction=Interaction.STREAM)
        assert reply.stream is not None
        with pytest.raises(Cut):
            await reply.stream.piece()
        reply.stream.ended("cut", 0)
        last = (await world.filed())[-1]
        assert (last.body.ended, last.body.cause) == ("cut", "SlowReader")


async def test_a_quiet_stream_is_kept_alive_by_comments(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which are no events, and change no number."""
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY_S", 0.01)
    listener = await world.stream()
    await listener.until_comments(3)
    world.open()
    reader = await listener.whole()
    assert reader.ledger is not None
    assert [one.number for one in listener.events] == [str(at + 1) for at in range(len(listener.events))]
