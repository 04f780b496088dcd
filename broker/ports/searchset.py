"""For connectors: a partner's Bundle, split into entries that keep their own bytes.

The quick way lets msgspec find the entries and leaves each resource as a slice. Where one bad entry
spoils the syntax, the slow way walks the brackets and gives every entry a slice of its own, so that one
unreadable entry never costs the other ninety-nine. Either way the frame around the entries is read
strictly: a repeated `entry` or `link` would lose a part of the record without a word.

Both are generators: large bodies pause.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.ports.brackets import Unbalanced, array_items
from broker.ports.connector import Entry, Pause

_BYTES_BETWEEN_PAUSES = 64 * 1024
_ENTRIES_BETWEEN_PAUSES = 500
# As many objects as msgspec makes in well under the time that the loop may be held.
_OBJECTS_AT_ONCE_MAX = 200_000
_OUTCOMES_MAX = 100
_BYTES_AN_ENTRY_COSTS = 128
_ENTRY_MEMBER = re.compile(rb'"entry"[ \t\r\n]*:[ \t\r\n]*')
_NOT_MATCHES = frozenset({"include", "outcome"})
# A history or a message holds entries too, and none of them is what was searched for.
_OTHER_KINDS = frozenset(
    {"history", "document", "message", "batch", "batch-response", "transaction", "transaction-response"}
)
_DECODE_ERRORS = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class NotABundle(ValueError):
    """No part of the body can be believed: a login page, an empty body, cut-off or twisted JSON.

    Holds a closed word, `malformed`, `another-resource` or `another-kind`, and nothing of the body.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchset:
    """A read Bundle. `entries` are what matched or was included; `outcomes` are OperationOutcomes.

    `matched` counts the entries that are not mere includes: what `total` counts. `cut` is True when there
    were more entries than the reader was let to take. The links are the partner's own text; `next_link`
    is followed only through the transport. `as_of` is the Bundle's own `meta.lastUpdated`, empty without one.
    """

    entries: tuple[Entry, ...]
    matched: int
    cut: bool = False
    outcomes: tuple[bytes, ...] = field(default=(), repr=False)
    next_link: str | None = field(default=None, repr=False)
    self_link: str | None = field(default=None, repr=False)
    total: int | None = None
    as_of: str = ""


class _Search(msgspec.Struct, gc=False):
    mode: str | None = None


class _Entry(msgspec.Struct, gc=False):
    resource: msgspec.Raw = msgspec.Raw()
    fullUrl: str | None = None  # noqa: N815 - FHIR's own name
    search: _Search | None = None


class _Body(msgspec.Struct, gc=False):
    entry: msgspec.Raw = msgspec.Raw()


class _TypeOnly(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name


_MAY_BE_OUTCOME = b"OperationOutcome"
_BODY = msgspec.json.Decoder(_Body)
_ENTRIES = msgspec.json.Decoder(list[_Entry])
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])
_ONE_ENTRY = msgspec.json.Decoder(_Entry)
_TYPE_ONLY = msgspec.json.Decoder(_TypeOnly)


def read_searchset(body: bytes, entries_max: int = 10_000) -> Generator[Pause, None, Searchset]:
    """Read a Bundle, at most `entries_max` entries of it: more is said in `cut`, never silent.

    Raises NotABundle when no part of the body can be believed.
    """
    reading = _Reading(entries_max)
    try:
        frame = yield from _read_quickly(body, reading)
    except _DECODE_ERRORS:
        reading = _Reading(entries_max)
        frame = yield from _read_slowly(body, reading)
    if _text(frame, "type") in _OTHER_KINDS:
        raise NotABundle("another-kind")
    return Searchset(
        entries=tuple(reading.entries),
        matched=reading.matched,
        cut=reading.cut,
        outcomes=tuple(reading.outcomes),
        next_link=_link(frame, "next"),
        self_link=_link(frame, "self"),
        total=_total(frame),
        as_of=_as_of(frame),
    )


class _Reading:
    """The entries so far: what matched or was included, and what the partner says of its answer."""

    def __init__(self, entries_max: int) -> None:
        self.entries_max = entries_max
        self.entries: list[Entry] = []
        self.outcomes: list[bytes] = []
        self.matched = 0
        self.cut = False

    @property
    def is_full(self) -> bool:
        return len(self.entries) == self.entries_max

    def take(self, entry: Entry, mode: str | None) -> None:
        if _is_outcome(entry):
            self.outcomes.append(entry.raw)
        elif self.is_full:
            self.cut = True
        else:
            self.entries.append(entry)
            self.matched += mode not in _NOT_MATCHES

    def take_item(self, item: _Entry) -> None:
        raw, mode = bytes(item.resource), item.search.mode if item.search else None
        self.take(Entry(raw=raw, full_url=item.fullUrl, readable=raw.startswith(b"{")), mode)

    def take_piece(self, piece: bytes) -> None:
        try:
            item = _ONE_ENTRY.decode(piece)
            if piece.count(b'"resource"') != 1 or b"\\u00" in piece:
                parse_strict(piece)
            self.take_item(item)
        except (*_DECODE_ERRORS, UnreadableJson):
            self.take(Entry(raw=piece, readable=False), None)


def _read_quickly(body: bytes, reading: _Reading) -> Generator[Pause, None, dict[str, Any]]:
    """Raises a decode error when the slow way is needed."""
    array = bytes(_BODY.decode(body).entry)
    frame = _frame_around(body, array)
    if array in {b"", b"null"}:
        return frame
    if len(array) > _BYTES_BETWEEN_PAUSES:
        yield Pause()
        if len(array) > _OBJECTS_AT_ONCE_MAX and array.count(b"{") > _OBJECTS_AT_ONCE_MAX:
            raise msgspec.DecodeError("too many objects at once")
    items = _ENTRIES.decode(array)
    if array.count(b'"resource"') != len(items) or (b"\\" in array and b"\\u00" in array):
        # An entry may hold two resources, and only one of them would be read: each is judged alone.
        yield from _take_each(_PIECES.decode(array), reading)
        return frame
    for count, item in enumerate(items, start=1):
        raw = bytes(item.resource)
        if _MAY_BE_OUTCOME in raw or reading.is_full or not raw.startswith(b"{"):
            reading.take_item(item)
            if reading.cut:
                break
        else:  # the usual entry, without a detour
            reading.entries.append(Entry(raw, item.fullUrl))
            reading.matched += item.search is None or item.search.mode not in _NOT_MATCHES
        if count % _ENTRIES_BETWEEN_PAUSES == 0:
            yield Pause()
    return frame


def _read_slowly(body: bytes, reading: _Reading) -> Generator[Pause, None, dict[str, Any]]:
    """Cut `entry` out, read the rest as the frame, and judge each entry alone."""
    try:
        pieces, start, end = yield from array_items(body, b"entry", reading.entries_max + _OUTCOMES_MAX)
    except Unbalanced:
        raise NotABundle("malformed") from None
    frame = _strict_frame(body[:start] + b"[]" + body[end:])
    yield from _take_each(pieces, reading)
    return frame


def _take_each(pieces: Iterable[bytes | msgspec.Raw], reading: _Reading) -> Generator[Pause, None, None]:
    worked = 0
    for piece in pieces:
        reading.take_piece(bytes(piece))
        worked += len(bytes(piece)) + _BYTES_AN_ENTRY_COSTS
        if worked > _BYTES_BETWEEN_PAUSES:
            worked = 0
            yield Pause()


def _frame_around(body: bytes, array: bytes) -> dict[str, Any]:
    """The Bundle without its entries. The array was decoded from `body`, so it stands in it once."""
    if not array:
        return _strict_frame(body)
    for member in _ENTRY_MEMBER.finditer(body):
        if body.startswith(array, member.end()):
            return _strict_frame(body[: member.end()] + b"[]" + body[member.end() + len(array) :])
    raise NotABundle("malformed")


def _strict_frame(raw: bytes) -> dict[str, Any]:
    try:
        frame = parse_strict(raw)
    except UnreadableJson:
        raise NotABundle("malformed") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("resourceType"), str):
        raise NotABundle("malformed")
    if frame["resourceType"] != "Bundle":
        raise NotABundle("another-resource")
    return frame


def _text(frame: dict[str, Any], name: str) -> str:
    value = frame.get(name)
    return value if isinstance(value, str) else ""


def _as_of(frame: dict[str, Any]) -> str:
    meta = frame.get("meta")
    return _text(meta, "lastUpdated") if isinstance(meta, dict) else ""


def _total(frame: dict[str, Any]) -> int | None:
    total = frame.get("total")
    if total is None:
        return None
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise NotABundle("malformed")
    return total


def _link(frame: dict[str, Any], relation: str) -> str | None:
    """The one link of `relation`. Two that differ, or one that is no text: nobody knows what follows."""
    links = frame.get("link") or []
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise NotABundle("malformed")
    urls = [link.get("url") for link in links if link.get("relation") == relation]
    if any(not isinstance(url, str) or url != urls[0] for url in urls):
        raise NotABundle("malformed")
    return urls[0] if urls else None


def _is_outcome(entry: Entry) -> bool:
    # The usual entry is not decoded twice: the word must stand in it first.
    if not entry.readable or _MAY_BE_OUTCOME not in entry.raw:
        return False
    try:
        return _TYPE_ONLY.decode(entry.raw).resourceType == "OperationOutcome"
    except _DECODE_ERRORS:
        return False
