"""A partner's stream to the pieces that go out: decoded, counted, and the last one only when all is proved.

One piece is held back, so that a document which turns out cut, too large or not as it was declared has
never gone out as a whole: the transfer is broken, not ended.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from broker.domain.attachments import Declared
from broker.domain.audit import DocumentSent
from broker.domain.errors import BrokerError
from broker.domain.fhir_binary import FhirBinary, NotABinary
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.question import Cut
from broker.ports.clock import Clock
from broker.ports.connector import TransportFault
from broker.ports.sealer import Digesting
from broker.ports.transport import Streamed

_log = structlog.get_logger(__name__)
_LOOKED_AT_EVERY_S = 1.0
_BEGUN_BYTES = 64 * 1024

# Whether the document may still be shown. Raises BrokerError.
StillOpen = Callable[[], Awaitable[None]]
# How it ended, why, the bytes that HTTP wrote, and what they were.
Ended = Callable[[str, str, int, DocumentSent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one document may cost: bytes, and until when (loop clock)."""

    bytes_max: int
    until_s: float


class Proved:
    """A document's own bytes out of a partner's answer; TransportFault where they are not as they must be."""

    def __init__(self, source: Streamed, declared: Declared, bounds: Bounds, *, is_binary: bool) -> None:
        self._source, self._declared, self._bytes_max = source, declared, bounds.bytes_max
        self._binary = FhirBinary() if is_binary else None
        self._sha1 = hashlib.sha1(usedforsecurity=False)  # R4 4.0.1: what Attachment.hash is
        self._bytes = 0

    async def piece(self) -> bytes:
        """The next bytes; empty when it is whole, and is what was declared."""
        while True:
            answered = await self._source.piece()
            document = self._decoded(answered)
            if not document and answered:
                continue
            self._bytes += len(document)
            self._sha1.update(document)
            self._refuse_too_many()
            if not answered:
                self._refuse_other()
            return document

    def _decoded(self, answered: bytes) -> bytes:
        if self._binary is None:
            return answered
        try:
            if answered:
                return self._binary.feed(answered)
            self._binary.end()
        except NotABinary:
            raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED) from None
        return b""

    def _refuse_too_many(self) -> None:
        if self._bytes > self._bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)
        if self._declared.size is not None and self._bytes > self._declared.size:
            raise TransportFault(OutcomeLabel.INVALID, Cause.DECLARED_OTHERWISE)

    def _refuse_other(self) -> None:
        """The whole is here, and is not what its item says."""
        declared = self._declared
        short = declared.size is not None and self._bytes != declared.size
        other = declared.sha1 is not None and declared.sha1 != self._sha1.digest()
        if short or other:
            raise TransportFault(OutcomeLabel.INVALID, Cause.DECLARED_OTHERWISE)


@dataclass(slots=True)
class HandedOn:
    """Implements question.BodyStream. `begin` before the release, `piece` and `ended` after it."""

    source: Streamed
    proved: Proved
    bounds: Bounds
    clock: Clock
    digest: Digesting
    partner_id: str
    still_open: StillOpen | None = None
    finished: Ended | None = field(repr=False, default=None)
    _held: bytes = field(repr=False, default=b"")
    _all_here: bool = False
    _size: int = 0
    _whole: bool = False
    _cause: str = ""
    _looked_at_s: float = 0.0

    async def begin(self) -> None:
        """Read what a small document is: one that is not as it must be is refused in words, before anything
        is released. Raises TransportFault.
        """
        while len(self._held) < _BEGUN_BYTES and not self._all_here:
            self._held += await self._next()
        self._looked_at_s = self.clock.monotonic_s()

    async def piece(self) -> bytes:
        """The next bytes to go out; empty when the document is whole. Raises Cut."""
        out, self._held = self._held, b""
        try:
            if out:
                self._held = await self._next()
                await self._look_again()
        except TransportFault as fault:
            self._cut(fault.cause.value)
        except BrokerError as error:
            self._cut(error.cause)
        self.digest.update(out)
        self._size += len(out)
        self._whole = not out
        return out

    async def _next(self) -> bytes:
        if self._all_here:
            return b""
        left_s = self.bounds.until_s - self.clock.monotonic_s()
        if left_s <= 0:  # a piece that is here already would come without a wait
            raise TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE)
        try:
            async with asyncio.timeout(left_s):
                piece = await self.proved.piece()
        except TimeoutError:
            raise TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE) from None
        self._all_here = not piece
        return piece

    def ended(self, how: str, bytes_sent: int) -> None:
        """The response is over, however: the partner's connection goes, and the record is completed."""
        self.close()
        finished, self.finished = self.finished, None
        if finished is not None:
            sent = DocumentSent(self._size, self.digest.digest(), self._whole and how == "sent")
            finished(how, self._cause, bytes_sent, sent)

    def close(self) -> None:
        """Nothing more is read of the partner."""
        self._held = b""
        self.source.close()

    async def _look_again(self) -> None:
        """An objection that came meanwhile, or a policy, ends what is half-finished too."""
        now_s = self.clock.monotonic_s()
        due = self._all_here or now_s - self._looked_at_s > _LOOKED_AT_EVERY_S
        if self.still_open is not None and due:
            self._looked_at_s = now_s
            await self.still_open()

    def _cut(self, cause: str) -> None:
        self._cause = cause
        _log.warning("document-cut", partner=self.partner_id, bytes=self._size)
        raise Cut from None
