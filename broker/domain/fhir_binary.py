"""A FHIR Binary, as it comes in pieces of any size, to its document's bytes: never held as a whole.

The base64 stands in `data` (R4) or `content` (STU3), before or behind the other members. A member that
comes twice, both of the two, or none, is refused: two readers could take two different documents from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from broker.domain.base64_text import Base64Text, NotBase64

_DOCUMENT = frozenset({"data", "content"})
_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\.)*"')
_LITERAL = re.compile(rb"[-+.0-9A-Za-z]+")
_OUTSIDE = re.compile(rb'[^"{}\[\]]*')
_INSIDE = re.compile(rb'[^"\\\x00-\x1f]*')
_SHORT_CHARS_MAX = 256
_MEMBERS_MAX = 64
_DEPTH_MAX = 64
_PAIRS = {ord("}"): ord("{"), ord("]"): ord("[")}

# A state takes what it can from the front of what waits; False is: not enough has come yet.
_State = Callable[[], bool]


class NotABinary(ValueError):
    """Not a FHIR Binary whose document can be read. Holds nothing of it."""


class FhirBinary:
    """`feed` each piece and `end`; both raise NotABinary. What waits between is a few hundred bytes."""

    def __init__(self) -> None:
        self._waiting = b""
        self._state: _State = self._opening
        self._names: set[str] = set()
        self._name = ""
        self._kind = ""
        self._text = Base64Text()
        self._found: list[bytes] = []
        self._nested = bytearray()

    def feed(self, piece: bytes) -> bytes:
        """The document's bytes that are sure now."""
        self._waiting += piece
        try:
            while self._waiting and self._state():
                pass
        except (NotBase64, msgspec.DecodeError, UnicodeDecodeError):
            raise NotABinary from None
        found, self._found = b"".join(self._found), []
        return found

    @property
    def waiting_bytes(self) -> int:
        """What is kept until more has come."""
        return len(self._waiting)

    def end(self) -> None:
        """The answer is whole: it was a Binary, and had its document."""
        if self._state != self._closed or self._waiting or self._kind != "Binary":
            raise NotABinary
        if len(self._names & _DOCUMENT) != 1:
            raise NotABinary

    def _skip_space(self) -> int:
        """Drop white space; the byte that comes next, or -1."""
        found = _SPACE.match(self._waiting)
        if found and found.end():
            self._waiting = self._waiting[found.end() :]
        return self._waiting[0] if self._waiting else -1

    def _take(self, wanted: bytes) -> bytes | None:
        """One of these characters from the front; None when nothing has come yet."""
        found = self._skip_space()
        if found < 0:
            return None
        if found not in wanted:
            raise NotABinary
        self._waiting = self._waiting[1:]
        return bytes([found])

    def _short_string(self) -> str | None:
        """A whole short string from the front; None when it has not all come yet."""
        if self._skip_space() < 0:
            return None
        found = _STRING.match(self._waiting)
        if found is None:
            if len(self._waiting) > _SHORT_CHARS_MAX or not self._waiting.startswith(b'"'):
                raise NotABinary
            return None
        if found.end() > _SHORT_CHARS_MAX:
            raise NotABinary
        self._waiting = self._waiting[found.end() :]
        return msgspec.json.decode(found.group(), type=str)

    def _opening(self) -> bool:
        if self._take(b"{") is None:
            return False
        self._state = self._first_name
        return True

    def _first_name(self) -> bool:
        if self._skip_space() == ord("}"):
            raise NotABinary
        self._state = self._member_name
        return True

    def _member_name(self) -> bool:
        name = self._short_string()
        if name is None:
            return False
        if name in self._names or len(self._names) == _MEMBERS_MAX:
            raise NotABinary
        self._names.add(name)
        self._name, self._state = name, self._colon
        return True

    def _colon(self) -> bool:
        if self._take(b":") is None:
            return False
        self._state = self._value
        return True

    def _value(self) -> bool:
        first = self._skip_space()
        if first < 0:
            return False
        if self._name in _DOCUMENT:
            self._take(b'"')
            self._state = self._document
        elif self._name == "resourceType":
            self._state = self._resource_type
        elif first == ord('"'):
            self._waiting, self._state = self._waiting[1:], self._string
        elif first in b"{[":
            self._state = self._structure
        else:
            self._state = self._literal
        return True

    def _resource_type(self) -> bool:
        kind = self._short_string()
        if kind is None:
            return False
        self._kind, self._state = kind, self._between
        return True

    def _document(self) -> bool:
        """Up to the closing quote, which no escape can stand for here: base64 has none."""
        ends = self._waiting.find(b'"')
        text = self._waiting if ends < 0 else self._waiting[:ends]
        self._found.append(self._text.feed(text))
        if ends < 0:
            self._waiting = b""
            return False
        self._text.end()
        self._waiting, self._state = self._waiting[ends + 1 :], self._between
        return True

    def _string(self) -> bool:
        """Another member's text, to its end."""
        passed = _INSIDE.match(self._waiting)
        rest = self._waiting[passed.end() if passed else 0 :]
        if rest.startswith(b'"'):
            self._waiting = rest[1:]
            self._state = self._structure if self._nested else self._between
            return True
        if rest[:1] not in {b"", b"\\"}:
            raise NotABinary
        self._waiting = rest if len(rest) < 2 else rest[2:]  # noqa: PLR2004 - a backslash and what it escapes
        return len(rest) >= 2  # noqa: PLR2004 - as above

    def _structure(self) -> bool:
        """An object or array that is passed over, its brackets in order."""
        passed = _OUTSIDE.match(self._waiting)
        self._waiting = self._waiting[passed.end() if passed else 0 :]
        if not self._waiting:
            return False
        mark, self._waiting = self._waiting[0], self._waiting[1:]
        if mark == ord('"'):
            self._state = self._string
        elif mark in _PAIRS:
            if not self._nested or self._nested.pop() != _PAIRS[mark]:
                raise NotABinary
            if not self._nested:
                self._state = self._between
        elif len(self._nested) == _DEPTH_MAX:
            raise NotABinary
        else:
            self._nested.append(mark)
        return True

    def _literal(self) -> bool:
        """A number, true, false or null: over when something else comes."""
        found = _LITERAL.match(self._waiting)
        if found is None or found.end() > _SHORT_CHARS_MAX:
            raise NotABinary
        if found.end() == len(self._waiting):
            return False
        msgspec.json.decode(found.group())
        self._waiting, self._state = self._waiting[found.end() :], self._between
        return True

    def _between(self) -> bool:
        mark = self._take(b",}")
        if mark is None:
            return False
        self._state = self._member_name if mark == b"," else self._closed
        return True

    def _closed(self) -> bool:
        if self._skip_space() >= 0:
            raise NotABinary
        return False
