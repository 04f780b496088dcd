"""One HL7 v2 query to one registered partner over MLLP: pinned, limited, timed, whole or a fault."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from broker.adapters.transport.breaker import BreakerState
from broker.adapters.transport.calls import Call, Calls
from broker.adapters.transport.failures import CALL_ERRORS, failure_of
from broker.adapters.transport.mllp_frames import Frame, check_answer, framed, query_type
from broker.adapters.transport.mllp_lines import Line, Lines
from broker.adapters.transport.pinned_numbers import check_message
from broker.adapters.transport.secure import tls_context
from broker.adapters.transport.watch import Failure, Watch
from broker.domain.loopback import is_loopback
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import PartnerRegistration
from broker.ports.clock import Clock
from broker.ports.connector import Manifest, MllpRequest, MllpResponse, Request, TransportFault
from broker.ports.transport import CallPermit

_PLAIN, _TLS = "mllp", "mllps"
_QUERY = "QUERY"
_REMEDY = "Register `mllps://host:port`; `mllp://` is for loopback alone."


class MllpTransport:
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
        """Raises ValueError, with the remedy, for an endpoint that is not safe to call, and for a secret:
        MLLP has no place for one. `clock` is not asked: no answer names a time to wait for.
        """
        del clock
        if authorization is not None:
            raise ValueError("MLLP carries no secret. Register a `certificate` and leave out `token`.")
        self._registration = registration
        self._limits = registration.limits
        self._queries = frozenset(path for method, path in manifest.reads if method == _QUERY)
        self._calls = Calls(registration.partner_id, registration.limits, randomness)
        host, port, encrypted = _place(registration.endpoint)
        tls: ssl.SSLContext | None = tls_context(registration.credentials) if encrypted else None
        self._lines = Lines(host, port, tls)

    @property
    def breaker_state(self) -> BreakerState:
        """For health pages: closed, open or half-open."""
        return self._calls.breaker.state

    async def send(self, request: Request, permit: CallPermit, /) -> MllpResponse:
        """One query, at most one more attempt before the first byte. Raises TransportFault otherwise."""
        data = self._prepare(request, permit)
        return await self._calls.make(Call(partial(self._exchange, data)), permit.deadline_at_s)

    async def aclose(self) -> None:
        """Close every connection. A later send opens them anew."""
        await self._lines.aclose()

    def _prepare(self, request: Request, permit: CallPermit) -> bytes:
        allowed = (
            permit.partner_id == self._registration.partner_id
            and isinstance(request, MllpRequest)
            and query_type(request.message) in self._queries
        )
        if not allowed or not isinstance(request, MllpRequest):
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        check_message(request.message, permit.numbers)
        return framed(request.message)

    async def _exchange(self, data: bytes, watch: Watch) -> MllpResponse | Failure:
        watch.connecting()
        frame = Frame(self._limits)
        try:
            line = await self._lines.take()
            try:
                watch.connected()
                answer = await self._answer(line, data, frame, watch)
            except BaseException:
                line.abort()  # never used again: its answer may still be on the way
                raise
            self._lines.give_back(line)
        except TransportFault as fault:
            return Failure(fault.label, fault.cause, counts=fault.label is not OutcomeLabel.TOO_LARGE)
        except CALL_ERRORS as error:
            return failure_of(error, headers_came=frame.wire_bytes > 0)
        return answer

    async def _answer(self, line: Line, data: bytes, frame: Frame, watch: Watch) -> MllpResponse:
        line.ask(data)
        message = frame.take(await line.answer())
        while message is None:
            watch.reading(frame.wire_bytes)
            message = frame.take(await line.answer())
        check_answer(message)
        return MllpResponse(message=message)


def _place(endpoint: str) -> tuple[str, int, bool]:
    """Host, port and whether it is encrypted. Raises ValueError with the remedy."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise ValueError(f"The endpoint is not an address. {_REMEDY}") from None
    host = parts.hostname or ""
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in {_PLAIN, _TLS} or not host or not port or more:
        raise ValueError(f"The endpoint must be scheme, host and port alone. {_REMEDY}")
    if parts.scheme == _PLAIN and not is_loopback(host):
        raise ValueError(f"The endpoint is not encrypted. {_REMEDY}")
    return host, port, parts.scheme == _TLS
