"""What operations may set about the door itself: where it stands, whom it serves, how long it waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.domain.limits import BrokerLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """`base_url` is the FHIR base as clients reach it, ending in `/fhir`; empty is the bound address.

    `hosts` are the Host values that the door answers to; empty is every one. Neither a Host header nor
    `X-Forwarded-*` ever changes a link. From `limits` the door takes `requests_at_once_max`,
    `request_bytes_max` and `headers_s` (for a request's head, and again for its body).
    """

    base_url: str = ""
    hosts: frozenset[str] = frozenset()
    limits: BrokerLimits = field(default_factory=BrokerLimits)
    idle_s: float = 75.0
    write_s: float = 30.0
    drain_s: float = 10.0
    connection_s_max: float = 600.0
    connections_max: int = 2_000
    requests_per_connection_max: int = 1_000
    headers_max: int = 128
    header_bytes_max: int = 8_190
    readiness_s: float = 2.0
    readiness_reuse_s: float = 0.5
