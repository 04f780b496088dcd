"""HL7 v2 over MLLP for tests: a query, an answer, and partners that play every fault on a raw socket."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from broker.adapters.clock import SystemClock
from broker.adapters.transport.mllp import MllpTransport
from broker.domain.limits import PartnerLimits
from broker.domain.registration import Credentials
from broker.ports.connector import Manifest, MllpRequest
from tests.support.fault_partner import FaultPartner, Line, Script
from tests.support.transports import MANIFEST, registration

MLLP_MANIFEST = replace(MANIFEST, reads=(("QUERY", "QBP^Q11"),))
HEADER = "MSH|^~\\&|WATERSMEET|ICB|PAS|TRUST|20260301120000+0000||QBP^Q11^QBP_Q11|c1|P|2.5.1"


def message_of(*segments: str) -> bytes:
    """Segments as the bytes of a message."""
    return "".join(f"{segment}\r" for segment in segments).encode()


def query(*segments: str, header: str = HEADER) -> MllpRequest:
    """A query for Asha, unless its parts are given."""
    parts = segments or ("QPD|Z99^Record^L|t1|9990000018^^^NHS^NH", "RCP|I|10^RD")
    return MllpRequest(message=message_of(header, *parts))


QUERY = query()
ANSWER = message_of("MSH|^~\\&|PAS|TRUST|||20260301120000||RSP^K11^RSP_K11|9|P|2.5.1", "MSA|AA|c1")


def in_frame(message: bytes) -> bytes:
    """A message as it stands on the wire."""
    return b"\x0b" + message + b"\x1c\r"


async def heard(line: Line) -> bytes:
    """The next whole query, without its frame; empty when the caller has gone."""
    whole = await line.reader.readuntil(b"\x1c\r")
    line.requests += 1
    line.partner.requests.append(whole)
    line.partner.asked.set()
    return whole[1:-2]


def answers(*wholes: bytes) -> Script:
    """Each query, on whichever connection, gets the next of these bytes; the last repeats."""
    left = list(wholes)

    async def play(line: Line) -> None:
        while await heard(line):
            await line.write(left.pop(0) if len(left) > 1 else left[0])

    return play


def mllp_endpoint(partner: FaultPartner) -> str:
    """The address to register."""
    return f"{'mllps' if partner.tls else 'mllp'}://127.0.0.1:{partner.port}"


def mllp_transport(
    endpoint: str, credentials: Credentials | None = None, manifest: Manifest = MLLP_MANIFEST, **limits: Any
) -> MllpTransport:
    """A transport with `limits` changed, and no rate in the way unless one is given."""
    given = PartnerLimits(**{"calls_per_s_max": 10_000, **limits})
    return MllpTransport(
        registration(endpoint, given, credentials),
        manifest,
        clock=SystemClock(),
        randomness=random.Random(7),  # noqa: S311 - jitter, not a secret
    )
