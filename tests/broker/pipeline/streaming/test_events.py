"""An event's own form, and a record in it: every token as it was, every entry whole, the person last said."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from broker.domain.outcome import OutcomeLabel
from broker.domain.view import CompletenessLine
from broker.pipeline.presentation.events import Event, event_bytes
from broker.pipeline.presentation.streamed import NO_GROUPS, groups_data, items_data
from broker.pipeline.presentation.written import Written
from broker.pipeline.streaming.shown import tells_early
from broker.ports.connector import Ending, Page
from tests.support.event_streams import events_in
from tests.support.pipeline_alone import DOCTOR, OnePerson, OneUser, Script
from tests.support.records import entry, item, patient, person
from tests.support.stream_world import Holds, stream_world
from tests.support.views import frame, view

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_SPACE = st.sampled_from(("", " ", "\n", "\r\n", "\r", "\n\n", "\t\n "))


@given(_JSON, _SPACE, _SPACE)
def test_an_event_reads_back_as_it_was_said(value: Any, before: str, after: str) -> None:
    """Wherever a partner broke its lines: a line end in JSON stands between tokens."""
    data = f'{before}{{"said":{after}{json.dumps(value, indent=1)}{before}}}{after}'.encode()
    [event] = events_in(event_bytes(7, Event.ITEMS, data))
    assert (event.number, event.name) == ("7", "items")
    assert json.loads(event.text) == {"said": value}


@given(st.lists(st.integers(1, 60_000), max_size=12))
def test_entries_come_whole_and_in_order_in_events_of_a_bounded_size(sizes: list[int]) -> None:
    """A great part is several events, none of which has to wait for the next."""
    made = [Written(at, [b'"', b"x" * size, b'"'], True, f"T/{at}") for at, size in enumerate(sizes)]  # noqa: FBT003 - a record's own member
    events = list(items_data(made))
    assert all(len(event) < 96 * 1024 + 60_020 for event in events)
    assert [len(one) for event in events for one in json.loads(event)["entry"]] == sizes


def test_no_groups_are_said_in_one_way() -> None:
    """So that a stream without any says nothing of them."""
    assert groups_data(view(), [], frame()) == NO_GROUPS


@given(st.sampled_from(OutcomeLabel), st.integers(0, 2))
def test_that_somebody_has_nothing_waits(label: OutcomeLabel, shown: int) -> None:
    """Every line that shows something is early, and every trouble; no record, none and not asked are not."""
    line = CompletenessLine(partner_id="alder", name="Alder", label=label.value, shown=shown)
    negative = label in {OutcomeLabel.COMPLETE, OutcomeLabel.NO_RECORD, OutcomeLabel.NOT_ASKED}
    assert tells_early(line) == (shown > 0 or not negative)


async def test_a_partners_bytes_come_through_a_stream(tmp_path: Path) -> None:
    """Pretty-printed over many lines, with a number that no float keeps."""
    written = item("Observation", "o1", status="final", valueQuantity={"value": "@"})
    raw = json.dumps(written, indent=2).replace('"@"', "1.50").replace("\n", "\r\n").encode()

    def play(_ask: object) -> Iterator[Any]:
        yield Page((entry(patient()), entry(raw)))
        return Ending(OutcomeLabel.COMPLETE)

    async with stream_world(tmp_path, names=("alder",)) as world:
        road = world.services.roads["alder"]
        roads = {"alder": dataclasses.replace(road, connector=Script(play))}
        world.alone.services = dataclasses.replace(world.services, roads=roads)
        reader = await (await world.stream()).whole()
    [found] = [one["resource"] for name, one in reader.entries.items() if name.startswith("Observation/")]
    assert found["valueQuantity"] == {"value": "1.50"}


async def test_the_person_is_said_again_where_more_of_them_may_be_shown(tmp_path: Path) -> None:
    """A pharmacist may not be told where one lives who keeps it; that nobody does is known at the end."""
    address = [{"line": ["1 Imaginary Street"]}]
    index = OnePerson(person(resource=json.dumps(patient(address=address)).encode()))
    user = OneUser(dataclasses.replace(DOCTOR, roles=("pharmacist",)))
    async with stream_world(tmp_path, user=user) as world:
        world.alone.services = dataclasses.replace(world.services, index=index)
        world.holds.update(alder=Holds((item("Condition", "c1", code={"text": "Asthma"}),)))
        listener = await world.stream()
        await listener.until("person")
        assert "Imaginary Street" not in listener.events[1].text
        world.open()
        reader = await listener.whole()
        assert "Imaginary Street" in json.dumps(reader.person)
        assert [row.body.released.get("index") for row in world.disclosed] == [1, None, 1]
        record = await world.record()
        assert reader.person == [record["entry"][1]]
