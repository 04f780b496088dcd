"""Whatever the order in which partners answer, a stream comes to what the whole record would have said."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from broker.domain.decision import Naming
from broker.domain.limits import BrokerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from tests.support.event_streams import Reader
from tests.support.records import item
from tests.support.stream_world import NAMES, Holds, World, stream_world

SEEDS = 40
_ENDINGS = (
    *[Ending(OutcomeLabel.COMPLETE)] * 3,
    Ending(OutcomeLabel.PARTIAL, Cause.PAGE_FAILED, 40),
    Ending(OutcomeLabel.NO_RECORD),
    Ending(OutcomeLabel.REFUSED, Cause.THROTTLED),
    Ending(OutcomeLabel.TIMED_OUT, Cause.SLOW),
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Four partners behind one pipeline."""
    async with stream_world(tmp_path) as made:
        yield made


def allergy(local_id: str, code: str) -> dict[str, Any]:
    """An allergy, or that none is known."""
    coding = [{"system": "http://snomed.info/sct", "code": code}]
    return item("AllergyIntolerance", local_id, code={"coding": coding}, recordedDate="2020-02-03")


def result(local_id: str, number: int, value: str) -> dict[str, Any]:
    """A result under an identifier that another partner's may have too."""
    return item(
        "Observation",
        local_id,
        identifier=[{"system": "https://results.example", "value": f"r{number}"}],
        status="final",
        code={"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        effectiveDateTime=f"2024-01-0{number + 1}",
        valueString=value,
        text={"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>as said</div>"},
        performer=[{"reference": "Practitioner/d1"}],
    )


def holdings(dice: random.Random) -> Holds:
    """What a partner holds: results, allergies and who wrote them, some of them another's too."""
    ending = dice.choice(_ENDINGS)
    if ending.label not in {OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL}:
        return Holds((), ending)
    some: list[dict[str, Any]] = [
        result(f"o{number}", number, dice.choice(("5.4", "5.5")))
        for number in range(4)
        if dice.random() < 0.6
    ]
    some += [allergy(code, code) for code in ("716186003", "91936005", "300916003") if dice.random() < 0.3]
    some.append({"resourceType": "Practitioner", "id": "d1", "name": [{"text": "Dr Imaginary Hazel"}]})
    dice.shuffle(some)
    return Holds(tuple(some), ending)


async def streamed(world: World, dice: random.Random) -> Reader:
    """Let partners answer in an order, and after delays, that the dice decide."""
    world.shut()
    listener = await world.stream()
    for name in dice.sample(NAMES, len(NAMES)):
        world.open([name])
        for _ in range(dice.choice((0, 3, 60))):
            await asyncio.sleep(0)
    return await listener.whole()


def without_times(tree: Any) -> Any:
    """When a partner answered differs from one question to the next, and when we did; nothing else does."""
    if isinstance(tree, list):
        return [without_times(one) for one in tree if not _is_a_time(one)]
    if not isinstance(tree, dict):
        return tree
    return {name: without_times(value) for name, value in tree.items() if name != "identifiedDateTime"}


def _is_a_time(node: Any) -> bool:
    return isinstance(node, dict) and node.get("url") == "answeredAt"


async def test_a_stream_comes_to_the_whole_record_in_every_order_of_answers(world: World) -> None:
    """The same entries with the same marks, the same person, the same lines, sections and notices."""
    kinds: set[str] = set()
    for seed in range(SEEDS):
        dice = random.Random(seed)  # noqa: S311 - an order to try, not a secret
        world.holds.update((name, holdings(dice)) for name in NAMES)
        world.holds[dice.choice(NAMES)] = Holds((result("o9", 1, "5.4"),))
        reader, record = await streamed(world, dice), await world.record()
        assert reader.ledger is not None, (seed, reader.closed)
        outcome, person, *entries = record["entry"]
        assert without_times(reader.ledger["outcome"]) == without_times(outcome["resource"]), seed
        assert reader.person == [person], seed
        streamed_entries = without_times(list(reader.marked().values()))
        assert sorted(streamed_entries, key=json.dumps) == sorted(without_times(entries), key=json.dumps), (
            seed
        )
        kinds |= {one["why"] for kind in ("groups", "contradictions") for one in reader.groups[kind]}
    assert {"same-identifier", "same-content", "value-differs", "allergy-and-none-known"} <= kinds


async def test_who_is_kept_closely_joins_the_groups_at_the_end(tmp_path: Path) -> None:
    """The last groups are the whole record's, whoever was shown before."""
    async with stream_world(tmp_path, limits=BrokerLimits(deadline_s=0.5, reserve_s=0.05)) as world:
        world.named(beech=Naming.VEILED)
        for name in ("alder", "beech"):
            world.holds[name] = Holds((result("o1", 1, "5.4"),))
        world.open()
        reader, record = await (await world.stream()).whole(), await world.record()
    assert [one["why"] for one in reader.groups["groups"]] == ["same-identifier"]
    came = without_times(list(reader.marked().values()))
    assert sorted(came, key=json.dumps) == sorted(without_times(record["entry"][2:]), key=json.dumps)


async def test_entries_carry_no_marks_of_what_may_still_change(world: World) -> None:
    """Also where one partner alone says a thing twice: the groups say it, by item."""
    world.holds.update((name, Holds()) for name in NAMES)
    world.holds["cedar"] = Holds((result("o1", 1, "5.4"), result("o2", 1, "5.4")))
    world.open()
    listener = await world.stream()
    reader = await listener.whole()
    assert reader.groups["groups"]
    items = "".join(one.text for one in listener.events if one.name == "items")
    assert items.count("Observation/") > 1
    assert "CodeSystem/group" not in items
    assert "CodeSystem/contradiction" not in items


async def test_what_a_partner_is_said_to_have_done_is_what_the_ledger_says(world: World) -> None:
    """A line that came early stands in the ledger word for word."""
    for seed in range(6):
        dice = random.Random(seed)  # noqa: S311 - as above
        world.holds.update((name, holdings(dice)) for name in NAMES)
        world.holds["alder"] = Holds((result("o1", 1, "5.4"),))
        reader = await streamed(world, dice)
        assert reader.ledger is not None
        assert "alder" in reader.partners
        for outcome in reader.partners.values():
            for issue in outcome["issue"]:
                assert issue in reader.ledger["outcome"]["issue"]
