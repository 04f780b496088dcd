"""A JSON text with something broken in it, cut into the items of one top-level array by its brackets.

Nothing here parses: brackets outside strings are counted, so a number that is none, a string in a wrong
encoding or a hundred thousand levels inside one item leave the cuts between items where they belong.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from broker.ports.connector import Pause

_BRACKETS_BETWEEN_PAUSES = 4_000
_SLICE_BYTES = 64 * 1024
_BRACKET = re.compile(rb"[\[\]{}]")
_BETWEEN_ITEMS = b" \t\r\n,"
_MEMBER_CHARS_MAX = 64
_BACKSLASH = b"\\"
# The depth that stands right after an opening bracket: of the top object's arrays, and of their items.
_ARRAY_DEPTH, _ITEM_DEPTH = 2, 3


class Unbalanced(ValueError):
    """There is no such array, or its brackets or strings never close."""


class _Cutter:
    """Where the walk stands, and what it has cut so far."""

    def __init__(self, body: bytes, member: bytes, items_max: int) -> None:
        self._body, self._items_max = body, items_max
        self._opening = re.compile(rb'(?<!\\)"' + re.escape(member) + rb'"\s*:\s*\Z')
        self._depth = self._item_from = self._gap_from = 0
        self.array_from = -1
        self.items: list[bytes] = []

    def open(self, at: int, bracket: bytes) -> None:
        self._depth += 1
        if self.array_from < 0:
            if self._depth == _ARRAY_DEPTH and bracket == b"[" and self._is_the_array(at):
                self.array_from, self._gap_from = at, at + 1
        elif self._depth == _ITEM_DEPTH:
            self._keep(self._stray(at))
            self._item_from = at

    def close(self, at: int) -> bool:
        """True when the array ends here."""
        self._depth -= 1
        if self.array_from < 0:
            return False
        if self._depth == _ARRAY_DEPTH:
            self._keep(self._body[self._item_from : at + 1])
            self._gap_from = at + 1
        elif self._depth < _ARRAY_DEPTH:
            self._keep(self._stray(at))
            return True
        return False

    def _is_the_array(self, at: int) -> bool:
        return self._opening.search(self._body[max(0, at - _MEMBER_CHARS_MAX) : at]) is not None

    def _stray(self, at: int) -> bytes:
        return self._body[self._gap_from : at].strip(_BETWEEN_ITEMS)

    def _keep(self, item: bytes) -> None:
        if item and len(self.items) < self._items_max:
            self.items.append(item)


def array_items(
    body: bytes, member: bytes, items_max: int
) -> Generator[Pause, None, tuple[list[bytes], int, int]]:
    """The first `items_max` items of the top-level array `member`, and the array's bounds in `body`.

    What stands between items and is no separator (a bare number, a `null`) is an item as well. Raises
    Unbalanced.
    """
    cutter = _Cutter(body, member, items_max)
    for count, (at, bracket) in enumerate(_brackets(body), start=1):
        if bracket == b"" or count % _BRACKETS_BETWEEN_PAUSES == 0:
            yield Pause()
        if bracket in {b"[", b"{"}:
            cutter.open(at, bracket)
        elif bracket and cutter.close(at):
            return cutter.items, cutter.array_from, at + 1
    raise Unbalanced


def _brackets(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each bracket outside strings with its place; `b""` marks the end of a long stretch."""
    at = 0
    while at < len(body):
        quote = body.find(b'"', at)
        until = len(body) if quote < 0 else quote
        for start in range(at, until, _SLICE_BYTES):
            for match in _BRACKET.finditer(body, start, min(start + _SLICE_BYTES, until)):
                yield match.start(), match.group()
            if until - start > _SLICE_BYTES:
                yield start, b""
        if quote < 0:
            return
        at = _after_string(body, quote)


def _after_string(body: bytes, quote: int) -> int:
    """The place after the string that opens at `quote`. Raises Unbalanced when it never closes."""
    at = quote
    while True:
        at = body.find(b'"', at + 1)
        if at < 0:
            raise Unbalanced
        if _backslashes_before(body, at) % 2 == 0:
            return at + 1


def _backslashes_before(body: bytes, at: int) -> int:
    size = _MEMBER_CHARS_MAX
    while True:
        piece = body[max(0, at - size) : at]
        other = piece.rstrip(_BACKSLASH)
        if other or size >= at:
            return len(piece) - len(other)
        size *= 8
