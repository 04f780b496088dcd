"""Documents behind pointers are read over sockets: through the proxy, or a registered service alone."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.services import Services
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause
from broker.ports.connector import DocumentPointer, TransportFault
from connectors.nrl import PLUGIN
from connectors.nrl.world import asid_of
from tests.connectors.test_nrl_documents import ADDRESS, ASID, SETTINGS, related, source
from tests.support.loopback import served
from tests.support.patients import ASHA, patient
from tests.support.sender import CORRELATION, Heard, ask_for, held_conversation, said, scripted
from tests.support.transports import permit, registration

PLAN = b"%PDF-1.4 a crisis plan"


@asynccontextmanager
async def roads(endpoints: Mapping[str, str]) -> AsyncIterator[Any]:
    """The product's own transports to the locator (``) and its further services."""
    reads = {"": PLUGIN.manifest.reads, **PLUGIN.manifest.services}
    limits = PartnerLimits(calls_per_s_max=10_000, retries_max=0)
    transport = Services(
        {
            name: HttpTransport(
                registration(endpoint, limits),
                replace(PLUGIN.manifest, reads=reads[name]),
                clock=SystemClock(),
            )
            for name, endpoint in endpoints.items()
        }
    )
    permitted = replace(permit(ASHA), correlation_id=CORRELATION)
    try:
        yield lambda request: transport.send(request, permitted)
    finally:
        await transport.aclose()


HELD = {
    "resourceType": "DocumentReference",
    "id": "plan",
    "status": "current",
    "subject": {"reference": "Patient/a1"},
    "content": [
        {
            "attachment": {
                "contentType": "application/pdf",
                "data": base64.b64encode(PLAN).decode(),
            }
        }
    ],
}
PEOPLE = {ASHA.digits: (patient(ASHA.digits, "a1"), HELD)}


@pytest.mark.parametrize("addresses", ["", "plain"])
async def test_a_listed_document_is_had_through_the_simulated_proxy(addresses: str) -> None:
    """Found at the locator, and read where its provider keeps it, over sockets."""
    manners = {"addresses": addresses, "consumers": {"A hospital": ASID}, "base_path": "/nrl"}
    app = PLUGIN.simulator(PEOPLE, manners)  # type: ignore[misc] # it has one
    async with served(app) as origin, roads({"": f"{origin}/nrl", "ssp": f"{origin}/nrl/ssp"}) as send:
        connector = PLUGIN.create(SETTINGS)
        _, heard = await held_conversation(connector.fetch(ask_for()), send)
        listed = heard.entries[1].raw
        url = orjson.loads(listed)["content"][0]["attachment"]["url"]
        opening = connector.open_document(ask_for(), DocumentPointer(item=listed, url=url))
        found, _ = scripted(opening, lambda _: said(b"", 500), Heard())
        answer = await send(found.request)
    assert url.startswith("ssp://")
    assert (answer.status, answer.body) == (200, PLAN)


async def test_a_plain_address_is_read_under_the_registered_service_alone() -> None:
    """Another origin, another path or another scheme is refused before anything is sent."""
    called: list[str] = []

    async def give(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(body=PLAN)

    app = web.Application()
    app.router.add_get("/{tail:.*}", give)
    async with served(app) as here, served(app) as elsewhere, roads({"direct": f"{here}/records"}) as send:
        request = source(f"{here}/records/plans/1", {"direct": True}).request
        assert request.service == "direct"
        assert (await send(request)).body == PLAN
        for url in (f"{elsewhere}/records/plans/1", f"{here}/other", f"{here}/records/../other"):
            with pytest.raises(TransportFault) as fault:
                await send(source(url, {"direct": True}).request)
            assert fault.value.cause is Cause.FOREIGN_LINK
    assert called == ["/records/plans/1"]


SPOILT: dict[str, tuple[dict[str, str], int]] = {
    "as it is": ({}, 200),
    "without an id": ({"Ssp-TraceID": "1"}, 400),
    "for another interaction": ({"Ssp-InteractionID": "urn:x"}, 400),
    "from an unknown system": ({"Ssp-From": "200000000999"}, 403),
    "to another provider": ({"Ssp-To": "200000000999"}, 403),
    "without a token": ({"Authorization": "Bearer x"}, 400),
    "for another type": ({"Accept": "text/plain"}, 406),
}


@pytest.mark.parametrize(("headers", "status"), SPOILT.values(), ids=SPOILT.keys())
async def test_the_simulated_proxy_is_strict_about_each_header(headers: dict[str, str], status: int) -> None:
    """As Spine is: who calls, whom, for what, and under which id."""
    manners = {"consumers": {"A hospital": ASID}}
    app = PLUGIN.simulator(PEOPLE, manners)  # type: ignore[misc] # it has one
    url = "ssp://x.example/https%3A%2F%2Frx901.provider.example%2FRX901%2Fdocuments%2Fplan-0"
    request = source(url, context=related(asid_of("RX901"))).request
    async with served(app) as origin, roads({"ssp": f"{origin}/ssp"}) as send:
        answer = await send(replace(request, headers={**request.headers, **headers}))
    assert answer.status == status


async def test_the_simulated_proxy_takes_an_escaped_address_alone() -> None:
    """Plain slashes are another path to it, and an address that nobody keeps is not found."""
    app = PLUGIN.simulator(PEOPLE, {})  # type: ignore[misc] # it has one
    request = source(f"ssp://{ADDRESS}").request
    async with served(app) as origin, aiohttp.ClientSession(headers=dict(request.headers)) as session:
        async with session.get(
            f"{origin}/ssp/https://rx901.provider.example/RX901/documents/plan-0"
        ) as answer:
            assert answer.status == 400
        async with roads({"ssp": f"{origin}/ssp"}) as send:
            assert (await send(request)).status == 404
