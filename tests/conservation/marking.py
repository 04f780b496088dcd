"""One resource's bytes with a mark of its own, by which it is found again wherever it goes."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

MARK = "https://watersmeet.example/conservation/mark"
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_MARKED = re.compile(rb'"%b","valueString":"([^"]+)"' % re.escape(MARK).encode())
# Strings first, so that digits inside them are no numbers.
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*')


def marked(raw: bytes, mark: str) -> bytes:
    """An extension before the resource's own; every member keeps its bytes."""
    members = _MEMBERS.decode(raw)
    own = bytes(members.pop("extension", msgspec.Raw(b"[]"))).strip()[1:-1].strip()
    ours = b'{"url":"%b","valueString":"%b"}' % (MARK.encode(), mark.encode())
    pieces = [msgspec.json.encode(name) + b":" + bytes(value) for name, value in members.items()]
    pieces.append(b'"extension":[' + ours + (b"," + own if own else b"") + b"]")
    return b"{" + b",".join(pieces) + b"}"


def marks_in(raw: bytes) -> list[str]:
    """Every mark that stands in some bytes."""
    return [found.decode() for found in _MARKED.findall(raw)]


def numbers_in(raw: bytes) -> Counter[bytes]:
    """Each number's characters, as they are written, and how often."""
    return Counter(token for token in _TOKENS.findall(raw) if not token.startswith(b'"'))
