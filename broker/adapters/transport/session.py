"""One partner's own client session: its connections, its TLS, nothing shared and nothing remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from broker.adapters.transport.address import Address
from broker.adapters.transport.secure import guarded_socket, tls_context
from broker.adapters.transport.watch import CURRENT_WATCH
from broker.domain.loopback import is_loopback
from broker.domain.registration import PartnerRegistration

if TYPE_CHECKING:
    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_HEADER_LINE_BYTES_MAX = 8_190
_HEADERS_MAX = 64
_KEEP_ALIVE_S = 15.0


class PartnerConnector(aiohttp.TCPConnector):
    """A pool that gives out only connections on which nothing waits unread.

    aiohttp looks at a connection when it goes back to the pool, not when it comes out. Bytes that a
    partner sent after its answer would be the next person's answer: such a connection is closed here.
    """

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109 - aiohttp's own signature
        """As aiohttp's, and the call's timer moves on to the first byte."""
        connection = await super().connect(req, traces, timeout)
        while connection.protocol is None or connection.protocol.should_close:
            connection.close()
            connection = await super().connect(req, traces, timeout)
        CURRENT_WATCH.get().connected()
        return connection


def open_session(registration: PartnerRegistration, address: Address) -> aiohttp.ClientSession:
    """Must be called on the running loop. All time limits are the call's own timer's."""
    connector = PartnerConnector(
        limit=registration.limits.calls_at_once_max,
        ssl=tls_context(registration.credentials) if address.scheme == "https" else False,
        socket_factory=guarded_socket(is_loopback(address.host)),
        keepalive_timeout=_KEEP_ALIVE_S,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=False,
        max_line_size=_HEADER_LINE_BYTES_MAX,
        max_field_size=_HEADER_LINE_BYTES_MAX,
        max_headers=_HEADERS_MAX,
    )
    # aiohttp repeats some reads by itself; here a call is repeated once, within a budget, or not at all.
    session._retry_connection = False  # noqa: SLF001 - it has no public switch
    return session
