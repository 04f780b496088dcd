"""The road to one partner. The only place where a partner's socket is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from broker.domain.identity import NhsNumber
from broker.ports.connector import Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPermit:
    """What one request may do at one partner: made by the pipeline from a durable intent, never else.

    Every valid NHS number that a call would carry must be in `numbers`.
    """

    partner_id: str
    numbers: frozenset[NhsNumber] = field(repr=False)
    intent_sequence: int
    correlation_id: str
    deadline_at_s: float


class PartnerTransport(Protocol):
    """Sends one read to one registered endpoint.

    Raises TransportFault, with label and cause, for everything that is not a whole answer in time and
    within limits; lets CancelledError pass, and then closes the connection instead of pooling it.
    """

    async def send(self, request: Request, permit: CallPermit, /) -> Response:
        """One call, at most one retry before response headers, a whole answer or a fault."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class Streamed(Protocol):
    """An answer whose headers came. Its bytes are read when somebody asks for them, and never before."""

    @property
    def status(self) -> int:
        """Any but one that leads elsewhere."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By names in lower case."""
        ...

    async def piece(self) -> bytes:
        """The next bytes; empty when the answer is whole. Raises TransportFault for one that is cut,
        idle, too slow or too large.
        """
        ...

    def close(self) -> None:
        """However it went, and once more without harm: the connection is given back or closed."""
        ...


@runtime_checkable
class StreamingTransport(PartnerTransport, Protocol):
    """A road on which documents come."""

    async def stream(self, request: Request, permit: CallPermit, /) -> Streamed:
        """As `send`, up to the headers. Whoever calls it closes what it gives."""
        ...
