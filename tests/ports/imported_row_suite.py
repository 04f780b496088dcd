"""What every register must do with objections that were imported from a source's rows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Channel, ObjectionEvent, SourceRow
from broker.ports.objection_register import ObjectionRegister, RowHistory, StepTaken
from tests.support.stores import ADA, received

ROW = SourceRow(source="practice-system", row_id="17")


def imported(*numbers: NhsNumber, objection_id: str = "ob-1", origin: SourceRow = ROW) -> ObjectionEvent:
    """The first step of an objection that was imported from a row."""
    first = received(*numbers, objection_id=objection_id)
    intake = replace(first.intake, channel=Channel.IMPORT, origin=origin)
    return replace(first, intake=intake, from_source=True)


class ImportedRowSuite:
    """Inherit, and give a fixture `store` that opens and closes one."""

    async def test_an_imported_objection_is_found_under_its_row(self, store: ObjectionRegister) -> None:
        """Under exactly this row of exactly this source, with every later step."""
        assert await store.history_of_row(ROW) == RowHistory()
        first = imported(ADA)
        await store.append_from_source(first, seen=0)
        second = replace(first, step=2, from_source=False)
        version = await store.append_event(second)
        assert await store.history_of_row(ROW) == RowHistory(version=version, events=(first, second))
        for source, row_id in (("practice-system", "1"), ("practice-system1", "7"), ("other", "17")):
            assert (await store.history_of_row(SourceRow(source=source, row_id=row_id))).events == ()

    async def test_two_imports_of_one_row_record_it_once(self, store: ObjectionRegister) -> None:
        """Whoever saw the row before the other recorded it is told to look again."""
        both = [imported(objection_id="ob-1"), imported(objection_id="ob-2")]
        ended = await asyncio.gather(
            *(store.append_from_source(event, seen=0) for event in both), return_exceptions=True
        )
        assert [type(one) for one in ended] == [int, StepTaken]
        assert len((await store.history_of_row(ROW)).events) == 1
        with pytest.raises(StepTaken):
            await store.append_from_source(received(objection_id="ob-3"), seen=0)

    async def test_the_register_is_read_a_part_at_a_time(self, store: ObjectionRegister) -> None:
        """Each part begins behind the last one's end, and together they are all of it."""
        for name in ("ob-1", "ob-2", "ob-3"):
            await store.append_event(received(objection_id=name))
        first = await store.events_after(0, 2)
        rest = await store.events_after(first[-1][0], 2)
        assert [event.objection.objection_id for _, event in (*first, *rest)] == ["ob-1", "ob-2", "ob-3"]
        assert await store.events_after(rest[-1][0], 2) == ()
