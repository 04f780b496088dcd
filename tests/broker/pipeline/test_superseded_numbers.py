"""One person under two numbers: what stands under either binds both, and every link that we give works."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.errors import Forbidden, ObjectionInForce
from broker.domain.identity import NhsNumber
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction
from broker.ports.connector import Ending, Page, Traced
from tests.support.connector_scripts import raising, well
from tests.support.pipeline_alone import DOCTOR, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NUMBER as CURRENT
from tests.support.records import OTHER as OLD
from tests.support.records import entry, item, patient, person
from tests.support.stores import received


class Superseding(OnePerson):
    """Asked for the old number it names both; asked for the current one, that one alone. `meanwhile` is
    what happens while it is asked.
    """

    def __init__(self, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def trace(self, number: NhsNumber, /, **_: Any) -> Traced:
        self.asked.append(1)
        if self.meanwhile is not None:
            await self.meanwhile()
        if number not in {OLD, CURRENT}:
            return Traced(status="not-found")
        return Traced(status="found", identity=person(numbers=frozenset({number, CURRENT})))


async def test_what_the_index_says_of_two_numbers_is_kept(tmp_path: Path) -> None:
    """Asked under the old number once, an objection that comes under it later binds the current one."""
    async with pipeline_over(tmp_path, {"alder": Script(well)}, index=Superseding()) as alone:
        await alone.record(number_text=OLD.digits)
        await alone.store.append_event(received(OLD))
        with pytest.raises(ObjectionInForce):
            await alone.record(number_text=CURRENT.digits)


async def test_an_objection_that_comes_while_the_index_is_asked_stops_the_partners(tmp_path: Path) -> None:
    """It is acknowledged, so nobody is asked any more, whichever number it stands under."""
    roads = {"alder": Script(raising(AssertionError()))}
    index = Superseding()
    async with pipeline_over(tmp_path, roads, index=index) as alone:
        index.meanwhile = lambda: alone.store.append_event(received(CURRENT))
        with pytest.raises(ObjectionInForce):
            await alone.record()


@pytest.mark.parametrize("named", [OLD, CURRENT])
async def test_a_token_that_names_either_number_opens_the_id_that_it_was_given(
    tmp_path: Path, named: NhsNumber
) -> None:
    """Found by the old number, then read by the sealed id of the current one."""
    user = OneUser(dataclasses.replace(DOCTOR, only_patient=named))
    async with pipeline_over(tmp_path, {"alder": Script(well)}, index=Superseding(), user=user) as alone:
        reply = await alone.ask(interaction=Interaction.FIND_PATIENT, number_text=OLD.digits)
        token = orjson.loads(b"".join(reply.body))["entry"][0]["resource"]["id"]
        record = await alone.record(number_text=None, patient_token=token)
    assert record["resourceType"] == "Bundle"


async def test_a_token_for_somebody_else_is_refused_alike_before_and_after_the_index(tmp_path: Path) -> None:
    """Also where an objection is in force, of which this caller would hear for their own person."""
    user = OneUser(dataclasses.replace(DOCTOR, only_patient=NhsNumber("9990000034")))
    roads = {"alder": Script(raising(AssertionError()))}
    async with pipeline_over(tmp_path, roads, index=Superseding(), user=user) as alone:
        said = []
        for objected in (False, True):
            if objected:
                await alone.store.append_event(received(CURRENT))
            with pytest.raises(Forbidden) as caught:
                await alone.record()
            said.append((caught.value.message, caught.value.contact))
    assert said[0] == said[1]


async def test_the_next_link_of_a_search_by_the_old_number_works(tmp_path: Path) -> None:
    """The page is bound to the person, not to how they were asked for."""

    def two(_ask: object) -> Generator[Any, Any, Ending]:
        yield Page((entry(patient()), entry(item("Observation", "o1")), entry(item("Observation", "o2"))))
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(two)}, index=Superseding()) as alone:
        asked = {"resource_types": frozenset({"Observation"}), "count": 1}
        first = orjson.loads(b"".join((await alone.ask(number_text=OLD.digits, **asked)).body))
        [url] = [link["url"] for link in first["link"] if link["relation"] == "next"]
        token, page = url.partition("patient=")[2].split("&_page=")
        reply = await alone.ask(number_text=None, patient_token=token, page=page, **asked)
    assert len(orjson.loads(b"".join(reply.body))["entry"]) == 2
