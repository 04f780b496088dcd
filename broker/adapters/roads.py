"""A registration and the connector that it names into the road to that partner."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broker.adapters.credentials import authorization_of
from broker.adapters.keys import KeyRing
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.mllp import MllpTransport
from broker.adapters.transport.services import Services
from broker.domain.registration import PartnerRegistration
from broker.pipeline.fanout import Road
from broker.ports.clock import Clock
from broker.ports.connector import Manifest, Plugin
from broker.ports.transport import PartnerTransport, StreamingTransport

_PRODUCTION = "production"
_MLLP = frozenset({"mllp", "mllps"})


class UnfitRegistration(Exception):
    """A registration and the connector that it names do not go together. Says which, why and what to do."""

    def __init__(self, registration: PartnerRegistration, problem: str) -> None:
        """`problem` is whole sentences, with the remedy."""
        super().__init__(
            f"partner `{registration.partner_id}` names connector `{registration.connector}`: {problem}"
        )


def plugin_for(registration: PartnerRegistration, plugins: Mapping[str, Plugin], *, role: str) -> Plugin:
    """The connector that a registration names, in the role that it needs. Raises UnfitRegistration."""
    fitting = {name: plugin for name, plugin in plugins.items() if plugin.manifest.role == role}
    if registration.connector not in fitting:
        known = ", ".join(sorted(fitting))
        raise UnfitRegistration(
            registration, f"it is not loaded. Loaded: {known}. See `connector_distributions` in trust.yaml."
        )
    return fitting[registration.connector]


def connector_for(
    registration: PartnerRegistration, plugin: Plugin, *, folder: Path, environment: str
) -> Any:
    """The connector bound to the registration's settings; `folder` is where its file stands.

    Raises UnfitRegistration: a rehearsal in production, or a setting at fault.
    """
    if plugin.manifest.rehearsal and environment == _PRODUCTION:
        raise UnfitRegistration(
            registration, "it is for rehearsal and never runs in production. Register the partner itself."
        )
    settings = dict(registration.settings)
    for name in plugin.manifest.files & settings.keys():
        settings[name] = str((folder / str(settings[name])).resolve())
    try:
        return plugin.create(settings)
    except ValueError as fault:
        raise UnfitRegistration(registration, f"its settings are at fault. {fault}") from None


def reads_of(connector: Any, manifest: Manifest) -> Manifest:
    """The manifest with the reads that a registration's own settings list."""
    if not manifest.reads_from_settings:
        return manifest
    return dataclasses.replace(manifest, reads=tuple(connector.reads))


def check_services(registration: PartnerRegistration, manifest: Manifest) -> None:
    """Raises UnfitRegistration for a further endpoint that the connector knows nothing of."""
    surplus = registration.services.keys() - manifest.services.keys()
    if surplus:
        known = ", ".join(f"`{name}`" for name in sorted(manifest.services)) or "none"
        raise UnfitRegistration(
            registration, f"it has no service `{min(surplus)}`. It knows: {known}. Mend `services`."
        )


def transport_for(
    registration: PartnerRegistration, manifest: Manifest, ring: KeyRing, clock: Clock
) -> PartnerTransport:
    """What carries to the endpoint and to every further service. Raises UnfitRegistration."""
    check_services(registration, manifest)
    own = _one_transport(registration, manifest, ring, clock)
    if not manifest.services:
        return own
    services = {
        name: _one_transport(
            dataclasses.replace(registration, endpoint=service.endpoint, credentials=service.credentials),
            dataclasses.replace(manifest, reads=manifest.services[name]),
            ring,
            clock,
        )
        for name, service in registration.services.items()
    }
    return Services({"": own, **services})


def _one_transport(
    registration: PartnerRegistration, manifest: Manifest, ring: KeyRing, clock: Clock
) -> PartnerTransport:
    spoken = MllpTransport if urlsplit(registration.endpoint).scheme in _MLLP else HttpTransport
    authorization = authorization_of(registration, ring)
    try:
        return spoken(registration, manifest, clock=clock, authorization=authorization)
    except ValueError as fault:
        raise UnfitRegistration(registration, f"its endpoint is at fault. {fault}") from None


def open_road(
    registration: PartnerRegistration,
    plugins: Mapping[str, Plugin],
    ring: KeyRing,
    clock: Clock,
    *,
    folder: Path,
    environment: str,
) -> Road:
    """The road to one partner of records. Raises UnfitRegistration."""
    plugin = plugin_for(registration, plugins, role="records")
    connector = connector_for(registration, plugin, folder=folder, environment=environment)
    manifest = reads_of(connector, plugin.manifest)
    transport = transport_for(registration, manifest, ring, clock)
    if manifest.documents:
        _refuse_unless_it_opens(registration, connector, transport)
    return Road(
        connector=connector,
        transport=transport,
        proof=manifest.proof,
        locates=manifest.locates,
        documents=manifest.documents,
        versions=manifest.versions,
        direct_care_only=manifest.direct_care_only,
    )


def _refuse_unless_it_opens(
    registration: PartnerRegistration, connector: Any, transport: PartnerTransport
) -> None:
    """A reader is shown an address for every document: it must be one that can be opened."""
    if not callable(getattr(connector, "open_document", None)):
        raise UnfitRegistration(
            registration, "its manifest says `documents` and it opens none. Write `open_document`."
        )
    if not isinstance(transport, StreamingTransport):
        raise UnfitRegistration(
            registration, "its manifest says `documents`, which come over HTTP alone. Mend `endpoint`."
        )
