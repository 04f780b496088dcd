"""One read to one registered partner over HTTP: pinned, limited, timed, whole or a fault."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
import structlog
from yarl import URL

from broker.adapters.transport.address import Address
from broker.adapters.transport.body import ACCEPT_ENCODING, read_body
from broker.adapters.transport.breaker import Breaker, BreakerState
from broker.adapters.transport.failures import CALL_ERRORS, failure_of
from broker.adapters.transport.limiter import CallLimiter, QueueFull
from broker.adapters.transport.pinned_numbers import check_numbers
from broker.adapters.transport.retries import JITTER_S, RetryBudget, retry_after_s
from broker.adapters.transport.session import open_session
from broker.adapters.transport.watch import CURRENT_WATCH, Failure, Watch
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import PartnerRegistration
from broker.ports.clock import Clock
from broker.ports.connector import HttpRequest, HttpResponse, Manifest, Request, TransportFault
from broker.ports.transport import CallPermit

_log = structlog.get_logger(__name__)

_THROTTLING = frozenset({429, 503})
_SERVER_ERRORS_FROM = 500
_TOO_MANY = 429
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
class _Call:
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
        self._random = randomness or random.SystemRandom()
        self._breaker = Breaker(self._limits, self._random.uniform)
        self._limiter = CallLimiter(self._limits)
        self._budget = RetryBudget(self._limits.retry_budget_share)
        self._session: aiohttp.ClientSession | None = None

    @property
    def breaker_state(self) -> BreakerState:
        """For health pages: closed, open or half-open."""
        return self._breaker.state

    async def send(self, request: Request, permit: CallPermit, /) -> HttpResponse:
        """One call, at most one retry before response headers. Raises TransportFault otherwise.

        The fault is raised outside every handler: it carries no context that would hold a URL.
        """
        call = self._prepare(request, permit)
        self._budget.called()
        for left in range(self._limits.retries_max, -1, -1):
            result = await self._attempt(call, permit.deadline_at_s)
            pause_s = self._pause_before_retry(result, permit.deadline_at_s) if left else None
            if pause_s is None:
                break
            await asyncio.sleep(pause_s)
        if isinstance(result, Failure):
            raise TransportFault(result.label, result.cause)
        return result

    async def aclose(self) -> None:
        """Close every connection. A later send opens the session anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _prepare(self, request: Request, permit: CallPermit) -> _Call:
        if permit.partner_id != self._registration.partner_id or not isinstance(request, HttpRequest):
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
        return _Call(request.method, self._address.url_of(request), headers, body)

    async def _attempt(self, call: _Call, deadline_at_s: float) -> HttpResponse | Failure:
        loop = asyncio.get_running_loop()
        if self._breaker.refuses(loop.time()):
            return Failure(OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        watch = Watch(self._limits, deadline_at_s, loop)
        try:
            async with watch:
                await self._limiter.enter()
                try:
                    return await self._admitted(call, watch, loop)
                finally:
                    self._limiter.leave()
        except QueueFull:
            return Failure(OutcomeLabel.NOT_ASKED, Cause.THROTTLED)
        except TimeoutError:
            return watch.failure

    async def _admitted(
        self, call: _Call, watch: Watch, loop: asyncio.AbstractEventLoop
    ) -> HttpResponse | Failure:
        """Hold a ticket of the breaker, and give it back however the exchange ends."""
        ticket = self._breaker.admit(loop.time())
        if ticket is None:
            return Failure(OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        try:
            result = await self._exchange(call, watch)
        except asyncio.CancelledError:
            # Ours or the caller's: only an expired phase of the partner's own tells of the partner.
            if watch.expired and watch.failure.counts:
                self._settle(ticket, loop.time(), sick=True)
            else:
                self._breaker.abandoned(ticket)
            raise
        except BaseException:
            self._breaker.abandoned(ticket)
            raise
        self._judge(ticket, result, loop.time())
        return result

    def _judge(self, ticket: int, result: HttpResponse | Failure, now_s: float) -> None:
        if isinstance(result, Failure):
            sick = result.counts
        else:
            sick = result.status >= _SERVER_ERRORS_FROM or result.status == _TOO_MANY
        self._settle(ticket, now_s, sick=sick)

    def _settle(self, ticket: int, now_s: float, *, sick: bool) -> None:
        """Give the ticket back, and tell operators when the breaker opens or closes by it."""
        breaker = self._breaker
        before = breaker.state
        (breaker.failed if sick else breaker.succeeded)(ticket, now_s)
        if breaker.state is before:
            return
        if breaker.state is BreakerState.OPEN:
            _log.warning("breaker-opened", partner=self._registration.partner_id, open_s=breaker.open_s)
        else:
            _log.info("breaker-closed", partner=self._registration.partner_id)

    async def _exchange(self, call: _Call, watch: Watch) -> HttpResponse | Failure:
        session = self._session
        if session is None:
            session = self._session = open_session(self._registration, self._address)
        watch.connecting()
        CURRENT_WATCH.set(watch)
        headers_came = False
        try:
            async with session.request(
                call.method, call.url, headers=call.headers, data=call.body, allow_redirects=False
            ) as response:
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
        headers = response.headers
        if response.status in _REDIRECTS:
            raise TransportFault(OutcomeLabel.INVALID, Cause.REDIRECT)
        if response.status == _SWITCHING_PROTOCOLS:
            raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
        body = await read_body(response, self._limits, watch)
        lowered = {name.lower(): value for name, value in headers.items()}
        return HttpResponse(status=response.status, headers=lowered, body=body)

    def _pause_before_retry(self, result: HttpResponse | Failure, deadline_at_s: float) -> float | None:
        """Seconds to wait, or None for no second attempt."""
        asked_s: float | None
        now_s = asyncio.get_running_loop().time()
        if isinstance(result, Failure):
            asked_s = 0.0 if result.again else None
        elif result.status in _THROTTLING:
            asked_s = retry_after_s(result.headers.get("retry-after"), self._clock.now())
        else:
            return None
        if asked_s is None or asked_s >= (deadline_at_s - now_s) / 2:
            return None
        pause_s = max(asked_s, self._random.uniform(*JITTER_S))
        if now_s + pause_s >= deadline_at_s or not self._budget.spend(now_s):
            return None
        return pause_s


def _own_headers(manifest: Manifest, secret_in: str) -> frozenset[str]:
    """A connector may write Authorization itself where its manifest says so and no secret stands there."""
    own = _OWN_HEADERS | {secret_in.lower()}
    leaves = manifest.writes_authorization and secret_in.lower() not in _AUTHORIZATION
    return own - _AUTHORIZATION if leaves else own
