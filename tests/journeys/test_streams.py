"""A stream through the running broker: over real sockets, to its end, or to what cuts it short."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from tests.support import trail
from tests.support.emergency import USER, end_at_the_desk, opened
from tests.support.emergency import objected as objected_to
from tests.support.event_streams import Heard, Reader, events_in
from tests.support.network import object_to, objections_desk
from tests.support.small_network import NUMBER, Small, holding, small_network

GUARDIAN = Actor(role="Caldicott Guardian", name="Imaginary Ash")
EVENTS = {"Accept": "text/event-stream"}


@dataclass(slots=True)
class Live:
    """A stream on its way."""

    response: aiohttp.ClientResponse
    raw: bytes = b""

    @property
    def events(self) -> list[Heard]:
        """So far."""
        return events_in(self.raw)

    async def until(self, name: str) -> None:
        """Until an event of this name is here."""
        async with asyncio.timeout(10):
            while not any(one.name == name for one in self.events):
                self.raw += await self.response.content.readany()

    async def whole(self) -> Reader:
        """To its end."""
        self.raw += await self.response.content.read()
        return Reader.of(self.events)


@asynccontextmanager
async def streaming(
    small: Small, patient_id: str, question: str = "", **facts: object
) -> AsyncIterator[Live]:
    """Ask for the stream, as a doctor unless `facts` say otherwise."""
    client = small.client
    url = f"{client.door.url.removesuffix('/fhir')}/stream/Patient/{patient_id}{question}"
    headers = {**client.headers(**facts), **EVENTS}  # type: ignore[arg-type] # as every other question's
    async with client.session.get(url, headers=headers) as response:
        yield Live(response)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """Two partners; at the end the trail is whole."""
    async with small_network(tmp_path, {"alder": holding("alder"), "beech": holding("beech")}) as made:
        yield made
        await trail.all_ended(made.client.settings)
        trail.assert_whole(made.client.settings)


async def test_the_first_partner_is_read_while_the_second_is_waited_for(small: Small) -> None:
    """Chunk by chunk, never stored or compressed; at the end it is the whole record."""
    patient_id = await small.client.patient_id(NUMBER)
    small.ears["beech"].arm()
    async with streaming(small, patient_id) as live:
        headers = live.response.headers
        assert (live.response.status, headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
        assert (headers["Cache-Control"], headers.get("Content-Encoding")) == ("no-store", None)
        await live.until("partner")
        assert b"seen at alder" in live.raw
        assert b"seen at beech" not in live.raw
        small.ears["beech"].let_go.set()
        reader = await live.whole()
    assert reader.ledger is not None
    assert len(reader.entries) == 8
    assert NUMBER.encode() not in live.raw.replace(b'"value":"%b"' % NUMBER.encode(), b"")


async def test_a_person_is_told_of_all_that_a_stream_released(small: Small) -> None:
    """One access, with every partner's items, whose records were several."""
    patient_id = await small.client.patient_id(NUMBER)
    async with streaming(small, patient_id) as live:
        await live.whole()
    await trail.all_ended(small.client.settings)
    settings = small.client.settings
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="desk")
    try:
        lines = await store.accesses(frozenset({NhsNumber.parse(NUMBER)}), reader=GUARDIAN)
    finally:
        await store.aclose()
    [line] = [one for one in lines if one.interaction == "stream"]
    assert (line.outcome, line.ended) == ("released", "sent")
    assert line.released == {"pds": 1, "alder": 4, "beech": 4}
    assert line.labels == {"alder": "complete", "beech": "complete"}
    assert line.items is not None
    assert len(line.items) == 9


async def test_an_objection_at_the_desk_ends_a_stream_that_waits(small: Small) -> None:
    """Another process recorded it; the viewer is told to take away what it shows, and nothing more comes."""
    patient_id = await small.client.patient_id(NUMBER)
    small.ears["beech"].arm()
    async with streaming(small, patient_id) as live:
        await live.until("partner")
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NUMBER)
        before = len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE))
        reader = await live.whole()
    assert reader.closed is not None
    assert (reader.closed["word"], reader.entries) == ("suppressed", {})
    async with asyncio.timeout(5):
        await small.ears["beech"].cancelled.wait()
    assert len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)) == before


async def test_the_end_of_an_emergency_access_ends_its_stream(tmp_path: Path) -> None:
    """It opens a stream as it opens every question, and closes it."""
    apps = {"alder": holding("alder"), "beech": holding("beech")}
    async with objected_to(tmp_path, apps) as small:
        grant = await opened(small.client, NUMBER)
        patient_id = await small.client.patient_id(NUMBER, grant=grant, **USER)
        small.ears["beech"].arm()
        async with streaming(small, patient_id, grant=grant, **USER) as live:
            await live.until("partner")
            await end_at_the_desk(small.client.settings, grant)
            small.ears["beech"].let_go.set()
            reader = await live.whole()
        assert reader.closed is not None
        assert reader.closed["word"] == "suppressed"
        assert b"seen at beech" not in live.raw


async def test_a_reader_who_hangs_up_ends_every_call(small: Small) -> None:
    """The partner sees it, and the trail says so."""
    patient_id = await small.client.patient_id(NUMBER)
    small.ears["beech"].arm()
    async with streaming(small, patient_id) as live:
        await live.until("partner")
        live.response.close()
    async with asyncio.timeout(5):
        await small.ears["beech"].cancelled.wait()
    await trail.all_ended(small.client.settings)
    ending = trail.of_kind(small.client.settings, RecordKind.OUTCOME)[-1]
    assert (ending.body.interaction, ending.body.ended) == ("stream", "client-left")


async def test_a_stream_is_refused_as_every_question_is(small: Small) -> None:
    """In words and with a status, as long as nothing has begun."""
    patient_id = await small.client.patient_id(NUMBER)
    for question, status in (("?_count=5", 400), ("?_again=x", 400), ("?_again=1&_again=2", 400)):
        async with streaming(small, patient_id, question) as live:
            assert live.response.status == status
    async with streaming(small, "A" * 35) as live:
        assert live.response.status == 404
    async with streaming(small, patient_id, relationship="none") as live:
        assert live.response.status == 403
    found, _ = await small.client.get(f"Patient/{patient_id}/$everything?_again=x&_count=5")
    assert found == 400
    async with small.client.session.get(
        f"{small.client.door.url.removesuffix('/fhir')}/stream/Patient/{patient_id}",
        headers={**small.client.headers(), "Accept": "application/fhir+json"},
    ) as response:
        assert response.status == 406
