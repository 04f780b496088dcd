"""A response whose headers came, into its bytes as somebody asks for them: none is read before, none is kept.

Whoever reads slowly slows the partner, because nothing is read ahead: the partner's clocks run only while
it is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

from broker.adapters.transport.body import Inflate, inflate_of, refuse_ratio
from broker.adapters.transport.calls import Call, Calls
from broker.adapters.transport.failures import CALL_ERRORS, failure_of
from broker.adapters.transport.watch import RATE_FROM_S, Failure, Watch
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault

_SERVER_ERRORS_FROM = 500
_TOO_MANY = 429
_AROUND_A_DOCUMENT_BYTES = 64 * 1024

Begin = Callable[[Watch], Awaitable[aiohttp.ClientResponse | Failure]]


def is_sick(status: int) -> bool:
    """The partner cannot, for anybody."""
    return status >= _SERVER_ERRORS_FROM or status == _TOO_MANY


def _tells_of_sickness(response: aiohttp.ClientResponse) -> bool:
    return is_sick(response.status)


class Streams:
    """The streams that one partner has open: so many at once, each in a place among its calls."""

    def __init__(self, calls: Calls, limits: PartnerLimits) -> None:
        """`calls` are the partner's; a stream is one of them until it is closed."""
        self._calls, self._limits = calls, limits
        self._open = 0

    async def open(self, begin: Begin, deadline_at_s: float) -> HttpStream:
        """Headers by the deadline. Raises TransportFault; `throttled` when enough are open already."""
        if self._open >= self._limits.documents_at_once_max:
            raise TransportFault(OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        self._open += 1
        try:
            call = Call(begin, _tells_of_sickness, keeps_place=True)
            response = await self._calls.make(call, deadline_at_s)
        except BaseException:
            self._open -= 1
            raise
        return HttpStream(response, self._limits, self._closed)

    def _closed(self) -> None:
        self._open -= 1
        self._calls.give_back()


class HttpStream:
    """Implements ports.transport.Streamed."""

    def __init__(
        self, response: aiohttp.ClientResponse, limits: PartnerLimits, closed: Callable[[], None]
    ) -> None:
        """`closed` is called once, when it is over."""
        self._response, self._limits = response, limits
        self._closed: Callable[[], None] | None = closed
        self._begun = False
        self._inflate: Inflate | None = None
        self._waited_s = 0.0
        self._wire_bytes = self._decoded_bytes = 0
        # As base64 in lines, a document is less than half as large again.
        self._bytes_max = limits.document_bytes_max * 3 // 2 + _AROUND_A_DOCUMENT_BYTES

    @property
    def status(self) -> int:
        """Any status but one that leads elsewhere."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """By names in lower case."""
        return {name.lower(): value for name, value in self._response.headers.items()}

    async def piece(self) -> bytes:
        """The next decoded bytes; empty when the answer is whole. Raises TransportFault."""
        if not self._begun:
            self._begun = True
            self._inflate = inflate_of(self._response.headers.get("Content-Encoding"))
        while True:
            if self._inflate is not None and (decoded := self._inflate.step()):
                return self._counted(decoded)
            wire = await self._read()
            if not wire:
                if self._inflate is not None:
                    self._inflate.check_ended()
                return b""
            if self._inflate is None:
                return self._counted(wire)
            self._inflate.feed(wire)

    def close(self) -> None:
        """End it. What was not read to its end closes its connection, which is never used again."""
        closed, self._closed = self._closed, None
        if closed is not None:
            self._response.close()
            closed()

    async def _read(self) -> bytes:
        """What is there, or what comes before the partner is idle or too slow; empty at the end."""
        stream = self._response.content
        loop = asyncio.get_running_loop()
        failure = Failure(OutcomeLabel.TIMED_OUT, Cause.SLOW)
        began_s = loop.time()
        try:
            async with asyncio.timeout(self._patience_s()):
                wire = await stream.readany()
                while not wire and not stream.at_eof():
                    wire = await stream.readany()
        except TimeoutError:
            wire = None
        except CALL_ERRORS as error:
            failure, wire = failure_of(error, headers_came=True), None
        self._waited_s += loop.time() - began_s
        if wire is None:
            raise TransportFault(failure.label, failure.cause)
        self._wire_bytes += len(wire)
        if self._wire_bytes > self._bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)
        return wire

    def _patience_s(self) -> float:
        owed_s = self._wire_bytes / self._limits.rate_bytes_per_s_min
        return min(self._limits.idle_s, max(RATE_FROM_S, owed_s) - self._waited_s)

    def _counted(self, piece: bytes) -> bytes:
        self._decoded_bytes += len(piece)
        if self._decoded_bytes > self._bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)
        refuse_ratio(self._decoded_bytes, self._wire_bytes, self._limits.ratio_max)
        return piece
