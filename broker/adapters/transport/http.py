"""One read to one registered partner over HTTP: pinned, limited, timed, whole or a fault."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from broker.adapters.transport.address import Address
from broker.adapters.transport.body import ACCEPT_ENCODING, read_body
from broker.adapters.transport.breaker import BreakerState
from broker.adapters.transport.calls import Call, Calls
from broker.adapters.transport.failures import CALL_ERRORS, failure_of
from broker.adapters.transport.pinned_numbers import check_numbers
from broker.adapters.transport.retries import retry_after_s
from broker.adapters.transport.session import open_session
from broker.adapters.transport.stream import HttpStream, Streams, is_sick
from broker.adapters.transport.watch import CURRENT_WATCH, Failure, Watch
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import PartnerRegistration
from broker.ports.clock import Clock
from broker.ports.connector import HttpRequest, HttpResponse, Manifest, Request, TransportFault
from broker.ports.transport import CallPermit

if TYPE_CHECKING:
    from aiohttp.client import _RequestContextManager

_THROTTLING = frozenset({429, 503})
_REDIRECTS = range(300, 400)
_SWITCHING_PROTOCOLS = 101
# These are the transport's own to write: a connector that sets one could reach elsewhere or as another.
_OWN_HEADERS = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "keep-alive",
        "cookie",
        "authorization",
        "proxy-authorization",
        "proxy-connection",
        "accept-encoding",
        "forwarded",
        "user-agent",
    }
)
_AUTHORIZATION = frozenset({"authorization"})
_ALWAYS_SENT = {"Accept-Encoding": ACCEPT_ENCODING, "User-Agent": "watersmeet"}


@dataclass(slots=True)
class _Read:
    """A request that was found allowed, ready to send."""

    method: str
    url: URL
    headers: dict[str, str]
    body: bytes | None


class HttpTransport:
    """Implements ports.transport.PartnerTransport for one registration. Needs no running loop until
    the first send; `aclose` closes every connection.
    """

    def __init__(
        self,
        registration: PartnerRegistration,
        manifest: Manifest,
        *,
        clock: Clock,
        authorization: Callable[[], str] | None = None,
        randomness: random.Random | None = None,
    ) -> None:
        """`authorization` gives the whole value of the header that carries the partner's secret
        (`Authorization`, or as registered) and is asked for each call, so that a rotated key is used at
        once; it raises TransportFault where there is none now. Raises ValueError for an endpoint that is
        not safe to call.
        """
        self._registration = registration
        self._limits = registration.limits
        self._address = Address(registration.endpoint, manifest.reads)
        self._clock = clock
        self._authorization = authorization
        self._token_header = registration.credentials.token_header or "Authorization"
        self._own_headers = _own_headers(manifest, self._token_header if authorization else "")
        self._calls = Calls(registration.partner_id, registration.limits, randomness)
        self._streams = Streams(self._calls, registration.limits)
        self._session: aiohttp.ClientSession | None = None

    @property
    def breaker_state(self) -> BreakerState:
        """For health pages: closed, open or half-open."""
        return self._calls.breaker.state

    async def send(self, request: Request, permit: CallPermit, /) -> HttpResponse:
        """One call, at most one retry before response headers. Raises TransportFault otherwise."""
        read = self._prepare(request, permit)
        call = Call(partial(self._exchange, read), _is_sick, self._again_after_s)
        return await self._calls.make(call, permit.deadline_at_s)

    async def stream(self, request: Request, permit: CallPermit, /) -> HttpStream:
        """As `send`, up to the headers; the body is read as it is asked for. Raises TransportFault."""
        read = self._prepare(request, permit)
        return await self._streams.open(partial(self._begin, read), permit.deadline_at_s)

    async def aclose(self) -> None:
        """Close every connection. A later send opens the session anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _prepare(self, request: Request, permit: CallPermit) -> _Read:
        ours = permit.partner_id == self._registration.partner_id and not request.service
        if not ours or not isinstance(request, HttpRequest):
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        check_numbers(request, permit.numbers)
        if not self._own_headers.isdisjoint(map(str.lower, request.headers)):
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        headers = {**_ALWAYS_SENT, **request.headers}
        body = request.body
        if request.form:
            body = urlencode(request.form).encode("ascii")
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self._authorization is not None:
            headers[self._token_header] = self._authorization()
        return _Read(request.method, self._address.url_of(request), headers, body)

    def _requested(self, read: _Read, watch: Watch) -> _RequestContextManager:
        session = self._session
        if session is None:
            session = self._session = open_session(self._registration, self._address)
        watch.connecting()
        CURRENT_WATCH.set(watch)
        return session.request(
            read.method, read.url, headers=read.headers, data=read.body, allow_redirects=False
        )

    async def _begin(self, read: _Read, watch: Watch) -> aiohttp.ClientResponse | Failure:
        """An answer whose headers came; its body is left on the wire."""
        try:
            response = await self._requested(read, watch)
        except CALL_ERRORS as error:
            return failure_of(error, headers_came=False)
        try:
            _refuse_elsewhere(response.status)
        except TransportFault as fault:
            response.close()
            return Failure(fault.label, fault.cause)
        return response

    async def _exchange(self, read: _Read, watch: Watch) -> HttpResponse | Failure:
        headers_came = False
        try:
            async with self._requested(read, watch) as response:
                headers_came = True
                try:
                    return await self._whole(response, watch)
                except BaseException:
                    response.close()  # never back to the pool
                    raise
        except TransportFault as fault:
            return Failure(fault.label, fault.cause, counts=fault.label is not OutcomeLabel.TOO_LARGE)
        except CALL_ERRORS as error:
            return failure_of(error, headers_came=headers_came)

    async def _whole(self, response: aiohttp.ClientResponse, watch: Watch) -> HttpResponse:
        _refuse_elsewhere(response.status)
        body = await read_body(response, self._limits, watch)
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(status=response.status, headers=lowered, body=body)

    def _again_after_s(self, response: HttpResponse) -> float | None:
        """What a partner that is too busy asks for."""
        if response.status not in _THROTTLING:
            return None
        return retry_after_s(response.headers.get("retry-after"), self._clock.now())


def _refuse_elsewhere(status: int) -> None:
    """Raises TransportFault for an answer that leads away."""
    if status in _REDIRECTS:
        raise TransportFault(OutcomeLabel.INVALID, Cause.REDIRECT)
    if status == _SWITCHING_PROTOCOLS:
        raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)


def _is_sick(response: HttpResponse) -> bool:
    return is_sick(response.status)


def _own_headers(manifest: Manifest, secret_in: str) -> frozenset[str]:
    """A connector may write Authorization itself where its manifest says so and no secret stands there."""
    own = _OWN_HEADERS | {secret_in.lower()}
    leaves = manifest.writes_authorization and secret_in.lower() not in _AUTHORIZATION
    return own - _AUTHORIZATION if leaves else own
