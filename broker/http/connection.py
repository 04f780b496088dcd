"""One client's connection: every wait has an end, and a broken request is neither echoed nor logged."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest

from broker.domain.errors import BrokerError
from broker.http.answers import REQUEST_ID, ReplyResponse, refusal_response, request_id
from broker.http.journal import note
from broker.http.refusals import HeadersTooLarge, Malformed, SlowBody, TooLarge
from broker.http.settings import DoorSettings

# aiohttp writes the malformed line and tracebacks to its logger: this one takes none of it.
_NOWHERE = logging.Logger("nowhere", logging.CRITICAL + 1)  # noqa: LOG001 - out of reach of any configuration
_LINGER_S = 1.0
_LAST_ANSWER_S = 60.0


class DoorConnection(RequestHandler):
    """aiohttp's protocol with the ends that it lacks.

    A head arrives within `headers_s` of the accept, or of its first byte on a used connection; a
    response is taken within `write_s`; a connection has its share of requests and of time, then closes.
    """

    __slots__ = ("_answered", "_head_timer", "_last_timer", "_made_at_s", "_settings", "_write_timer")

    def __init__(self, manager: web.Server, settings: DoorSettings, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            manager,
            loop=loop,
            keepalive_timeout=settings.idle_s,
            logger=_NOWHERE,
            access_log=None,  # type: ignore[arg-type] # aiohttp's own way to say: none
            max_line_size=settings.header_bytes_max,
            max_field_size=settings.header_bytes_max,
            max_headers=settings.headers_max,
            lingering_time=_LINGER_S,
            auto_decompress=False,
        )
        self._settings = settings
        self._answered = 0
        self._made_at_s = loop.time()
        self._head_timer: asyncio.TimerHandle | None = None
        self._last_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Over the limit the connection is dropped before anything is kept for it."""
        transport = cast("asyncio.Transport", transport)  # uvloop's is one without being a subclass
        assert self._manager is not None
        if len(self._manager.connections) >= self._settings.connections_max:
            transport.abort()
            return
        super().connection_made(transport)
        self._expect_head()
        last_s = self._settings.connection_s_max + _LAST_ANSWER_S
        self._last_timer = self._loop.call_later(last_s, transport.abort)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clocks."""
        self._head_arrived()
        for timer in (self._last_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A whole head stops the clock; the first bytes of the next one start it again."""
        heads_before = self._request_count
        super().data_received(data)
        if self._request_count != heads_before:
            self._head_arrived()
        elif self._head_timer is None and self._waiter is not None and not self._waiter.done():
            self._expect_head()

    def _expect_head(self) -> None:
        self._head_timer = self._loop.call_later(self._settings.limits.headers_s, self.force_close)

    def _head_arrived(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    async def finish_response(
        self, request: BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Write within `write_s`, else the connection is cut; a library's own error page never leaves."""
        if REQUEST_ID not in resp.headers:
            resp = _fixed(resp.status)
        self._answered += 1
        old = self._loop.time() - self._made_at_s >= self._settings.connection_s_max
        if old or self._close or self._answered >= self._settings.requests_per_connection_max:
            resp.force_close()
        self._expect_reader()
        broken = True
        try:
            resp, broken = await super().finish_response(request, resp, start_time)
        finally:
            if isinstance(resp, ReplyResponse):
                resp.ended("client-left" if broken else "sent", request.writer.output_size)
        return resp, broken

    def streams(self) -> None:
        """A response that is written piece by piece has a clock of its own for each."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _expect_reader(self) -> None:
        """The clock runs until the client has taken the last byte, not only until we have handed it over."""
        if self._write_timer is not None:
            self._write_timer.cancel()
        if self.transport is not None:
            self._write_timer = self._loop.call_later(
                self._settings.write_s, _cut_if_unread, self, self.transport
            )

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A fixed body for what aiohttp could not read or we could not handle. `message` quotes the
        request, so it goes nowhere.
        """
        del message
        note("request-malformed", error=type(exc).__name__, status=status)
        if request.writer.output_size > 0:
            raise ConnectionError("the response has begun: the connection is cut instead")
        return _fixed(431 if isinstance(exc, LineTooLong) else status)

    def log_exception(self, *_args: Any, **details: Any) -> None:
        """The class name alone: aiohttp would print the request and the traceback."""
        note("request-failed", error=type(details.get("exc_info")).__name__)


def _cut_if_unread(connection: DoorConnection, transport: asyncio.Transport) -> None:
    if connection.writing_paused or transport.get_write_buffer_size():
        transport.abort()


def _fixed(status: int) -> web.Response:
    """A refusal under a new request id: what was sent as one may be what could not be read."""
    kinds: dict[int, type[BrokerError]] = {
        400: Malformed,
        408: SlowBody,
        413: TooLarge,
        431: HeadersTooLarge,
    }
    response = refusal_response(kinds.get(status, BrokerError)(), request_id([]))
    response.force_close()
    return response
