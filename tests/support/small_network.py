"""A few partners that all know one invented person, behind a broker: small enough to break on purpose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from tests.support.loopback import served
from tests.support.network import NHS, Client, Held, Partner, broker_over, simulated

NUMBER, OTHER = "9990000018", "9990000026"
BIRTH_DATE = "1951-04-09"
Answer = Callable[[web.Request], Any]


def patient(number: str = NUMBER, local_id: str = "1", **members: Any) -> dict[str, Any]:
    """A partner's Patient."""
    identifier = [{"system": NHS, "value": number}]
    return {
        "resourceType": "Patient",
        "id": local_id,
        "identifier": identifier,
        "birthDate": BIRTH_DATE,
        **members,
    }


def indexed(number: str = NUMBER, code: str = "U", **members: Any) -> dict[str, Any]:
    """The index's Patient, with its confidentiality code."""
    return {**patient(number, number, **members), "meta": {"security": [{"code": code}]}}


def observation(local_id: str, value: str = "5.4") -> dict[str, Any]:
    """One result of the person."""
    return {
        "resourceType": "Observation",
        "id": local_id,
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        "valueString": value,
    }


def holding(name: str, count: int = 3, **manners: Any) -> web.Application:
    """A healthy partner that has some results of the person, each of which says whose it is."""
    held = [patient(), *(observation(f"o{place}", f"seen at {name}") for place in range(count))]
    return simulated("fhir_r4", {NUMBER: held}, **manners)


def bundle(*raws: bytes) -> bytes:
    """A searchset of these resources."""
    entries = b",".join(b'{"resource":' + raw + b"}" for raw in raws)
    return b'{"resourceType":"Bundle","type":"searchset","entry":[' + entries + b"]}"


def telling(everything: Answer) -> web.Application:
    """A partner that finds the person, and answers `$everything` with these bytes or this response."""
    app = web.Application()

    async def find(_request: web.Request) -> web.Response:
        return web.Response(body=bundle(orjson.dumps(patient())), content_type="application/fhir+json")

    async def answer(request: web.Request) -> web.StreamResponse:
        made = everything(request)
        if isinstance(made, web.StreamResponse):
            return made
        return web.Response(body=made, content_type="application/fhir+json")

    app.router.add_post("/Patient/_search", find)
    app.router.add_get("/Patient/1/$everything", answer)
    return app


@dataclass(slots=True)
class Small:
    """The running broker with its client, and an ear at each partner and at the index (`pds`)."""

    client: Client
    ears: dict[str, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """How one partner is registered. `services` are paths at its own origin; empty `supplies` is every
    category.
    """

    connector: str = "fhir_r4"
    settings: Mapping[str, object] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    supplies: tuple[str, ...] = ()
    asked: str = "always"
    organisations: tuple[str, ...] = ()
    kind: str = "acute"
    switches: Mapping[str, object] = field(default_factory=dict)


@asynccontextmanager
async def small_network(
    folder: Path,
    apps: Mapping[str, web.Application],
    *,
    index: web.Application | None = None,
    limits: Mapping[str, object] | None = None,
    partner_limits: Mapping[str, Mapping[str, object]] | None = None,
    registered: Mapping[str, Registered] | None = None,
) -> AsyncIterator[Small]:
    """Partners by id, in this order; the first is RX901, where the client's user works. `registered` says
    of a partner what is not as every other's.
    """
    ears = {name: Held() for name in ("pds", *apps)}
    async with AsyncExitStack() as stack:
        people = index or simulated("pds", {NUMBER: [indexed()]}, calls_per_s=1000)
        pds = await stack.enter_async_context(served(ears["pds"].at(people)))
        partners = {}
        for name, app in apps.items():
            origin = await stack.enter_async_context(served(ears[name].at(app)))
            own_limits = {"calls_per_s_max": 1000, **(partner_limits or {}).get(name, {})}
            own = (registered or {}).get(name, Registered())
            partners[name] = Partner(
                endpoint=origin,
                connector=own.connector,
                settings=own.settings,
                services={service: origin + path for service, path in own.services.items()},
                limits=own_limits,
                supplies=own.supplies,
                asked=own.asked,
                organisations=own.organisations,
                kind=own.kind,
                switches=own.switches,
            )
        client = await stack.enter_async_context(broker_over(folder, partners, pds, limits=limits))
        yield Small(client, ears)
