"""One endpoint to whether it is there: a connection made and closed, nobody asked for."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from broker.adapters.transport.secure import guarded_socket, tls_context
from broker.domain.loopback import is_loopback
from broker.domain.registration import Credentials

_PORTS = {"http": 80, "https": 443, "mllp": 2575, "mllps": 2575}
_ENCRYPTED = frozenset({"https", "mllps"})


class Reach(enum.StrEnum):
    """What a connection showed."""

    REACHED = "reached"
    NO_ADDRESS = "no-address"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    TLS = "tls"
    CREDENTIALS = "credentials"


@dataclass(frozen=True, slots=True)
class Reached:
    """How one endpoint was reached, and how long the connection took, TLS included.

    `certificate_ends` (aware, UTC) is the server's own; None without TLS.
    """

    reach: Reach
    elapsed_ms: int
    certificate_ends: dt.datetime | None = None


async def reach(endpoint: str, credentials: Credentials, connect_s: float) -> Reached:
    """Connect as a call would, with these credentials and so much time, and hang up."""
    started_s = time.monotonic()
    found, ends = await _reach(endpoint, credentials, connect_s)
    return Reached(found, round((time.monotonic() - started_s) * 1000), ends)


async def _reach(
    endpoint: str, credentials: Credentials, connect_s: float
) -> tuple[Reach, dt.datetime | None]:
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        context = tls_context(credentials) if parts.scheme in _ENCRYPTED else None
    except ValueError:
        return Reach.CREDENTIALS, None
    try:
        async with asyncio.timeout(connect_s):
            return Reach.REACHED, await _connect(host, port, context)
    except TimeoutError:
        return Reach.TIMED_OUT, None
    except ssl.SSLError:
        return Reach.TLS, None
    except (UnicodeError, OSError) as error:
        return (Reach.REFUSED if isinstance(error, ConnectionError) else Reach.NO_ADDRESS), None


async def _connect(host: str, port: int, context: ssl.SSLContext | None) -> dt.datetime | None:
    """When the server's certificate ends."""
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=1)
    connection = guarded_socket(is_loopback(host))(addresses[0])
    try:
        await loop.sock_connect(connection, addresses[0][4])
        reader, writer = await asyncio.open_connection(
            sock=connection, ssl=context, server_hostname=host if context else None
        )
    except BaseException:
        connection.close()
        raise
    del reader
    ends = _ends(writer.get_extra_info("peercert"))
    writer.close()
    try:
        await writer.wait_closed()
    except (ssl.SSLError, ConnectionError):
        return ends  # the other side hung up first: it was there, and that was the question
    return ends


def _ends(certificate: Mapping[str, Any] | None) -> dt.datetime | None:
    if not certificate:
        return None
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), dt.UTC)
