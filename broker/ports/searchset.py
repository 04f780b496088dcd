"""For connectors: a partner's Bundle, split into entries that keep their own bytes.

The quick way decodes the Bundle's frame and leaves each resource as a slice. Where one bad entry spoils
the frame's syntax, the slow way walks the brackets and gives every entry a slice of its own, so that one
unreadable entry never costs the other ninety-nine. Both are generators: large bodies pause.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import msgspec

from broker.ports.connector import Entry, Pause

_ENTRIES_BETWEEN_PAUSES = 500
_BRACKETS_BETWEEN_PAUSES = 4_000
_SLICE_BYTES = 64 * 1024
_BRACKET = re.compile(rb"[\[\]{}]")


class NotABundle(ValueError):
    """The body is not a Bundle at all: a login page, an empty body, cut-off or twisted JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchset:
    """A read Bundle. `entries` are what matched or was included; `outcomes` are OperationOutcomes.

    `next_link` is the partner's own text, followed only through the transport. `total` as given.
    """

    kind: str
    entries: tuple[Entry, ...]
    outcomes: tuple[bytes, ...] = field(default=(), repr=False)
    next_link: str | None = field(default=None, repr=False)
    total: int | None = None


class _Search(msgspec.Struct, gc=False):
    mode: str | None = None


class _Entry(msgspec.Struct, gc=False):
    resource: msgspec.Raw | None = None
    fullUrl: str | None = None  # noqa: N815 - FHIR's own name
    search: _Search | None = None


class _Link(msgspec.Struct, gc=False):
    relation: str
    url: str


class _Frame(msgspec.Struct, gc=False):
    resourceType: str  # noqa: N815 - FHIR's own name
    type: str = ""
    total: int | None = None
    link: list[_Link] = []
    entry: list[_Entry] = []


_FRAME = msgspec.json.Decoder(_Frame)
_ONE_ENTRY = msgspec.json.Decoder(_Entry)


def read_searchset(body: bytes) -> Generator[Pause, None, Searchset]:
    """Read a Bundle. Raises NotABundle when no part of the body can be believed."""
    try:
        frame, entries = _FRAME.decode(body), None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        frame, entries = yield from _read_slowly(body)
    if frame.resourceType != "Bundle":
        raise NotABundle(frame.resourceType)
    if entries is None:
        entries = yield from _entries_of(frame.entry)
    return Searchset(
        kind=frame.type,
        entries=tuple(entry for entry in entries if not _is_outcome(entry)),
        outcomes=tuple(entry.raw for entry in entries if _is_outcome(entry)),
        next_link=next((link.url for link in frame.link if link.relation == "next"), None),
        total=frame.total,
    )


def _is_outcome(entry: Entry) -> bool:
    return entry.readable and resource_type_of(entry.raw) == "OperationOutcome"


class _TypeOnly(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name


_TYPE_ONLY = msgspec.json.Decoder(_TypeOnly)


def resource_type_of(raw: bytes) -> str:
    """The resource's type; empty when it has none or cannot be read."""
    if b"OperationOutcome" not in raw:  # the usual entry is not decoded twice
        return ""
    try:
        return _TYPE_ONLY.decode(raw).resourceType
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""


def _entries_of(frames: list[_Entry]) -> Generator[Pause, None, list[Entry]]:
    entries = []
    for count, frame in enumerate(frames, start=1):
        entries.append(_entry(frame))
        if count % _ENTRIES_BETWEEN_PAUSES == 0:
            yield Pause()
    return entries


def _entry(frame: _Entry) -> Entry:
    if frame.resource is None:
        return Entry(raw=b"", full_url=frame.fullUrl, readable=False)
    return Entry(raw=bytes(frame.resource), full_url=frame.fullUrl)


def _read_slowly(body: bytes) -> Generator[Pause, None, tuple[_Frame, list[Entry]]]:
    """Cut `entry` out, read the rest as the frame, and judge each entry alone."""
    slices, start, end = yield from _entry_slices(body)
    try:
        frame = _FRAME.decode(body[:start] + b"[]" + body[end:])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise NotABundle("malformed") from None
    entries = []
    for raw in slices:
        entries.append(_entry_alone(raw))
        yield Pause()
    return frame, entries


def _entry_alone(raw: bytes) -> Entry:
    try:
        return _entry(_ONE_ENTRY.decode(raw))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Entry(raw=raw, readable=False)


def _entry_slices(body: bytes) -> Generator[Pause, None, tuple[list[bytes], int, int]]:
    """The objects inside the top-level `entry` array, with the array's own bounds.

    Raises NotABundle when there is no such array or its brackets never close.
    """
    depth, array_from, item_from = 0, -1, -1
    slices: list[bytes] = []
    for count, (at, bracket) in enumerate(_brackets(body), start=1):
        if count % _BRACKETS_BETWEEN_PAUSES == 0:
            yield Pause()
        if bracket == b"":
            yield Pause()
            continue
        if bracket in b"[{":
            depth += 1
            if depth == 2 and bracket == b"[" and _is_entry_member(body, at):  # noqa: PLR2004
                array_from = at
            elif depth == 3 and array_from >= 0:  # noqa: PLR2004
                item_from = at
            continue
        if depth == 3 and array_from >= 0:  # noqa: PLR2004
            slices.append(body[item_from : at + 1])
        elif depth == 2 and array_from >= 0:  # noqa: PLR2004
            return slices, array_from, at + 1
        depth -= 1
    raise NotABundle("malformed")


def _is_entry_member(body: bytes, at: int) -> bool:
    return re.search(rb'"entry"\s*:\s*\Z', body[max(0, at - 64) : at]) is not None


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
    """The place after the string that opens at `quote`. Raises NotABundle when it never closes."""
    at = quote
    while True:
        at = body.find(b'"', at + 1)
        if at < 0:
            raise NotABundle("malformed")
        backslashes = at
        while body[backslashes - 1] == 0x5C:  # noqa: PLR2004 - a backslash
            backslashes -= 1
        if (at - backslashes) % 2 == 0:
            return at + 1
