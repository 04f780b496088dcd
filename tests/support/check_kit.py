"""A kit over one simulator or partner, with a list of invented people, for tests of what it finds."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from broker.adapters.clock import SystemClock
from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.adapters.plugins import load_plugins
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.roads import open_road
from broker.conformance.kit import Checker, Kit, Report
from broker.conformance.people import Standing, TestPeople, TestPerson
from broker.domain.category import Category
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.registration import PartnerRegistration
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, OLD
from tests.support.transports import registration

CHECKER = Checker(name="Ada Fenn", role="integration lead")
SUPPLIES = frozenset({Category.ALLERGIES, Category.RESULTS})


def invented(number: NhsNumber, standing: Standing, **more: Any) -> TestPerson:
    """One person of a list; everybody was born on one day and is called Patel."""
    identity = PatientIdentity(
        number=number, numbers=frozenset({number}), birth_date="1951-04-09", family="Patel"
    )
    return TestPerson(identity=identity, standing=standing, **more)


def people(holds: Mapping[Category, int] | None = None, *, sensitive: bool = False) -> TestPeople:
    """Asha is known, Ben is known and has nothing, and OLD is nobody's."""
    asha = invented(ASHA, Standing.KNOWN, holds=holds or {}, sensitive=sensitive)
    others = (invented(BEN, Standing.EMPTY), invented(OLD, Standing.UNKNOWN))
    return TestPeople(asked_from="RX901", people=(asha, *others))


def ring_in(folder: Path, secret: str = "") -> KeyRing:
    """A fresh ring, with a partner's secret of this name where one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    path = make_development_keys(folder)
    if secret:
        entry = f"  - id: {secret}\n    purpose: partner\n    state: active\n    file: {secret}.secret\n"
        path.write_text(path.read_text() + entry)
    return read_key_ring(path, environment="demonstration")


@asynccontextmanager
async def kit(
    folder: Path, one: PartnerRegistration, deadline_s: float = 3.0, secret: str = ""
) -> AsyncIterator[Kit]:
    """A kit for this registration, with a store and a ring of its own."""
    ring, clock = ring_in(folder, secret), SystemClock()
    plugins = load_plugins(["watersmeet"])
    store = SqliteReleaseStore.open(folder / "store.sqlite", ring, clock, chain="conformance")
    try:
        yield Kit(
            registration=one,
            open_road=lambda given: open_road(
                given, plugins, ring, clock, folder=folder, environment="demonstration"
            ),
            store=store,
            clock=clock,
            checker=CHECKER,
            deadline_s=deadline_s,
        )
    finally:
        await store.aclose()


def registered(
    endpoint: str, connector: str, supplies: frozenset[Category] = SUPPLIES, **changes: Any
) -> PartnerRegistration:
    """A partner in testing."""
    return replace(registration(endpoint), connector=connector, supplies=supplies, **changes)


async def checked(
    folder: Path,
    app: web.Application,
    listed: TestPeople | None = None,
    *,
    connector: str = "fhir_r4",
    deadline_s: float = 3.0,
    tls: ssl.SSLContext | None = None,
    secret: str = "",
    **changes: Any,
) -> Report:
    """What the kit says of a partner that this application plays."""
    async with served(app, tls=tls) as origin:
        one = registered(origin, connector, **changes)
        async with kit(folder, one, deadline_s, secret) as made:
            return await made.check(listed or people())


def names(report: Report) -> Sequence[str]:
    """The names of what was found."""
    return [finding.name for finding in report.findings]
