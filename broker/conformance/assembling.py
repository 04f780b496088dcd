"""Settings into a kit: the same roads and the same store that the broker would have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broker.adapters.clock import SystemClock
from broker.adapters.credentials import check_credentials
from broker.adapters.keys import read_key_ring
from broker.adapters.plugins import load_plugins
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.roads import open_road
from broker.adapters.tokens.trust_file import read_trust
from broker.conformance.kit import Checker, Kit
from broker.domain.registration import PartnerRegistration
from broker.pipeline.fanout import Road
from broker.settings import Settings

_CHAIN = "conformance"


@asynccontextmanager
async def kit_for(
    settings: Settings, registration: PartnerRegistration, checker: Checker
) -> AsyncIterator[Kit]:
    """Raises FileFault, PluginFault, UnfitRegistration or ServiceDown before anybody is asked."""
    clock = SystemClock()
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    folder = settings.config_dir / "partners"
    check_credentials(registration, ring, folder / f"{registration.partner_id}.yaml")
    trust = read_trust(settings.trust_path, environment=settings.environment)
    plugins = load_plugins(trust.connector_distributions)

    def road(one: PartnerRegistration) -> Road:
        return open_road(one, plugins, ring, clock, folder=folder, environment=settings.environment)

    store = SqliteReleaseStore.open(settings.store_path, ring, clock, chain=_CHAIN)
    try:
        yield Kit(
            registration=registration,
            open_road=road,
            store=store,
            clock=clock,
            checker=checker,
            deadline_s=settings.limits.deadline_s - settings.limits.reserve_s,
        )
    finally:
        await store.aclose()
