"""The simulators play the endpoints with the manners that they are given, and keep a journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending, Plugin, Traced, TransportFault
from connectors import fhir_r4, pds
from connectors.simulation import JOURNAL, Asked
from tests.connectors.test_fhir_r4 import RESOURCES
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, OLD, patient
from tests.support.sender import CORRELATION, Heard, ask_for, held_conversation, road_to

PEOPLE = {
    ASHA.digits: (patient(ASHA.digits, "a1"), *RESOURCES),
    BEN.digits: (patient(BEN.digits, "b1", "1980-01-01"),),
}
INDEX = {number.digits: (patient(number.digits, number.digits),) for number in (ASHA, BEN)}


async def record(settings: dict[str, object] | None = None, **manners: object) -> tuple[Ending, Heard]:
    """Asha's record from a simulator of these manners."""
    connector = fhir_r4.PLUGIN.create(settings or {})
    async with (
        served(fhir_r4.PLUGIN.simulator(PEOPLE, manners)) as origin,
        road_to(origin, fhir_r4.PLUGIN.manifest) as send,
    ):
        ending, heard = await held_conversation(connector.fetch(ask_for()), send)
    return ending, heard


async def traced(number: NhsNumber = ASHA, **manners: object) -> Traced:
    """Somebody traced at a simulator of these manners."""
    async with (
        served(pds.PLUGIN.simulator(INDEX, manners)) as origin,
        road_to(origin, pds.PLUGIN.manifest, number) as send,
    ):
        result, _ = await held_conversation(pds.PLUGIN.create({}).trace(number, CORRELATION), send)
    return result


@asynccontextmanager
async def client_of(plugin: Plugin, people: Any, **manners: object) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain client of a simulator."""
    async with (
        served(plugin.simulator(people, manners)) as origin,
        aiohttp.ClientSession(origin) as session,
    ):
        yield session


@pytest.mark.parametrize(
    ("manners", "settings", "label", "cause"),
    [
        ({"everything": False}, {}, OutcomeLabel.INVALID, Cause.STATUS),
        ({"page_size": 2, "sessions_expire": True}, {}, OutcomeLabel.PARTIAL, Cause.PAGE_FAILED),
        ({"warnings": {"$everything": "incomplete"}}, {}, OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        (
            {"manner": "epic", "warnings": {"Observation": "4130"}},
            {"manner": "epic"},
            OutcomeLabel.PARTIAL,
            Cause.PARTNER_WARNING,
        ),
        ({"manner": "epic"}, {"ask": "by-type"}, OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ({"down": "html"}, {}, OutcomeLabel.INVALID, Cause.MALFORMED),
        ({"down": "500"}, {}, OutcomeLabel.UNREACHABLE, Cause.STATUS),
        ({"page_size": 2, "delay_s": 0.001, "page_delay_s": 0.001}, {}, OutcomeLabel.COMPLETE, Cause.NONE),
    ],
)
async def test_a_server_has_the_manners_that_it_is_given(
    manners: dict[str, object], settings: dict[str, object], label: OutcomeLabel, cause: Cause
) -> None:
    """Each shows in what the connector makes of it."""
    ending, _ = await record(settings, **manners)
    assert (ending.label, ending.cause) == (label, cause)


async def test_a_server_that_ignores_parameters_is_understood() -> None:
    """It answers with everybody; Asha's record is whole and the other Patient is handed on."""
    ending, heard = await record(ignores_parameters=True)
    assert ending.label is OutcomeLabel.COMPLETE
    assert sum(b'"resourceType":"Patient"' in entry.raw for entry in heard.entries) == 2


async def test_a_server_can_be_down_for_one_person() -> None:
    """The connection breaks for her, and for nobody else."""
    ending, _ = await record(down_for=[ASHA.digits])
    assert ending.label in {OutcomeLabel.UNREACHABLE, OutcomeLabel.INVALID}
    ending, _ = await record(down_for=[BEN.digits])
    assert ending.label is OutcomeLabel.COMPLETE


async def test_the_journal_holds_methods_and_paths() -> None:
    """What the partner saw can be compared with the audit trail; no query is kept."""
    app = fhir_r4.PLUGIN.simulator(PEOPLE, {})
    async with served(app) as origin, aiohttp.ClientSession(origin) as session:
        await session.get("/Flag?patient=a1")
    assert app[JOURNAL] == [Asked("GET", "/Flag")]


async def test_a_server_says_what_it_can_do() -> None:
    """Its metadata is a CapabilityStatement of R4."""
    async with client_of(fhir_r4.PLUGIN, PEOPLE) as session, session.get("/metadata") as answer:
        said = await answer.json(content_type=None)
    assert (said["resourceType"], said["fhirVersion"]) == ("CapabilityStatement", "4.0.1")


async def test_a_next_link_says_nothing_of_anybody() -> None:
    """It stands on the server's own origin and path, and holds a cursor alone."""
    async with (
        client_of(fhir_r4.PLUGIN, PEOPLE, page_size=1, base_path="/r4") as session,
        session.post("/r4/Observation/_search", data={"patient": "a1"}) as answer,
    ):
        said = await answer.json(content_type=None)
        link = said["link"][0]["url"]
        assert link.startswith(f"{answer.url.origin()}/r4/Observation?-pageContext=")
    assert "a1" not in link.partition("=")[0]
    assert said["total"] == 3


async def test_an_index_has_the_manners_that_it_is_given() -> None:
    """Superseded, restricted, invalidated and several, each in the index's own way."""
    superseded = (await traced(OLD, superseded={OLD.digits: BEN.digits})).identity
    assert superseded is not None
    assert superseded.numbers == {OLD, BEN}
    restricted = (await traced(restricted={ASHA.digits: "R"})).identity
    assert restricted is not None
    assert restricted.restriction.hides_location
    assert (await traced(invalidated=[ASHA.digits])).status == "invalidated"
    assert (await traced(several=[ASHA.digits])).status == "several"
    assert (await traced(OLD)).status == "not-found"


async def test_an_index_over_its_rate_refuses() -> None:
    """The call after the last permitted one in a second is throttled, and that is a fault."""
    manifest, connector = pds.PLUGIN.manifest, pds.PLUGIN.create({})
    async with (
        served(pds.PLUGIN.simulator(INDEX, {"calls_per_s": 2})) as origin,
        road_to(origin, manifest) as send,
    ):
        for _ in range(2):
            await held_conversation(connector.trace(ASHA, CORRELATION), send)
        with pytest.raises(TransportFault) as refused:
            await held_conversation(connector.trace(ASHA, CORRELATION), send)
    assert refused.value.cause is Cause.THROTTLED


@pytest.mark.parametrize(
    ("number", "headers", "code"),
    [
        (ASHA.digits, {}, "MISSING_VALUE"),
        (ASHA.digits, {"X-Request-ID": "7"}, "INVALID_VALUE"),
        ("9990000019", {"X-Request-ID": CORRELATION}, "INVALID_RESOURCE_ID"),
    ],
)
async def test_an_index_refuses_what_the_real_one_refuses(
    number: str, headers: dict[str, str], code: str
) -> None:
    """A call without a request id that is a UUID, or for what is no number, answers 400."""
    async with (
        client_of(pds.PLUGIN, INDEX) as session,
        session.get(f"/Patient/{number}", headers=headers) as answer,
    ):
        said = await answer.json(content_type=None)
    assert answer.status == 400
    assert said["issue"][0]["details"]["coding"][0]["code"] == code
