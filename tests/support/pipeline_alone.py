"""The pipeline without sockets: real store, keys, policies and stages; connectors that follow a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.adapters.clock import SystemClock
from broker.adapters.keys import make_development_keys, read_key_ring
from broker.adapters.patient_index import LocalIdentities
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.sealing import RingSealer
from broker.domain.errors import Unauthenticated
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.limits import BrokerLimits, PartnerLimits
from broker.domain.query import Interaction, PartnerAsk
from broker.domain.registration import Organisation, PartnerRegistration
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline import Question, Reply, Services, answer
from broker.pipeline.fanout import Road
from broker.policy.loading import load_policies
from broker.ports.connector import Connector, Conversation, HttpRequest, HttpResponse, Traced
from broker.ports.transport import CallPermit
from tests.support.plain_policies import write_policies
from tests.support.records import NUMBER, person, registration

DOCTOR = Requester(
    issuer="https://issuer.example",
    user_id="user-1",
    user_name="Dr Imaginary Hazel",
    organisation_ods="RX901",
    roles=("doctor",),
    purpose="TREAT",
    relationship=RelationshipGround.BOOKING,
)


@dataclass(slots=True)
class Script:
    """A connector that plays a generator function."""

    play: Callable[[PartnerAsk], Any]

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """Whatever the script makes of it."""
        conversation: Conversation = self.play(ask)
        return conversation


@dataclass(slots=True)
class ToldTransport:
    """Gives every call the answer that it was told, in memory."""

    tell: Callable[[HttpRequest], HttpResponse]

    async def send(self, request: HttpRequest, _permit: CallPermit, /) -> HttpResponse:
        """At once."""
        return self.tell(request)

    async def aclose(self) -> None:
        """Nothing is open."""


def silent(_request: HttpRequest) -> HttpResponse:
    """For scripts that never call."""
    raise AssertionError


@dataclass(slots=True)
class OneUser:
    """Anybody with a header is the doctor."""

    requester: Requester = DOCTOR

    async def authenticate(self, authorization: str | None, /) -> Requester:
        """Raises Unauthenticated without a header."""
        if authorization is None:
            raise Unauthenticated
        return self.requester

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class OnePerson:
    """An index that knows one person."""

    patient: PatientIdentity = field(default_factory=person)
    asked: list[int] = field(default_factory=list)
    partner_id: str = "index"

    async def trace(
        self, number: NhsNumber, /, *, intent_sequence: int, correlation_id: str, deadline_at_s: float
    ) -> Traced:
        """That person, or nobody."""
        del correlation_id, deadline_at_s
        self.asked.append(intent_sequence)
        if number not in self.patient.numbers:
            return Traced(status="not-found")
        return Traced(status="found", identity=self.patient)


@dataclass(slots=True)
class Alone:
    """The pipeline and its parts."""

    services: Services
    store: SqliteReleaseStore
    folder: Path

    async def ask(self, **changes: Any) -> Reply:
        """Everything about the person."""
        given: dict[str, Any] = {
            "request_id": "request-0001",
            "authorization": "Bearer a.b.c",
            "interaction": Interaction.SEARCH,
            "number_text": NUMBER.digits,
            "base_url": "https://broker.example/fhir",
        }
        return await answer(Question(**{**given, **changes}), self.services)

    async def record(self, **changes: Any) -> dict[str, Any]:
        """The answer's Bundle."""
        reply = await self.ask(interaction=Interaction.EVERYTHING, **changes)
        record: dict[str, Any] = json.loads(b"".join(reply.body))
        return record


@asynccontextmanager
async def pipeline_over(
    folder: Path,
    roads: Mapping[str, Connector | Road],
    *,
    limits: BrokerLimits | None = None,
    partner_limits: PartnerLimits | None = None,
    index: OnePerson | None = None,
    user: OneUser | None = None,
) -> AsyncIterator[Alone]:
    """Services over scripted connectors by partner id. What is owed to the trail is finished at the end."""
    ods = {partner_id: f"RX9{place:02d}" for place, partner_id in enumerate(roads, start=1)}
    write_policies(folder / "policies", ods)
    policies = load_policies(folder / "policies", {name: frozenset({code}) for name, code in ods.items()})
    ring = read_key_ring(make_development_keys(folder), environment="demonstration")
    clock, limits = SystemClock(), limits or BrokerLimits()
    store = SqliteReleaseStore.open(folder / "releases.sqlite", ring, clock)
    services = Services(
        authenticator=user or OneUser(),
        index=index or OnePerson(),
        store=store,
        sealer=RingSealer(ring),
        clock=clock,
        locals=LocalIdentities(limits, clock),
        policies=lambda: policies,
        registrations=_registrations(ods, partner_limits or PartnerLimits()),
        roads={name: _road(one) for name, one in roads.items()},
        limits=limits,
        contact=("The test",),
    )
    try:
        yield Alone(services, store, folder)
    finally:
        while services.background:
            await asyncio.wait(services.background)  # also lets one that is done be forgotten
        await store.aclose()


def _registrations(ods: Mapping[str, str], limits: PartnerLimits) -> tuple[PartnerRegistration, ...]:
    """A live partner for each id, an organisation of its own behind it."""
    return tuple(
        registration(
            name,
            organisation=Organisation(name=name.title(), ods_codes=frozenset({code}), kind="acute"),
            limits=limits,
        )
        for name, code in ods.items()
    )


def _road(one: Connector | Road) -> Road:
    if isinstance(one, Road):
        return one
    return Road(connector=one, transport=ToldTransport(silent), proof="demographics")
