"""Registrations, manifests and permits for tests that send over a real socket."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.limits import PartnerLimits
from broker.domain.registration import Credentials, Organisation, PartnerRegistration, PartnerStatus
from broker.ports.connector import HttpRequest, Manifest
from broker.ports.transport import CallPermit
from tests.support.patients import ASHA

READ = HttpRequest(method="GET", path="Patient/a1")

MANIFEST = Manifest(
    name="test",
    api=1,
    role="records",
    proof="demographics",
    reads=(
        ("GET", "{type}"),
        ("GET", "{type}/{id}"),
        ("POST", "{type}/_search"),
        ("GET", "{base}"),
    ),
    filters_categories=True,
    settings={},
    summary="Reads for tests.",
)


def registration(
    endpoint: str, limits: PartnerLimits | None = None, credentials: Credentials | None = None
) -> PartnerRegistration:
    """A live partner at `endpoint`."""
    return PartnerRegistration(
        partner_id="trust",
        organisation=Organisation(name="A trust", ods_codes=frozenset({"RZZ01"}), kind="acute"),
        connector="test",
        endpoint=endpoint,
        supplies=frozenset({Category.RESULTS}),
        status=PartnerStatus.LIVE,
        contact=("Switchboard",),
        limits=limits or PartnerLimits(calls_per_s_max=10_000),
        credentials=credentials or Credentials(),
    )


def transport(endpoint: str, credentials: Credentials | None = None, **limits: Any) -> HttpTransport:
    """A transport with `limits` changed, and no rate in the way unless one is given."""
    return HttpTransport(
        registration(endpoint, PartnerLimits(**{"calls_per_s_max": 10_000, **limits}), credentials),
        MANIFEST,
        clock=SystemClock(),
        randomness=random.Random(7),  # noqa: S311 - jitter, not a secret
    )


def permit(*numbers: NhsNumber, within_s: float = 8.0) -> CallPermit:
    """A permit for `numbers`, Asha's alone unless said otherwise, that ends `within_s` from now."""
    return CallPermit(
        partner_id="trust",
        numbers=frozenset(numbers or (ASHA,)),
        intent_sequence=1,
        correlation_id="c-1",
        deadline_at_s=asyncio.get_running_loop().time() + within_s,
    )
