"""Asks, settings, people and roads for the connectors of GP Connect: through the proxy, or direct."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.services import Services
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.limits import PartnerLimits
from broker.domain.query import PartnerAsk
from broker.domain.registration import Credentials
from broker.ports.connector import Ending, HttpRequest, HttpResponse, Manifest, Plugin, TransportFault
from broker.ports.conversation import Send
from connectors.gpconnect.calls import STRUCTURED_RECORD
from connectors.gpconnect.sds_answers import root_of
from connectors.simulation import JOURNAL, Asked
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import CORRELATION, Heard, ask_for, held_conversation, scripted
from tests.support.transports import permit, registration

PRACTICE, OTHER_PRACTICE = "D99001", "D99002"
ASID, PROVIDER_ASID = "200000000115", "200000000116"
ROOT = root_of(PRACTICE, STRUCTURED_RECORD)
ISSUER = "https://broker.example/gpconnect"
# The organisation of the support module's requester.
CONSUMERS = {"RZZ01": {"asid": ASID, "name": "A hospital"}}
PROXIED: Mapping[str, object] = {"consumers": CONSUMERS, "issuer": ISSUER}
DIRECT: Mapping[str, object] = {
    **PROXIED,
    "provider_ods": PRACTICE,
    "provider_asid": PROVIDER_ASID,
    "provider_root": ROOT,
}
STRUCTURED = frozenset(
    {
        *(Category.DEMOGRAPHICS, Category.ALLERGIES, Category.MEDICINES, Category.CONTACTS),
        *(Category.PROBLEMS, Category.VACCINATIONS, Category.OBSERVATIONS, Category.RESULTS),
        *(Category.REFERRALS, Category.PLANS),
    }
)
DOCUMENTS = frozenset({Category.DEMOGRAPHICS, Category.DOCUMENTS})


def about(kind: str, local: str, **members: Any) -> dict[str, Any]:
    """One R4 resource of Asha's, as a simulator's world has it."""
    person = "patient" if kind in {"AllergyIntolerance", "Immunization"} else "subject"
    return {"resourceType": kind, "id": local, person: {"reference": "Patient/a1"}, **members}


def coded(code: str, system: str = "http://snomed.info/sct") -> dict[str, Any]:
    """A concept."""
    return {"coding": [{"system": system, "code": code}], "text": f"Concept {code}"}


def status(code: str) -> dict[str, Any]:
    """A clinical status."""
    return {"coding": [{"code": code}]}


PEOPLE = {
    ASHA.digits: (patient(ASHA.digits, "a1"),),
    BEN.digits: (patient(BEN.digits, "b1", "1980-01-01"),),
}


def practice_ask(
    categories: Iterable[Category] = STRUCTURED, number: NhsNumber = ASHA, **changes: Any
) -> PartnerAsk:
    """A question to Asha's practice. `changes` are the patient's members, and those of the ask."""
    ask = ask_for(number=number, categories=frozenset(categories))
    of_patient = {name: changes.pop(name) for name in ("practice_ods", "restriction") if name in changes}
    person = replace(ask.patient, **{"practice_ods": PRACTICE, **of_patient})
    return replace(ask, patient=person, **changes)


def told(generator: Any, respond: Any) -> tuple[Ending, Heard]:
    """Drive a conversation with answers out of a function, over no socket."""
    heard = Heard()
    ending, _ = scripted(generator, respond, heard)
    return ending, heard


def said_directly(
    connector: Any, answer: HttpResponse | TransportFault, ask: PartnerAsk | None = None
) -> tuple[Ending, Heard]:
    """How a direct question ends that is given this answer. A fault of a single call passes as it came."""
    return told(connector.fetch(ask or practice_ask()), lambda _: answer)


@asynccontextmanager
async def spine_road(
    origin: str,
    manifest: Manifest,
    number: NhsNumber = ASHA,
    *,
    within_s: float = 8.0,
    sds: str = "",
    **limits: Any,
) -> AsyncIterator[Send]:
    """The product's own transports: to the proxy at `origin`, and to the directory beside it."""
    given = PartnerLimits(**{"calls_per_s_max": 10_000, "retries_max": 0, **limits})
    token = Credentials(token="sds", token_header="apikey")
    endpoints = {"": (origin, manifest.reads, Credentials())}
    endpoints["sds"] = (sds or f"{origin}/sds", manifest.services["sds"], token)
    transport = Services(
        {
            name: HttpTransport(
                replace(registration(endpoint, given, credentials), connector=manifest.name),
                replace(manifest, reads=reads),
                clock=SystemClock(),
                authorization=(lambda: "a-made-up-key") if name else None,
            )
            for name, (endpoint, reads, credentials) in endpoints.items()
        }
    )
    permitted = replace(permit(number, within_s=within_s), correlation_id=CORRELATION)

    async def send(request: HttpRequest) -> HttpResponse:
        answer = await transport.send(request, permitted)
        assert isinstance(answer, HttpResponse)
        return answer

    try:
        yield send
    finally:
        await transport.aclose()


async def spoken(
    plugin: Plugin,
    ask: PartnerAsk,
    *,
    people: Mapping[str, Any] = PEOPLE,
    settings: Mapping[str, object] = PROXIED,
    **manners: Any,
) -> tuple[Ending, Heard, list[Asked]]:
    """One whole question through a simulated Spine of these manners, and what Spine saw of it."""
    app: web.Application = plugin.simulator(people, {"practice": PRACTICE, **manners})
    async with served(app) as origin, spine_road(origin, plugin.manifest, ask.patient.number) as send:
        connector = plugin.create(settings)
        ending, heard = await held_conversation(connector.fetch(ask), send)
    return ending, heard, app[JOURNAL]


class ThroughTheProxy:
    """For the suite: the endpoint is the proxy, and the directory stands beside it."""

    plugin: ClassVar[Plugin]

    def road(
        self, origin: str, number: NhsNumber, within_s: float, **limits: Any
    ) -> AbstractAsyncContextManager[Send]:
        """As the suite's own, to both endpoints."""
        return spine_road(origin, self.plugin.manifest, number, within_s=within_s, **limits)

    def reads(self) -> tuple[tuple[str, str], ...]:
        """The proxy's, and the directory's under the path where it stands."""
        manifest = self.plugin.manifest
        return (*manifest.reads, *((method, f"sds/{path}") for method, path in manifest.services["sds"]))
