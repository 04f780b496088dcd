"""Settings into how each registered partner stands: whether it could be used, and whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.adapters.plugins import load_plugins
from broker.adapters.roads import UnfitRegistration, check_services, connector_for, plugin_for
from broker.adapters.tokens.trust_file import read_trust
from broker.adapters.transport.reaching import Reach, Reached, reach
from broker.domain.registration import PartnerRegistration, PartnerStatus
from broker.ports.connector import Plugin
from broker.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One partner, or the index. `fault` is a sentence where a start would stop on it; `reached` is by the
    name of the service, empty for the endpoint itself, and empty as a whole where nobody tried.
    """

    registration: PartnerRegistration
    fault: str = ""
    reached: Mapping[str, Reached] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whatever is asked for real people could be used and is there; a draft may still be on the way."""
        if self.registration.status is PartnerStatus.DRAFT:
            return True
        live = self.registration.status is PartnerStatus.LIVE
        there = all(one.reach is Reach.REACHED for one in self.reached.values())
        return not self.fault and (there or not live)


async def states_of(settings: Settings, *, offline: bool) -> list[State]:
    """The index first, then every partner. Raises FileFault or PluginFault for what all of them need."""
    trust = read_trust(settings.trust_path, environment=settings.environment)
    plugins = load_plugins(trust.connector_distributions)
    everybody = [(settings.index, "index"), *((one, "records") for one in settings.partners)]
    nobody: list[Mapping[str, Reached]] = [{} for _ in everybody]
    reached = nobody if offline else await asyncio.gather(*(_reach(one) for one, _ in everybody))
    return [
        State(registration=one, fault=_fault(one, plugins, role, settings), reached=was)
        for (one, role), was in zip(everybody, reached, strict=True)
    ]


def _fault(one: PartnerRegistration, plugins: Mapping[str, Plugin], role: str, settings: Settings) -> str:
    folder = settings.config_dir / "partners" if role == "records" else settings.config_dir
    try:
        plugin = plugin_for(one, plugins, role=role)
        connector_for(one, plugin, folder=folder, environment=settings.environment)
        check_services(one, plugin.manifest)
    except UnfitRegistration as fault:
        return str(fault)
    return ""


async def _reach(one: PartnerRegistration) -> Mapping[str, Reached]:
    places = {"": (one.endpoint, one.credentials)}
    places |= {name: (service.endpoint, service.credentials) for name, service in one.services.items()}
    found = await asyncio.gather(*(reach(*place, one.limits.connect_s) for place in places.values()))
    return dict(zip(places, found, strict=True))
