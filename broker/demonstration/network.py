"""The whole demonstration, running: simulators, an issuer, a configuration, objections and the broker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.adapters.plugins import load_plugins
from broker.demonstration.configuration import DISTRIBUTION, write_configuration
from broker.demonstration.objecting import record_objections
from broker.demonstration.partners import PARTNERS
from broker.demonstration.people import stories
from broker.demonstration.simulators import running_simulators
from broker.demonstration.world import index_plan, partner_plan
from broker.http.running import running
from broker.http.server import Door
from broker.settings import load_settings

# The policies that governance keeps are the demonstration's too; they stand beside the package.
POLICIES = Path(__file__).resolve().parents[2] / "policies"


@dataclass(frozen=True, slots=True)
class Network:
    """A running demonstration. `folder` holds its configuration and store, and goes with it."""

    door: Door
    issuer: DevelopmentIssuer
    folder: Path

    @property
    def fhir_url(self) -> str:
        """The FHIR base, ending in `/fhir`."""
        return self.door.url

    @property
    def config_dir(self) -> Path:
        """The settings that the broker runs on, for the other commands' `--config`."""
        return self.folder / "config"


@asynccontextmanager
async def demonstration_network(*, port: int = 0, policies: Path = POLICIES) -> AsyncIterator[Network]:
    """Start everything on loopback; `port` 0 takes a free one. Nothing of it is left afterwards.

    Raises FileFault for policies at fault, OSError for a port that is taken.
    """
    folder = Path(tempfile.mkdtemp(prefix="watersmeet-run-"))
    try:
        plans = [index_plan(stories()), *(partner_plan(partner, stories()) for partner in PARTNERS)]
        async with running_simulators(plans, load_plugins([DISTRIBUTION])) as endpoints:
            issuer = await DevelopmentIssuer.start()
            try:
                config = write_configuration(
                    folder, endpoints=endpoints, issuer=issuer.issuer, policies=policies, port=port
                )
                settings = load_settings(config)
                await record_objections(settings, stories())
                async with running(settings) as door:
                    yield Network(door, issuer, folder)
            finally:
                await issuer.aclose()
    finally:
        shutil.rmtree(folder)
