"""Base64 in a JSON string, as it comes in pieces of any size, to the bytes that it stands for."""

from __future__ import annotations

import binascii
import re

_ESCAPE = re.compile(rb'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_NAMED = {b"/": b"/", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_WHITESPACE = b" \t\r\n"
_ESCAPE_CHARS_MAX = 6
_QUANTUM = 4
_PADDING_MAX = 2
_ASCII_END = 0x80


class NotBase64(ValueError):
    """Not base64 (RFC 4648, section 4) in a JSON string. Holds nothing of it."""


class Base64Text:
    """`feed` what stands between the quotes, then `end`. Line breaks in it are of no account."""

    def __init__(self) -> None:
        self._escape = b""
        self._quantum = b""
        self._padded = False

    def feed(self, text: bytes) -> bytes:
        """The bytes that are sure now. Raises NotBase64."""
        text = self._unescaped(self._escape + text)
        text = self._quantum + text.translate(None, _WHITESPACE)
        whole = len(text) - len(text) % _QUANTUM
        self._quantum = text[whole:]
        return self._decoded(text[:whole])

    def end(self) -> None:
        """The string is over. Raises NotBase64 where something of it is missing."""
        if self._escape or self._quantum:
            raise NotBase64

    def _decoded(self, text: bytes) -> bytes:
        if not text:
            return b""
        if self._padded:
            raise NotBase64
        padding = len(text) - len(text.rstrip(b"="))
        if padding > _PADDING_MAX:  # CPython's own reader passes over more of it
            raise NotBase64
        self._padded = padding > 0
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise NotBase64 from None

    def _unescaped(self, text: bytes) -> bytes:
        self._escape = b""
        if b"\\" not in text:
            return text
        begun = text.rfind(b"\\", max(0, len(text) - _ESCAPE_CHARS_MAX + 1))
        if begun >= 0 and not _ESCAPE.match(text, begun):
            text, self._escape = text[:begun], text[begun:]
        plain = _ESCAPE.sub(_meant, text)
        if b"\\" in plain:
            raise NotBase64
        return plain


def _meant(escape: re.Match[bytes]) -> bytes:
    """The character of an escape; one that cannot stand in base64 stays and is refused."""
    code, name = escape.groups()
    if code is not None:
        value = int(code, 16)
        return bytes([value]) if value < _ASCII_END and value != ord("\\") else b"\\"
    return _NAMED.get(name, b"\\")
