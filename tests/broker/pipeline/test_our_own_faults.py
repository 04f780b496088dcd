"""What breaks in our own reading or screening of one partner's answer costs that answer and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import trail
from tests.support.broken_stages import broken_at_beech
from tests.support.connector_scripts import sources, well
from tests.support.network import labels, resources
from tests.support.pipeline_alone import OnePerson, Script, pipeline_over
from tests.support.records import item, person
from tests.support.stream_world import Holds, stream_world

ROADS = {"alder": Script(well), "beech": Script(well)}
STAGES = {"reading": "broker.pipeline.gathering.normalise", "screening": "broker.pipeline.record.screen"}


@pytest.fixture(params=STAGES.values(), ids=STAGES.keys())
def _broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, name = request.param.rpartition(".")
    stage = getattr(__import__(module, fromlist=[name]), name)
    monkeypatch.setattr(request.param, broken_at_beech(stage))


@pytest.mark.usefixtures("_broken")
async def test_nothing_of_it_is_shown_and_the_other_is_whole(tmp_path: Path) -> None:
    """The trail accounts for every entry that came."""
    async with pipeline_over(tmp_path, ROADS) as alone:
        record = await alone.record()
        last = trail.rows_in(tmp_path / "releases.sqlite")[-1]
    assert sources(record) == {"urn:watersmeet:partner:alder"}
    assert labels(record)["alder"] == "complete"
    tally = trail.outcomes(last)["beech"].tally
    assert (tally.received, tally.shown) == (2, 0)
    assert tally.withheld + tally.unreadable == 2


async def states_of_sections(folder: Path) -> set[str]:
    """Of a person whose practice is one of the two."""
    async with pipeline_over(folder, ROADS, index=OnePerson(person(practice_ods="RX901"))) as alone:
        record = await alone.record()
    parts = [part for one in _extensions(resources(record)[0]) for part in one.get("extension", [])]
    return {part["valueCode"] for part in parts if part["url"] == "state"}


def _extensions(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for issue in outcome["issue"] for one in issue.get("extension", [])]


async def test_without_a_fault_some_section_is_empty(tmp_path: Path) -> None:
    """So that the next test can fail."""
    assert "none-recorded" in await states_of_sections(tmp_path)


@pytest.mark.usefixtures("_broken")
async def test_no_section_is_said_to_be_empty(tmp_path: Path) -> None:
    """What could not be read or screened may hold anything."""
    assert "none-recorded" not in await states_of_sections(tmp_path)


@pytest.mark.usefixtures("_broken")
async def test_a_stream_goes_on_to_its_ledger_past_it(tmp_path: Path) -> None:
    """With the other partner's items."""
    async with stream_world(tmp_path, names=("alder", "beech")) as world:
        world.holds.update((name, Holds((item("Condition", "c1"),))) for name in world.gates)
        world.open(world.gates)
        reader = await (await world.stream()).whole()
    assert reader.ledger is not None
    assert {name.split("/")[1].split("-")[0] for name in reader.entries} == {"alder"}
