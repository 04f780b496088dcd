"""Those that did not answer in full, asked again by themselves: whom a token names, and what comes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.adapters.sealing import RingSealer
from broker.domain.decision import Naming
from broker.domain.errors import BadRequest, Gone
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.asking_again import BLOCK_BYTES, Again, named, packed
from broker.ports.connector import Ending
from tests.support import trail
from tests.support.again import outcome_of, token_in
from tests.support.event_streams import Reader
from tests.support.network import labels
from tests.support.pipeline_alone import DOCTOR, OneUser
from tests.support.records import NUMBER, PlainSealer, item, registration
from tests.support.stores import demonstration_ring
from tests.support.stream_world import NAMES, Holds, World, stream_world

SOMETHING = Holds((item("Condition", "c1", code={"text": "Asthma"}),))
LATE = Holds((), Ending(OutcomeLabel.TIMED_OUT, Cause.SLOW))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Alder and beech have something to show; the others are late."""
    async with stream_world(tmp_path) as made:
        made.holds.update(alder=SOMETHING, beech=SOMETHING, cedar=LATE, damson=LATE)
        yield made


async def streamed(world: World, **changes: Any) -> Reader:
    """From partners that all answer at once."""
    world.open()
    return await (await world.stream(**changes)).whole()


def asked_so_far(world: World) -> set[str]:
    """Who was asked since the last look."""
    found = {name for name, gate in world.gates.items() if gate.asked.is_set()}
    for gate in world.gates.values():
        gate.asked.clear()
    return found


async def test_the_record_asks_again_only_those_who_were_late(world: World) -> None:
    """Its answer has their lines alone, says so, and says nothing of any section."""
    token = token_in(outcome_of(await world.record()))
    assert asked_so_far(world) == set(NAMES)
    world.holds.update(cedar=SOMETHING, damson=SOMETHING)
    record = await world.record(again=token)
    assert asked_so_far(world) == {"cedar", "damson"}
    assert labels(record) == {"cedar": "complete", "damson": "complete"}
    assert "asked again" in str(outcome_of(record))
    assert "StructureDefinition/section" not in str(outcome_of(record))
    assert "registered practice" not in str(outcome_of(record))
    assert record["link"][0]["url"].endswith(f"$everything?_again={token}")
    assert token_in(outcome_of(record)) is None


async def test_the_trail_has_a_line_of_every_partner_all_the_same(world: World) -> None:
    """Those left out are not asked, and why."""
    token = token_in(outcome_of(await world.record()))
    world.holds.update(cedar=SOMETHING, damson=SOMETHING)
    await world.record(again=token)
    told = trail.outcomes(world.disclosed[-1])
    assert {name: (one.label, one.cause) for name, one in told.items()} == {
        "alder": ("not-asked", "not-asked-again"),
        "beech": ("not-asked", "not-asked-again"),
        "cedar": ("complete", "none"),
        "damson": ("complete", "none"),
    }


async def test_a_stream_gives_and_takes_the_same_token(world: World) -> None:
    """Its ledger has it beside the outcome."""
    first = await streamed(world)
    assert first.ledger is not None
    assert (
        first.ledger["again"]
        == token_in(first.ledger["outcome"])
        == token_in(outcome_of(await world.record()))
    )
    asked_so_far(world)
    world.holds["cedar"] = SOMETHING
    second = await streamed(world, again=first.ledger["again"])
    assert asked_so_far(world) == {"cedar", "damson"}
    assert second.ledger is not None
    assert {name.split("/")[1].split("-")[0] for name in second.entries} == {"cedar"}
    assert second.ledger["again"] != first.ledger["again"]


async def test_whoever_is_kept_closely_is_never_named(world: World) -> None:
    """That it was late is told; to ask it alone would let the time tell the rest."""
    world.named(cedar=Naming.VEILED, damson=Naming.VEILED)
    record = await world.record()
    assert labels(record)["cedar"] == "timed-out"
    assert token_in(outcome_of(record)) is None
    world.named(damson=Naming.PLAIN)
    token = token_in(outcome_of(await world.record()))
    asked_so_far(world)
    world.holds["damson"] = SOMETHING
    await world.record(again=token)
    assert asked_so_far(world) == {"damson"}


async def test_whoever_has_come_to_be_kept_closely_is_not_asked_by_an_earlier_token(world: World) -> None:
    """The others that it names are asked; where none of them is left, the token is gone."""
    token = token_in(outcome_of(await world.record()))
    world.holds.update(cedar=SOMETHING, damson=SOMETHING)
    asked_so_far(world)
    world.named(cedar=Naming.VEILED)
    record = await world.record(again=token)
    assert asked_so_far(world) == {"damson"}
    assert labels(record) == {"damson": "complete"}
    world.named(damson=Naming.FOLDED)
    with pytest.raises(Gone):
        await world.record(again=token)
    assert asked_so_far(world) == set()


async def test_a_complete_record_gives_nothing_to_ask_with(world: World) -> None:
    """Nobody is to be asked again."""
    world.holds.update(dict.fromkeys(NAMES, SOMETHING))
    assert token_in(outcome_of(await world.record())) is None
    reader = await streamed(world)
    assert reader.ledger is not None
    assert "again" not in reader.ledger


@pytest.mark.parametrize(
    "change", [{"user_id": "user-2"}, {"purpose": "PATRQT"}, {"organisation_ods": "RX902"}]
)
async def test_a_token_is_of_one_caller_and_one_purpose(world: World, change: dict[str, str]) -> None:
    """For anybody else its time is over."""
    token = token_in(outcome_of(await world.record()))
    other = OneUser(dataclasses.replace(DOCTOR, **change))
    world.alone.services = dataclasses.replace(world.services, authenticator=other)
    with pytest.raises(Gone):
        await world.record(again=token)


async def test_a_token_is_of_one_person(world: World) -> None:
    """The number that is asked about must be the one that it was given for."""
    token = token_in(outcome_of(await world.record()))
    with pytest.raises(Gone):
        await world.record(again=token, number_text="9990000026")


_IDS = st.sets(st.text("abcdefgh-", min_size=1, max_size=12), min_size=1, max_size=64)


@given(_IDS, st.data())
def test_a_token_names_exactly_the_partners_that_it_was_made_of(ids: set[str], data: st.DataObject) -> None:
    """In whatever order they were registered; its length tells no exact number."""
    some = data.draw(st.sets(st.sampled_from(sorted(ids)), min_size=1))
    sealer: Any = PlainSealer()
    plain = packed(some, sealer)
    assert len(plain) % BLOCK_BYTES == 0
    assert len(plain) <= 8 * BLOCK_BYTES
    found = named(plain, [registration(one) for one in sorted(ids)], sealer)
    assert {one.partner_id for one in found} == some


def test_partners_that_are_gone_make_the_token_gone() -> None:
    """There is nobody to ask: start again."""
    sealer: Any = PlainSealer()
    with pytest.raises(Gone):
        named(packed({"elm"}, sealer), [registration("alder")], sealer)


def test_a_token_stands_as_long_as_the_persons_sealed_id(tmp_path: Path) -> None:
    """The same all through that time, gone after it; what has not its form is no token at all."""
    sealer = RingSealer(demonstration_ring(tmp_path))
    first, last = (Again(sealer, DOCTOR, NUMBER, at_s, 1_000) for at_s in (1_000.0, 1_999.0))
    token = first.seal(frozenset({"alder"}))
    assert token == last.seal(frozenset({"alder"}))
    assert first.open(token) == last.open(token) == packed({"alder"}, sealer)
    for at_s in (2_000.0, 999.0):
        with pytest.raises(Gone):
            Again(sealer, DOCTOR, NUMBER, at_s, 1_000).open(token)
    with pytest.raises(BadRequest):
        first.open("not one of ours")
