"""Emergency access as a clinical system opens, names and ends it at a running broker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.grant import Grant
from broker.domain.grant_life import end
from broker.domain.objection_life import Actor
from broker.settings import Settings
from tests.support import trail
from tests.support.network import NHS, Client, object_to, objections_desk, simulated
from tests.support.sensitive import coded
from tests.support.small_network import NUMBER, Small, observation, patient, small_network

WORDS = "Collapsed in the street, and nobody knows what she takes."
PROBLEM = {
    "resourceType": "Condition",
    "id": "c1",
    "code": coded("73211009"),
    "subject": {"reference": "Patient/1"},
}
# One user in one session, in an emergency.
USER = {"user_id": "900000000101", "session_id": "session-of-ashdown", "purpose": "ETREAT"}
OFFICER = Actor(role="privacy officer", name="Imaginary Ash")


async def post(client: Client, path: str, body: Any = None, **facts: Any) -> tuple[int, dict[str, Any]]:
    """Any POST at the broker's own origin, with a JSON body where there is one."""
    url = client.door.url.removesuffix("/fhir") + path
    sent = {} if body is None else {"json": body}
    async with client.session.post(url, headers=client.headers(**facts), **sent) as response:
        return response.status, json.loads(await response.read())


async def ask(client: Client, number: str, *, user: Any = None, **members: Any) -> tuple[int, dict[str, Any]]:
    """`POST /emergency-access` for one person, at risk of life unless `members` say otherwise."""
    body = {"identifier": f"{NHS}|{number}", "ground": "risk-to-life", "text": WORDS, **members}
    return await post(client, "/emergency-access", body, **(user or USER))


async def opened(client: Client, number: str, *, user: Any = None, **members: Any) -> str:
    """The id of emergency access that was granted."""
    status, answered = await ask(client, number, user=user, **members)
    assert status == 201, answered
    return str(answered["grant"])


@asynccontextmanager
async def emergency_desk(settings: Settings) -> AsyncIterator[SqliteReleaseStore]:
    """The store as another process has it, on the broker's file."""
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="desk")
    try:
        yield store
    finally:
        await store.aclose()


async def end_at_the_desk(settings: Settings, grant_id: str) -> None:
    """The privacy officer ends it; returns when that is durable."""
    async with emergency_desk(settings) as store:
        history = await store.grant_history(grant_id)
        assert history is not None
        await store.append_grant_step(end(history.last, by=OFFICER, at=SystemClock().now()))


async def newest(settings: Settings) -> Grant:
    """The grant that was opened last."""
    async with emergency_desk(settings) as store:
        return (await store.grants_since(None))[-1].last.grant


def chart_of(name: str) -> web.Application:
    """A partner with one result and one problem of the person."""
    return simulated("fhir_r4", {NUMBER: [patient(), observation("o1", f"seen at {name}"), PROBLEM]})


async def neutral_words(small: Small) -> dict[str, Any]:
    """What somebody hears who cares for nobody here."""
    status, said = await small.client.find(NUMBER, relationship="none")
    assert status == 403
    return said


@asynccontextmanager
async def objected(folder: Path, apps: dict[str, web.Application], **more: Any) -> AsyncIterator[Small]:
    """These partners, and a person who objects to everything; at the end the trail is whole."""
    async with small_network(folder, apps, **more) as small:
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NUMBER)
        yield small
        await trail.all_ended(small.client.settings)
        trail.assert_whole(small.client.settings)
