"""A whole broker over servers that this project did not write, and what it recorded of a release."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.release_store.entries import read_body
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from broker.domain.outcome import PartnerOutcome
from tests.support.json_text import resource_texts
from tests.support.loopback import served
from tests.support.network import NHS, Client, Partner, broker_over, simulated
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson

INDEX = "pds"
INDEX_SOURCE = "urn:watersmeet:patient-index"
# A busy machine makes a server slow; how late an answer may be is not what these tests are about.
UNHURRIED = {"deadline_s": 60}
GUARDIAN = Actor(role="privacy officer", name="A. Ash")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The newest disclosure about one person: `items` are (type, the partner's own id), in order.

    The index's own Patient is released with each of them and is left out here.
    """

    items: tuple[Name, ...]
    versions: tuple[str, ...]
    outcomes: Mapping[str, PartnerOutcome]


def indexed(person: SyntheaPerson) -> dict[str, Any]:
    """The same person as the patient index knows them."""
    return {
        "resourceType": "Patient",
        "id": person.number.digits,
        "meta": {"security": [{"code": "U"}]},
        "identifier": [{"system": NHS, "value": person.number.digits}],
        "name": [{"family": person.family}],
        "birthDate": person.birth_date,
    }


@asynccontextmanager
async def broker_among(
    folder: Path, people: Iterable[SyntheaPerson], partners: Mapping[str, Partner]
) -> AsyncIterator[Client]:
    """The broker over real servers, with an index that knows `people`."""
    index = simulated("pds", {person.number.digits: [indexed(person)] for person in people})
    async with AsyncExitStack() as stack:
        pds = await stack.enter_async_context(served(index))
        yield await stack.enter_async_context(broker_over(folder, partners, pds, limits=UNHURRIED))


async def whole_record(client: Client, person: SyntheaPerson) -> str:
    """The text of `$everything`, which must have succeeded."""
    patient_id = await client.patient_id(person.number.digits)
    status, body = await client.get(f"Patient/{patient_id}/$everything")
    assert status == 200
    return body.decode()


async def held_by(client: Client, server: RealServer, person: SyntheaPerson) -> list[str]:
    """The text of every resource that the server itself gives for this person, asked without the broker."""
    url = f"{server.base_url}/Patient/{server.local_ids[person.number.digits]}/$everything"
    async with client.session.get(url) as answer:
        assert answer.status == 200
        return resource_texts((await answer.read()).decode())


async def newest_release(client: Client, number: NhsNumber) -> Release:
    """What governance reads of the newest disclosure about `number`, its proof opened."""
    settings = client.settings
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="desk")
    try:
        accesses = await store.accesses(frozenset({number}), reader=GUARDIAN)
    finally:
        await store.aclose()
    access = [one for one in accesses if one.outcome == "released" and one.interaction != "find-patient"][-1]
    items = [item for item in access.items or () if item.partner_id != INDEX]
    return Release(
        items=tuple((item.resource_type, item.local_id) for item in items),
        versions=tuple(item.version for item in items),
        outcomes=_outcomes(settings.store_path, access.sequence),
    )


def _outcomes(store: Path, record: int) -> dict[str, PartnerOutcome]:
    """Each partner's exact line, as the disclosure holds it."""
    database = sqlite3.connect(store)
    try:
        [(raw,)] = database.execute("SELECT body FROM record WHERE id = ?", (record,)).fetchall()
    finally:
        database.close()
    return {outcome.partner_id: outcome for outcome in read_body(raw).outcomes}
