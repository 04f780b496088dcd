"""A connector, its real transport and a real endpoint on loopback, joined for a test; and none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.mllp import MllpTransport
from broker.domain.category import Category
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.limits import PartnerLimits
from broker.domain.query import AskLimits, LocalIdentity, PartnerAsk
from broker.domain.requester import RelationshipGround, Requester
from broker.ports.connector import (
    Answer,
    Entry,
    HttpRequest,
    HttpResponse,
    Learned,
    Manifest,
    MllpRequest,
    Page,
    Pause,
    Request,
    Response,
    Step,
    TransportFault,
)
from broker.ports.conversation import Send, converse
from tests.support.clocks import START
from tests.support.patients import ASHA
from tests.support.transports import permit, registration

CORRELATION = "7d1b5a5e-6a0e-4a52-9a6c-1f2d3c4b5a69"
Ended = TypeVar("Ended")
Responder = Callable[[Any], Answer]

REQUESTER = Requester(
    issuer="https://issuer.example",
    user_id="u1",
    user_name="A doctor",
    organisation_ods="RZZ01",
    roles=("doctor",),
    purpose="direct-care",
    relationship=RelationshipGround.REFERRAL,
)


def ask_for(
    *,
    number: NhsNumber = ASHA,
    numbers: frozenset[NhsNumber] = frozenset(),
    categories: frozenset[Category] = frozenset(Category),
    resource_types: frozenset[str] = frozenset(),
    local: LocalIdentity | None = None,
    limits: AskLimits | None = None,
) -> PartnerAsk:
    """A question about Asha, for everything, unless said otherwise."""
    patient = PatientIdentity(number=number, numbers=numbers | {number}, birth_date="1951-04-09")
    return PartnerAsk(
        partner_id="trust",
        patient=patient,
        categories=categories,
        resource_types=resource_types,
        requester=REQUESTER,
        correlation_id=CORRELATION,
        asked_at=START,
        limits=limits or AskLimits(pages_max=20, entries_max=2_000),
        local=local,
    )


@dataclass
class Heard:
    """What a conversation yielded besides its requests."""

    pages: list[Page] = field(default_factory=list)
    learned: list[LocalIdentity] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """All entries, in order."""
        return [entry for page in self.pages for entry in page.entries]


def scripted(
    generator: Generator[Step, Any, Ended], respond: Responder, heard: Heard | None = None
) -> tuple[Ended, Heard]:
    """Drive a generator with answers out of a function: no loop, no socket, no clock."""
    heard = heard if heard is not None else Heard()
    answer: object = None
    fault: TransportFault | None = None
    while True:
        try:
            step = generator.send(answer) if fault is None else generator.throw(fault)
        except StopIteration as end:
            return end.value, heard
        answer, fault = None, None
        if isinstance(step, (HttpRequest, MllpRequest)):
            heard.requests.append(step)
            given = respond(step)
            answer, fault = (None, given) if isinstance(given, TransportFault) else (given, None)
        elif isinstance(step, tuple):
            heard.requests.extend(step)
            answer = tuple(respond(request) for request in step)
        elif isinstance(step, Page):
            heard.pages.append(step)
        elif isinstance(step, Learned):
            heard.learned.append(step.local)
        else:
            assert isinstance(step, Pause)


def said(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer with this body."""
    return HttpResponse(status=status, headers=headers or {}, body=body)


@asynccontextmanager
async def road_to(
    endpoint: str, manifest: Manifest, *numbers: NhsNumber, within_s: float = 8.0, **limits: Any
) -> AsyncIterator[Send]:
    """The product's own transport to `endpoint`, HTTP or MLLP, with `limits` changed and a deadline."""
    given = PartnerLimits(**{"calls_per_s_max": 10_000, "retries_max": 0, **limits})
    partner = replace(registration(endpoint, given), connector=manifest.name, supplies=frozenset(Category))
    carrier = MllpTransport if endpoint.startswith("mllp") else HttpTransport
    transport = carrier(partner, manifest, clock=SystemClock())
    permitted = replace(permit(*numbers, within_s=within_s), correlation_id=CORRELATION)

    async def send(request: Request) -> Response:
        return await transport.send(request, permitted)

    try:
        yield send
    finally:
        await transport.aclose()


def listening(send: Send, heard: Heard) -> Send:
    """`send`, with every request noted."""

    async def noted(request: Request) -> Response:
        heard.requests.append(request)
        return await send(request)

    return noted


async def held_conversation(generator: Generator[Step, Any, Ended], send: Send) -> tuple[Ended, Heard]:
    """Run a conversation over a real road, and keep what it yielded."""
    heard = Heard()
    ended = await converse(
        generator,
        listening(send, heard),
        on_page=heard.pages.append,
        on_learned=lambda learned: heard.learned.append(learned.local),
    )
    return ended, heard


Spoil = Callable[[web.Request, int], Awaitable[web.StreamResponse | None]]


def spoilt(app: web.Application, spoil: Spoil) -> web.Application:
    """A simulator that first asks `spoil` (with the number of the call, from one) what to answer."""
    calls = 0

    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        answer: web.StreamResponse | None = await spoil(request, calls)
        return answer if answer is not None else await handler(request)

    app.middlewares.insert(0, middleware)
    return app
