"""One partner's further endpoints behind one transport: each call goes where its `service` says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Request, Response, TransportFault
from broker.ports.transport import CallPermit, PartnerTransport, Streamed, StreamingTransport


class Services:
    """Implements ports.transport.PartnerTransport over one transport for each endpoint; `""` is the
    partner's own. Each has its own reads, breaker and credentials.
    """

    def __init__(self, transports: Mapping[str, PartnerTransport]) -> None:
        """`transports` by the name of the service."""
        self._transports = transports

    async def send(self, request: Request, permit: CallPermit, /) -> Response:
        """Raises TransportFault (not-allowed-call) for a service that is not registered."""
        transport = self._transports.get(request.service)
        if transport is None:
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        return await transport.send(dataclasses.replace(request, service=""), permit)

    async def stream(self, request: Request, permit: CallPermit, /) -> Streamed:
        """Raises as `send`, also for a service on which nothing streams."""
        transport = self._transports.get(request.service)
        if not isinstance(transport, StreamingTransport):
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        return await transport.stream(dataclasses.replace(request, service=""), permit)

    async def aclose(self) -> None:
        """Close every connection of every service."""
        for transport in self._transports.values():
            await transport.aclose()
