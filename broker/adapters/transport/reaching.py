"""One registration to whether its endpoint is there: a connection made and closed, nobody asked for."""

from __future__ import annotations

import asyncio
import enum
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from broker.adapters.transport.secure import guarded_socket, tls_context
from broker.domain.loopback import is_loopback
from broker.domain.registration import PartnerRegistration

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
    """How one endpoint was reached, and how long the connection took, TLS included."""

    reach: Reach
    elapsed_ms: int


async def reach(registration: PartnerRegistration) -> Reached:
    """Connect as a call would, with the registration's own credentials and time, and hang up."""
    started_s = time.monotonic()
    found = await _reach(registration)
    return Reached(found, round((time.monotonic() - started_s) * 1000))


async def _reach(registration: PartnerRegistration) -> Reach:
    parts = urlsplit(registration.endpoint)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        context = tls_context(registration.credentials) if parts.scheme in _ENCRYPTED else None
    except ValueError:
        return Reach.CREDENTIALS
    try:
        async with asyncio.timeout(registration.limits.connect_s):
            await _connect(host, port, context)
    except TimeoutError:
        return Reach.TIMED_OUT
    except ssl.SSLError:
        return Reach.TLS
    except (UnicodeError, OSError) as error:
        return Reach.REFUSED if isinstance(error, ConnectionError) else Reach.NO_ADDRESS
    return Reach.REACHED


async def _connect(host: str, port: int, context: ssl.SSLContext | None) -> None:
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
    writer.close()
    try:
        await writer.wait_closed()
    except (ssl.SSLError, ConnectionError):
        return  # the other side hung up first: it was there, and that was the question
