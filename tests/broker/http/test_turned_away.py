"""What the door refuses itself is on file too, and a flood of it is counted instead of written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.release_store.entries import Body, read_body
from broker.domain.audit import RecordKind
from broker.http.gate import Gate
from broker.http.turned_away import WAITING_MAX, DoorRecords, TurnedAway
from tests.support.clocks import HandClock
from tests.support.http_door import Held, get, knock, open_door, status_of
from tests.support.store_faults import locked
from tests.support.stores import demonstration_ring

FORM = "Content-Type: application/x-www-form-urlencoded"


@dataclass
class Desk:
    """A store and the records of a door over it."""

    path: Path
    store: SqliteReleaseStore
    records: DoorRecords
    writing: list[asyncio.Task[None]] = field(default_factory=list)
    fourth: asyncio.Event = field(default_factory=asyncio.Event)

    async def rows(self) -> list[Body]:
        """What is on file once everything was written."""
        await asyncio.gather(*self.writing)
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT body FROM record ORDER BY id").fetchall()
        return [read_body(raw) for (raw,) in found]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Three records a minute."""
    path, clock = tmp_path / "releases.sqlite", HandClock()
    store = SqliteReleaseStore.open(path, demonstration_ring(tmp_path / "keys"), clock)
    writing: list[asyncio.Task[None]] = []
    fourth = asyncio.Event()

    def finish_later(work: Coroutine[Any, Any, None]) -> None:
        writing.append(asyncio.ensure_future(work))
        if len(writing) > 3:
            fourth.set()

    made = Desk(path, store, DoorRecords(store, clock, finish_later, per_minute_max=3), writing, fourth)
    yield made
    made.records.close_window()
    await asyncio.gather(*writing)
    await store.aclose()


@pytest.mark.parametrize(
    ("sent", "status", "cause"),
    [
        (get("/fhir/Patient?family=x"), 400, "NotSupported"),
        (get("/fhir/Patient/a", method="PUT"), 405, "MethodNotAllowed"),
        (get("/fhir/Condition?patient=a", "Accept: text/html"), 406, "NotAcceptable"),
        (get("/fhir/Patient/_search", FORM, "Content-Length: 900000", method="POST"), 413, "TooLarge"),
        (
            get("/fhir/Patient/_search", "Content-Type: text/plain", "Content-Length: 0", method="POST"),
            415,
            "UnsupportedMediaType",
        ),
        (get("/fhir/Patient/a", "Expect: a-miracle"), 417, "ExpectationFailed"),
    ],
)
async def test_a_refusal_of_the_door_is_on_file(desk: Desk, sent: bytes, status: int, cause: str) -> None:
    """With its request id, nobody as requester, and nothing of what was sent."""
    async with open_door(refused=desk.records) as door:
        answer = await knock(door, sent)
    assert status_of(answer) == status
    (row,) = await desk.rows()
    assert (row.kind, row.cause, row.times, row.authenticated) == (RecordKind.REFUSAL, cause, 1, False)
    assert row.request_id.encode() in answer


async def test_a_request_that_was_shed_is_on_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there are places are under way: the next is refused, and says what it wanted."""
    monkeypatch.setattr("broker.http.door.Gate", lambda _places: Gate(1))
    held = Held()
    async with open_door(held, refused=desk.records) as door:
        first = asyncio.create_task(knock(door, get("/fhir/Patient/a")))
        await held.began.wait()
        assert status_of(await knock(door, get("/fhir/Patient/a"))) == 503
        held.let_go.set()
        assert status_of(await first) == 200
    (row,) = await desk.rows()
    assert (row.cause, row.interaction) == ("Busy", "read-patient")


@pytest.mark.parametrize(
    "sent",
    [
        get("/fhir/Nothing"),
        get("/fhir/Observation/1"),
        get("/wp-login.php", method="POST"),
        get("/healthz", method="DELETE"),
        get("/fhir/Patient/a"),
    ],
)
async def test_a_probe_and_an_answer_leave_no_refusal(desk: Desk, sent: bytes) -> None:
    """An address that is not ours, health, and what the pipeline records itself."""
    async with open_door(refused=desk.records) as door:
        await knock(door, sent)
    assert await desk.rows() == []


async def test_a_flood_is_counted_by_kind(desk: Desk) -> None:
    """Three of it are records; the rest is one record for each kind, and the next minute begins anew."""
    async with open_door(refused=desk.records) as door:
        for _ in range(6):
            await knock(door, get("/fhir/Patient?family=x"))
        for _ in range(4):
            await knock(door, get("/fhir/Patient/a", method="PUT"))
        assert len(await desk.rows()) == 3
        desk.records.close_window()
        counted = {row.cause: row.times for row in (await desk.rows())[3:]}
        assert counted == {"NotSupported": 3, "MethodNotAllowed": 4}
        await knock(door, get("/fhir/Patient?family=x"))
    assert [row.times for row in await desk.rows()][5:] == [1]


async def test_the_minute_ends_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to ask again for what was counted to be written."""
    monkeypatch.setattr("broker.http.turned_away.WINDOW_S", 0.05)
    for _ in range(5):
        desk.records(_turned())
    await desk.fourth.wait()
    assert [row.times for row in await desk.rows()] == [1, 1, 1, 2]


async def test_a_store_that_is_down_is_told_in_the_log(desk: Desk) -> None:
    """The answer does not wait for it, and the door goes on."""
    with capture_logs() as lines, locked(desk.path):
        async with open_door(refused=desk.records) as door:
            assert status_of(await knock(door, get("/fhir/Patient?family=x"))) == 400
        await asyncio.gather(*desk.writing)
    assert {"event": "store-failed", "service": "audit", "log_level": "info"} in lines
    assert await desk.rows() == []


async def test_no_more_than_some_hundreds_wait(tmp_path: Path) -> None:
    """A store that hangs does not fill the memory: what is over the bound is in the log alone."""
    store = SqliteReleaseStore.open(
        tmp_path / "releases.sqlite", demonstration_ring(tmp_path / "keys"), HandClock()
    )
    held: list[Coroutine[Any, Any, None]] = []
    records = DoorRecords(store, HandClock(), held.append, per_minute_max=10_000)
    for _ in range(WAITING_MAX + 50):
        records(_turned())
    assert len(held) == WAITING_MAX
    records.close_window()
    await asyncio.gather(*held)
    await store.aclose()


def _turned() -> TurnedAway:
    return TurnedAway(cause="Malformed", request_id="r-12345678", client_address="192.0.2.7")
