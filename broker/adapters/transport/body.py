"""A response's bytes off the wire into a whole decoded body, within every byte limit while it streams.

aiohttp decodes without an end (a bomb of 65 kB becomes 64 MiB), so it is told not to: the bytes on the
wire are counted here, and decoded here in steps that can never give more than the limit.
"""

from __future__ import annotations

import asyncio
import io
import zlib

import aiohttp

from broker.adapters.transport.watch import Watch
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault

ACCEPT_ENCODING = "gzip"

_STEP_BYTES = 256 * 1024
_RATIO_FROM_BYTES = 64 * 1024
_MEMBERS_MAX = 64
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": zlib.MAX_WBITS}


async def read_body(response: aiohttp.ClientResponse, limits: PartnerLimits, watch: Watch) -> bytes:
    """The whole body, decoded. Raises TransportFault (too-large, invalid) and aiohttp's own errors."""
    encoding = response.headers.get("Content-Encoding")
    stream = response.content
    if encoding is None and stream.is_eof():  # it came whole, with its headers: the usual small answer
        whole = await stream.readany()
        if len(whole) > min(limits.wire_bytes_max, limits.decoded_bytes_max):
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)
        return whole
    sink = _Sink(limits, encoding)
    while True:
        if not stream.is_eof():
            watch.reading(sink.wire_bytes)
        chunk = await stream.readany()
        if chunk:
            await sink.take(chunk)
        if stream.at_eof():
            return sink.whole()


def refuse_ratio(decoded_bytes: int, wire_bytes: int, ratio_max: int) -> None:
    """Raises TransportFault (too-large) for what grew beyond measure when decoded."""
    if decoded_bytes > max(_RATIO_FROM_BYTES, ratio_max * wire_bytes):
        raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.RATIO)


def inflate_of(encoding: str | None) -> Inflate | None:
    """What decodes a Content-Encoding; None where nothing is to decode."""
    named = encoding.strip().lower() if encoding else "identity"
    return None if named in {"identity", ""} else Inflate(named)


class _Sink:
    """Takes chunks of the wire, keeps decoded bytes, and counts both."""

    def __init__(self, limits: PartnerLimits, encoding: str | None) -> None:
        self._limits = limits
        self.wire_bytes = 0
        self._only = b""
        self._many: io.BytesIO | None = None
        self._inflate = inflate_of(encoding)

    async def take(self, chunk: bytes) -> None:
        self.wire_bytes += len(chunk)
        if self.wire_bytes > self._limits.wire_bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)
        if self._inflate is None:
            self._keep(chunk)
            return
        self._inflate.feed(chunk)
        while piece := self._inflate.step():
            self._keep(piece)
            if len(piece) == _STEP_BYTES:
                await asyncio.sleep(0)  # a millisecond of decoding, then the others

    def _keep(self, piece: bytes) -> None:
        """The usual body is one piece and is never copied."""
        if self._many is None and not self._only:
            self._only = piece
        else:
            if self._many is None:
                self._many = io.BytesIO()
                self._many.write(self._only)
                self._only = b""
            self._many.write(piece)
        self._check(self._many.tell() if self._many is not None else len(self._only))

    def _check(self, decoded_bytes: int) -> None:
        if decoded_bytes > self._limits.decoded_bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)
        refuse_ratio(decoded_bytes, self.wire_bytes, self._limits.ratio_max)

    def whole(self) -> bytes:
        if self._inflate is not None:
            self._inflate.check_ended()
        return self._only if self._many is None else self._many.getvalue()


class Inflate:
    """gzip (also of several members) and deflate (with and without its zlib frame), a step at a time."""

    def __init__(self, encoding: str) -> None:
        """Raises TransportFault (malformed) for an encoding that was not offered."""
        if encoding not in _WINDOWS:  # also several encodings on top of each other
            raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
        self._window = _WINDOWS[encoding]
        self._bare_allowed = encoding == "deflate"
        self._decoder = zlib.decompressobj(self._window)
        self._pending = b""
        self._members = 1
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        """Take more of the wire."""
        self._pending += chunk

    def step(self) -> bytes:
        """Up to 256 KiB of decoded bytes; empty when more of the wire is needed."""
        while True:
            if self._decoder.eof and self._pending:
                self._next_member()
            piece = self._decompress()
            if self._decoder.eof:
                self._pending = self._decoder.unused_data
            else:
                self._pending = self._decoder.unconsumed_tail
            if piece or not self._pending:
                return piece

    def _decompress(self) -> bytes:
        if self._decoder.eof:
            return b""
        try:
            piece = self._decoder.decompress(self._pending, _STEP_BYTES)
        except zlib.error:
            if self._begun or not self._bare_allowed:
                raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED) from None
            self._bare_allowed, self._decoder = False, zlib.decompressobj(-zlib.MAX_WBITS)
            return self._decompress()
        self._begun = self._begun or bool(piece)
        return piece

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MEMBERS_MAX or self._window == zlib.MAX_WBITS:
            raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
        self._decoder = zlib.decompressobj(self._window)

    def check_ended(self) -> None:
        """Raises TransportFault (cut-short) when the wire ended before what it carried."""
        if not self._decoder.eof:
            raise TransportFault(OutcomeLabel.INVALID, Cause.CUT_SHORT)
