"""What may be shown shrinks in the middle of a stream: it ends, and nothing more is released."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.audit import Disclosure
from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.errors import (
    AllPartnersFailed,
    AllPartnersTimedOut,
    BrokerFault,
    Forbidden,
    Narrowed,
    ObjectionInForce,
    ServiceDown,
)
from broker.domain.limits import BrokerLimits
from broker.domain.objection import Scope
from broker.domain.policy import PolicySet
from broker.domain.query import Interaction
from broker.domain.sensitivity import SensitivityClass
from broker.objections import Register
from broker.pipeline.judging import stricter
from broker.pipeline.presentation.events import Closed
from broker.pipeline.question import BodyStream
from broker.pipeline.streaming import sending
from broker.pipeline.streaming.closing import opens_less, word_for
from tests.support.event_streams import events_in
from tests.support.network import object_to
from tests.support.records import ALL, NUMBER, decision, item, judgement
from tests.support.stream_world import NAMES, Holds, World, stream_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Four partners of which each has something to show."""
    async with stream_world(tmp_path) as made:
        made.holds.update(dict.fromkeys(NAMES, Holds((item("Condition", "c1", code={"text": "Asthma"}),))))
        yield made


def desk(world: World) -> Register:
    """Where objections are recorded."""
    return Register(world.alone.store, world.services.clock)


def with_a_source(policies: PolicySet, partner_id: str) -> PolicySet:
    """A later revision that calls a partner the source of a class."""
    classes = dict(policies.sensitive.classes)
    one = SensitivityClass.RESTRICTED_LOCATION
    classes[one] = dataclasses.replace(classes[one], sources=frozenset({partner_id}))
    sensitive = dataclasses.replace(policies.sensitive, classes=classes)
    return dataclasses.replace(policies, sensitive=sensitive, revision="r2")


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope(categories=frozenset({Category.PROBLEMS})), Scope(partners=frozenset({"damson"}))],
)
async def test_an_objection_ends_the_stream_before_the_next_part(world: World, scope: Scope) -> None:
    """Of the whole, of a category or of a partner: nothing is on file after it, and the last word is said."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    await object_to(desk(world), NUMBER.digits, scope=scope)
    before = len(world.disclosed)
    world.open()
    reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "suppressed"
    assert [one.name for one in listener.events] == ["open", "person", "items", "partner", "closed"]
    assert len(world.disclosed) == before
    last = (await world.filed())[-1]
    assert (last.body.ended, last.body.cause) in {("cut", "ObjectionInForce"), ("cut", "Narrowed")}


async def test_an_objection_ends_a_stream_that_waits_for_slow_partners(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register is looked at while nothing comes, so that what is on a screen is taken away."""
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY_S", 0.02)
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    await object_to(desk(world), NUMBER.digits)
    async with asyncio.timeout(4):  # long before the deadline
        reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "suppressed"
    assert reader.entries == {}


async def test_what_was_released_and_has_not_gone_out_does_not_go_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A great part is taken piece by piece: an objection in the middle keeps the rest back."""
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY_S", 0.0)
    words = {"text": "x" * 60_000}
    world.holds.update(alder=Holds(tuple(item("Condition", f"c{at}", code=words) for at in range(9))))
    world.open()
    reply = await world.alone.ask(interaction=Interaction.STREAM)
    assert reply.stream is not None
    taken = b""
    while b"event: items" not in taken:
        taken += await reply.stream.piece()
    await object_to(desk(world), NUMBER.digits)
    rest = [piece async for piece in pieces(reply.stream)]
    reply.stream.ended("sent", 0)
    assert [one.name for one in events_in(b"".join(rest))] == ["closed"]


async def test_what_comes_at_the_end_alone_does_not_go_out_after_an_objection_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is released by then, and the ledger ready: a reader who takes it slowly gets no more of it."""
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY_S", 0.0)
    async with stream_world(tmp_path, limits=BrokerLimits(deadline_s=0.5, reserve_s=0.05)) as world:
        words = {"text": "x" * 60_000}
        world.holds.update(beech=Holds(tuple(item("Condition", f"c{at}", code=words) for at in range(9))))
        world.named(beech=Naming.VEILED)
        world.open()
        reply = await world.alone.ask(interaction=Interaction.STREAM)
        assert reply.stream is not None
        taken = b""
        while b'"beech-' not in taken and b"Condition/beech-" not in taken:
            taken += await reply.stream.piece()
        await object_to(desk(world), NUMBER.digits)
        rest = [piece async for piece in pieces(reply.stream)]
        reply.stream.ended("sent", 0)
        assert [one.name for one in events_in(b"".join(rest))] == ["closed"]


async def pieces(stream: BodyStream) -> AsyncIterator[bytes]:
    """To the end."""
    while piece := await stream.piece():
        yield piece


async def test_a_stream_that_is_closed_asks_nobody_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before its reader has taken the last event."""
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY_S", 0.0)
    reply = await world.alone.ask(interaction=Interaction.STREAM)
    assert reply.stream is not None
    await world.gates["damson"].asked.wait()
    await object_to(desk(world), NUMBER.digits)
    assert b"event: closed" in await reply.stream.piece()
    async with asyncio.timeout(5):
        await asyncio.gather(*(one.left.wait() for one in world.gates.values()))
    reply.stream.ended("sent", 0)


async def test_how_things_hang_together_is_not_said_after_an_objection(world: World) -> None:
    """Groups say something new of what was released, and are looked at as a release is."""
    same = [{"system": "https://item.example", "value": "1"}]
    world.holds.update(dict.fromkeys(NAMES, Holds((item("Condition", "c1", identifier=same),))))
    release = world.alone.store.release

    async def objected_after(disclosure: Disclosure) -> int:
        sequence = await release(disclosure)
        if "beech" in {one.partner_id for one in disclosure.items}:
            await object_to(desk(world), NUMBER.digits)
        return sequence

    world.alone.store.release = objected_after  # type: ignore[method-assign] # what happens in between
    listener = await world.stream()
    for count, name in enumerate(("alder", "beech"), start=1):
        world.open([name])
        await listener.until("partner", count)
    reader = await listener.whole()
    assert reader.closed is not None
    assert "groups" not in {one.name for one in listener.events}


async def test_an_objection_that_does_not_concern_the_reader_changes_nothing(world: World) -> None:
    """It moves the register, and the release is judged anew and made."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    scope = Scope(staff=frozenset({"somebody-else"}))
    await object_to(desk(world), NUMBER.digits, scope=scope)
    world.open()
    reader = await listener.whole()
    assert reader.ledger is not None
    assert len(reader.entries) == 2 * len(NAMES)


async def test_an_objection_by_which_less_of_the_person_may_be_shown_ends_the_stream(world: World) -> None:
    """Whomever it names: what the index says beyond who they are was shown, and may not be any more."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    scope = Scope(categories=frozenset({Category.DEMOGRAPHICS}), staff=frozenset({"somebody-else"}))
    await object_to(desk(world), NUMBER.digits, scope=scope)
    world.open()
    reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "suppressed"


async def test_a_stricter_policy_ends_the_stream(world: World) -> None:
    """A partner that may not be told of plainly any more was told of plainly a moment ago."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    in_force = world.services.policies()
    said = dataclasses.replace(in_force.disclosure, naming={"beech": Naming.VEILED})
    world.judged_by(dataclasses.replace(in_force, disclosure=said, revision="r2"))
    world.open()
    reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "suppressed"


async def test_a_revision_by_which_a_partner_comes_to_be_kept_closely_ends_the_stream(world: World) -> None:
    """Also where it may still be told of plainly: its own time would tell what is not told of another."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    world.judged_by(with_a_source(world.services.policies(), "beech"))
    world.open()
    reader = await listener.whole()
    assert reader.closed is not None
    assert reader.closed["word"] == "suppressed"


async def test_a_partner_that_comes_to_be_kept_closely_before_anything_is_said_waits_for_the_end(
    tmp_path: Path,
) -> None:
    """What is in force at the first release is what the stream goes by."""
    quick = BrokerLimits(deadline_s=0.5, reserve_s=0.05)
    async with stream_world(tmp_path, limits=quick) as world:
        world.holds.update((name, Holds((item("Condition", "c1"),))) for name in NAMES)
        closed = with_a_source(world.services.policies(), "beech")
        release = world.alone.store.release

        async def after_a_change(disclosure: Disclosure) -> int:
            if world.services.policies() is not closed:
                world.judged_by(closed)
                await object_to(desk(world), NUMBER.digits, scope=Scope(staff=frozenset({"somebody-else"})))
            return await release(disclosure)

        world.alone.store.release = after_a_change  # type: ignore[method-assign] # what happens in between
        world.open()
        listener = await world.stream()
        reader = await listener.whole()
    assert reader.ledger is not None
    assert set(reader.partners) == {"alder", "cedar", "damson"}
    assert "beech" not in {one["partner"] for one in listener.events[0].data["asked"]}


async def test_a_new_revision_that_closes_nothing_lets_the_stream_go_on(world: World) -> None:
    """To its ledger."""
    listener = await world.stream()
    world.open(["alder"])
    await listener.until("partner")
    world.judged_by(dataclasses.replace(world.services.policies(), revision="r2"))
    world.open()
    assert (await listener.whole()).ledger is not None


def test_each_end_has_its_word() -> None:
    """What may not be is suppressed, whoever said so; what could not be is ours or the partners'."""
    words = {
        Forbidden(): Closed.SUPPRESSED,
        ObjectionInForce(): Closed.SUPPRESSED,
        Narrowed(): Closed.SUPPRESSED,
        AllPartnersFailed(): Closed.PARTNERS_FAILED,
        AllPartnersTimedOut(): Closed.DEADLINE,
        ServiceDown("audit"): Closed.FAULT,
        BrokerFault(): Closed.FAULT,
    }
    assert {error: word_for(error) for error in words} == words


_SOME = st.frozensets(st.sampled_from(sorted(ALL)), min_size=1)


@given(_SOME, _SOME, st.booleans())
@settings(deadline=None)
def test_less_is_open_exactly_where_a_category_is_gone(
    earlier: frozenset[Category], later: frozenset[Category], shown: bool
) -> None:
    """Whatever else a later judgement opens, and for whatever reasons."""
    first = judgement(decision(categories=earlier, differences_shown=False))
    then = judgement(decision(categories=later, differences_shown=shown), revision="r2")
    assert opens_less(first, stricter(first, then)) == (not earlier <= later)
