"""A whole broker over partners that a test invents, on real sockets: index, issuer, store and door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.development_issuer import DevelopmentIssuer
from broker.adapters.keys import make_development_keys, read_key_ring
from broker.adapters.plugins import load_plugins
from broker.adapters.release_store import SqliteReleaseStore
from broker.demonstration.configuration import DISTRIBUTION, trust_file
from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake
from broker.http.running import running
from broker.http.server import Door
from broker.objections import Register
from broker.settings import Settings, load_settings
from tests.support.plain_policies import write_policies
from tests.support.stores import TWO_IDENTIFIERS

TAKER = Actor(role="objections team", name="Imaginary Rowan")
NHS = "https://fhir.nhs.uk/Id/nhs-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """One invented partner. `settings` and `limits` go into its registration as they are; `services` are
    the addresses of its further endpoints. `asked` is the agreement's word for when. Empty `supplies` is
    every category; without `organisations` it has one, with a code of its own.
    """

    endpoint: str
    connector: str = "fhir_r4"
    settings: Mapping[str, object] = field(default_factory=dict)
    limits: Mapping[str, object] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    status: str = "live"
    supplies: tuple[str, ...] = ()
    asked: str = "always"
    organisations: tuple[str, ...] = ()
    kind: str = "acute"
    switches: Mapping[str, object] = field(default_factory=dict)


def simulated(connector: str, people: Mapping[str, Any], **manners: object) -> web.Application:
    """A connector's own simulator."""
    app: web.Application = load_plugins([DISTRIBUTION])[connector].simulator(people, manners)
    return app


@dataclass(slots=True)
class Client:
    """A clinical system that asks the broker as a doctor at RX901."""

    door: Door
    issuer: DevelopmentIssuer
    settings: Settings
    session: aiohttp.ClientSession

    def token(self, **facts: Any) -> str:
        """A fresh token; `facts` change who asks and why."""
        given = {"role": "doctor", "organisation": "RX901", "relationship": "booking"}
        return self.issuer.token(**{**given, **facts})

    def headers(self, *, grant: str | None = None, **facts: Any) -> dict[str, str]:
        """The Authorization header of a fresh token, and the emergency access that is named."""
        named = {} if grant is None else {"Watersmeet-Grant": grant}
        return {"Authorization": f"Bearer {self.token(**facts)}", **named}

    async def find(self, number: str, **facts: Any) -> tuple[int, dict[str, Any]]:
        """`POST Patient/_search` by NHS number."""
        form = {"identifier": f"{NHS}|{number}"}
        url = f"{self.door.url}/Patient/_search"
        async with self.session.post(url, data=form, headers=self.headers(**facts)) as response:
            return response.status, json.loads(await response.read())

    async def get(self, path: str, **facts: Any) -> tuple[int, bytes]:
        """Any GET below the FHIR base."""
        url = path if path.startswith("http") else f"{self.door.url}/{path}"
        async with self.session.get(url, headers=self.headers(**facts)) as response:
            return response.status, await response.read()

    async def patient_id(self, number: str, **facts: Any) -> str:
        """The sealed id of one person."""
        status, found = await self.find(number, **facts)
        assert status == 200, found
        return next(str(one["id"]) for one in resources(found) if one["resourceType"] == "Patient")

    async def record(self, number: str, **facts: Any) -> tuple[int, dict[str, Any]]:
        """The whole record, through search and `$everything`."""
        patient_id = await self.patient_id(number, **facts)
        status, body = await self.get(f"Patient/{patient_id}/$everything", **facts)
        return status, json.loads(body)


@dataclass(slots=True)
class Held:
    """A partner's ear. Once armed, it holds the next call until it is let go, and says what became of it.

    `ports` are the callers' own, one for each connection.
    """

    began: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    armed: bool = False
    calls: int = 0
    ports: list[int] = field(default_factory=list)

    def arm(self) -> None:
        """Hold the next call."""
        self.armed = True

    def at(self, app: web.Application) -> web.Application:
        """Put the ear at an application."""

        @web.middleware
        async def hear(request: web.Request, handler: Any) -> web.StreamResponse:
            await self._heard(request)
            response: web.StreamResponse = await handler(request)
            return response

        app.middlewares.append(hear)
        return app

    async def _heard(self, request: web.Request) -> None:
        assert request.transport is not None
        self.calls += 1
        self.ports.append(request.transport.get_extra_info("peername")[1])
        if self.armed:
            self.armed = False
            await self._hold()

    async def _hold(self) -> None:
        self.began.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@asynccontextmanager
async def objections_desk(settings: Settings) -> AsyncIterator[Register]:
    """The register as another process has it: its own connection and chain on the broker's file."""
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    store = SqliteReleaseStore.open(settings.store_path, ring, SystemClock(), chain="desk")
    try:
        yield Register(store, SystemClock())
    finally:
        await store.aclose()


async def object_to(register: Register, *numbers: str, scope: Scope | None = None) -> str:
    """Record an objection by phone; returns its id when it is acknowledged."""
    intake = Intake(
        channel=Channel.PHONE,
        received_at=SystemClock().now(),
        identity_check=IdentityCheck.QUESTIONS,
        consequences_explained=True,
        identifiers=TWO_IDENTIFIERS,
    )
    found = frozenset(NhsNumber.parse(number) for number in numbers)
    event = await register.record(found, intake, by=TAKER, scope=scope)
    return event.objection.objection_id


def resources(bundle: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every resource of a Bundle."""
    return [entry["resource"] for entry in bundle.get("entry", [])]


def labels(bundle: Mapping[str, Any]) -> dict[str, str]:
    """Each partner's label as the completeness outcome says it."""
    [outcome] = [one for one in resources(bundle) if one["resourceType"] == "OperationOutcome"]
    found = {}
    for issue in outcome["issue"]:
        for extension in issue.get("extension", []):
            parts = {part["url"]: part for part in extension.get("extension", [])}
            if "partner" in parts:
                found[parts["partner"]["valueCode"]] = parts["label"]["valueCode"]
    return found


@asynccontextmanager
async def broker_over(
    folder: Path, partners: Mapping[str, Partner], index: str, *, limits: Mapping[str, object] | None = None
) -> AsyncIterator[Client]:
    """Write a configuration below `folder` and run the broker on it, with a client beside it."""
    async with AsyncExitStack() as stack:
        issuer = await DevelopmentIssuer.start()
        stack.push_async_callback(issuer.aclose)
        config = write_config(folder, partners, index, issuer, limits=limits or {})
        settings = load_settings(config)
        door = await stack.enter_async_context(running(settings))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Client(door, issuer, settings, session)


def write_config(
    folder: Path,
    partners: Mapping[str, Partner],
    index: str,
    issuer: DevelopmentIssuer,
    *,
    limits: Mapping[str, object],
) -> Path:
    """A complete `config` folder with fresh keys and policies of its own."""
    config = folder / "config"
    (config / "partners").mkdir(parents=True)
    ods = {
        partner_id: ", ".join(partner.organisations) or f"RX9{place:02d}"
        for place, (partner_id, partner) in enumerate(partners.items(), start=1)
    }
    asked = {partner_id: partner.asked for partner_id, partner in partners.items()}
    policies = write_policies(folder / "policies", ods, asked=asked)
    _write(config / "broker.yaml", _broker(folder, policies, limits))
    _write(config / "index.yaml", _index(index))
    (config / "trust.yaml").write_text(trust_file(issuer.issuer))
    for partner_id, partner in partners.items():
        _write(config / "partners" / f"{partner_id}.yaml", _partner(partner_id, ods[partner_id], partner))
    make_development_keys(config)
    return config


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, indent=1))  # JSON is YAML


def _broker(folder: Path, policies: Path, limits: Mapping[str, object]) -> dict[str, object]:
    return {
        "environment": "demonstration",
        "listen": {"host": "127.0.0.1", "port": 0},
        "store": str(folder / "releases.sqlite"),
        "policies": str(policies),
        "contact": ["The test"],
        **({"limits": dict(limits)} if limits else {}),
    }


def _partner(partner_id: str, ods: str, partner: Partner) -> dict[str, object]:
    categories = "demographics allergies medicines problems procedures results observations vaccinations"
    more = "contacts appointments referrals plans alerts documents social-care"
    return {
        "id": partner_id,
        "organisation": {"name": partner_id.title(), "ods_codes": ods.split(", "), "kind": partner.kind},
        "connector": partner.connector,
        "endpoint": partner.endpoint,
        "status": partner.status,
        "supplies": list(partner.supplies) or f"{categories} {more}".split(),
        "contact": ["The test"],
        "settings": dict(partner.settings),
        **({"limits": dict(partner.limits)} if partner.limits else {}),
        **({"services": _services(partner)} if partner.services else {}),
        **({"switches": dict(partner.switches)} if partner.switches else {}),
    }


def _services(partner: Partner) -> dict[str, object]:
    return {name: {"endpoint": endpoint} for name, endpoint in partner.services.items()}


def _index(endpoint: str) -> dict[str, object]:
    return {
        "id": "pds",
        "organisation": {"name": "Index", "ods_codes": ["X26"], "kind": "index"},
        "connector": "pds",
        "endpoint": endpoint,
        "status": "live",
        "contact": ["The test"],
        "limits": {"calls_per_s_max": 1000},
    }
