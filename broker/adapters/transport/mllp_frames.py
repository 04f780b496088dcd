"""Bytes of an MLLP connection into one message, and a message into the check that it may be sent.

A frame is 0x0B, the message, 0x1C 0x0D (HL7 v2 Transport, Appendix C, Minimal Lower Layer Protocol).
"""

from __future__ import annotations

import re

from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import TransportFault

_BEGIN, _END, _RETURN = b"\x0b", b"\x1c", b"\r"
_TRAILER_BYTES = 2
# The type and trigger of a message, MSH-9: `QBP^Q11`.
_PART = re.compile(rb"[A-Z][A-Z0-9]{2}")
_TYPE_AT = 8
_PARTS = 2
# An answer is the response that was asked for, or a bare acknowledgement that says why there is none.
_ANSWERS = frozenset({"RSP", "ACK"})
_QUERY = "QBP"
_ANOTHER_HEADER = re.compile(rb"[\r\n](?:MSH|BHS|FHS)")


def framed(message: bytes) -> bytes:
    """The bytes to send."""
    return _BEGIN + message + _END + _RETURN


class Frame:
    """Takes the bytes of one answer as they come, and says when it is whole.

    Anything before the frame, inside it or after it that is not of this one answer makes all of it
    malformed: two answers that ran together cannot be told apart.
    """

    def __init__(self, limits: PartnerLimits) -> None:
        """Reads the byte limits; nothing on the way is compressed, so both hold for the same bytes."""
        self._bytes_max = min(limits.wire_bytes_max, limits.decoded_bytes_max)
        self._buffer = bytearray()

    @property
    def wire_bytes(self) -> int:
        """How many bytes came so far."""
        return len(self._buffer)

    def take(self, chunk: bytes) -> bytes | None:
        """The message when this chunk ends it. Raises TransportFault (malformed, too-large)."""
        searched_from = len(self._buffer)
        self._buffer += chunk
        if self._buffer[:1] != _BEGIN:
            raise _malformed()
        if len(self._buffer) > self._bytes_max:
            raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)
        end = self._buffer.find(_END, max(1, searched_from - 1))
        if end < 0 or end + 1 == len(self._buffer):
            return None
        if self._buffer[end + 1 : end + 2] != _RETURN or end + _TRAILER_BYTES != len(self._buffer):
            raise _malformed()
        message = bytes(self._buffer[1:end])
        if _BEGIN in message:
            raise _malformed()
        return message


def query_type(message: bytes) -> str | None:
    """`QBP^Q11` of a message that is one query and nothing else; None for anything else."""
    if _BEGIN in message or _END in message or _ANOTHER_HEADER.search(message):
        return None
    kind = _type_of(message)
    return "^".join(kind) if kind and kind[0] == _QUERY else None


def check_answer(message: bytes) -> None:
    """Raises TransportFault (malformed) for what is neither a response nor an acknowledgement."""
    kind = _type_of(message)
    if kind is None or kind[0] not in _ANSWERS:
        raise _malformed()


def _type_of(message: bytes) -> tuple[str, ...] | None:
    """Type and trigger out of MSH-9, read with the delimiters that the header declares."""
    header = re.split(rb"[\r\n]", message, maxsplit=1)[0]
    if not header.startswith(b"MSH") or len(header) <= _TYPE_AT:
        return None
    fields = header.split(header[3:4])
    if len(fields) <= _TYPE_AT:
        return None
    parts = fields[_TYPE_AT].split(header[4:5])[:_PARTS]
    if not all(_PART.fullmatch(part) for part in parts):
        return None
    return tuple(part.decode("ascii") for part in parts)


def _malformed() -> TransportFault:
    return TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
