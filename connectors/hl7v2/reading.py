"""The bytes of an HL7 v2 message into segments, fields, repetitions, components and subcomponents.

Lossless: nothing is trimmed, unescaped or put right on the way, and `written` gives the very same bytes.
A message whose header cannot be read, or whose bytes are not of its character set, is none.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from connectors.hl7v2.escapes import Grammar, decode

UTF_8 = "UNICODE UTF-8"
# HL7 table 0211: how each character set of MSH-18 is called here.
CHARSETS: Mapping[str, str] = MappingProxyType(
    {
        "ASCII": "ascii",
        **{f"8859/{part}": f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
        UTF_8: "utf-8",
        "UTF-8": "utf-8",
    }
)
NULL = '""'
_HEADER, _NAME = "MSH", re.compile(r"[A-Z][A-Z0-9]{2}")
_DELIMITERS_END = 8
_CHARSET_AT = 17
_BARE_HEADER = re.compile(rb"MSH[^\x00-\x20A-Za-z0-9\x7f-\xff]{5}")
SEGMENTS_IN_A_SLICE = 1_000
Done = TypeVar("Done")


class NotHl7(Exception):
    """Not a message that can be read safely. Holds nothing of it."""


class Value:
    """One repetition of a field, read by component and subcomponent, both counted from one."""

    __slots__ = ("_components", "grammar", "raw")

    def __init__(self, raw: str, grammar: Grammar) -> None:
        """`raw` is exactly what stood between two delimiters."""
        self.raw, self.grammar = raw, grammar
        self._components = raw.split(grammar.component) if grammar.component in raw else [raw]

    def __bool__(self) -> bool:
        return bool(self.raw.strip()) and self.raw != NULL

    def text(self, component: int = 1, subcomponent: int = 1) -> str:
        """What was meant, or empty."""
        parts = self.part(component).split(self.grammar.subcomponent)
        text = parts[subcomponent - 1] if subcomponent <= len(parts) else ""
        return "" if text == NULL or not text.strip() else decode(text, self.grammar)

    def part(self, component: int) -> str:
        """A component as it was written, its subcomponents with it."""
        return self._components[component - 1] if component <= len(self._components) else ""

    @property
    def whole(self) -> str:
        """All of it decoded, with its own component delimiters: for what is text or unknown."""
        return decode(self.raw, self.grammar)

    def within(self, component: int) -> Value:
        """A component as a value of its own, whose components are its subcomponents."""
        grammar = self.grammar
        return Value(self.part(component).replace(grammar.subcomponent, grammar.component), grammar)

    def says_more_than(self, heard: frozenset[int], whole: frozenset[int] = frozenset()) -> bool:
        """True when something stands outside the components that were heard: in another one, or in a
        further subcomponent of one. Those in `whole` were heard with all their subcomponents.
        """
        for number, part in enumerate(self._components, start=1):
            if number in whole:
                continue
            more = part.partition(self.grammar.subcomponent)[2] if number in heard else part
            if more.strip(f"{self.grammar.subcomponent} ") not in {"", NULL}:
                return True
        return False


class Segment:
    """One segment. Fields count from one as the standard counts them."""

    __slots__ = ("_split", "grammar", "name", "raw")

    def __init__(self, raw: str, grammar: Grammar) -> None:
        """`raw` is the line without its end."""
        self.raw, self.grammar = raw, grammar
        self.name = raw.partition(grammar.field)[0]
        self._split: list[str] | None = None

    @property
    def _fields(self) -> list[str]:
        if self._split is None:
            self._split = self.raw.split(self.grammar.field)
        return self._split

    def field(self, number: int) -> str:
        """A field as it was written, or empty."""
        at = number - 1 if self.name == _HEADER else number
        return self._fields[at] if at < len(self._fields) else ""

    def values(self, number: int) -> list[Value]:
        """Its repetitions that hold something."""
        repeated = (Value(raw, self.grammar) for raw in self.field(number).split(self.grammar.repetition))
        return [value for value in repeated if value]

    def first(self, number: int) -> Value:
        """Its first repetition that holds something; an empty one when none does."""
        return next(iter(self.values(number)), Value("", self.grammar))

    @property
    def last(self) -> int:
        """The number of the last field."""
        return len(self._fields) if self.name == _HEADER else len(self._fields) - 1


@dataclass(frozen=True, slots=False)
class Message:
    """A whole message. `ends` are the line ends behind the segments, as they were written."""

    grammar: Grammar
    segments: tuple[Segment, ...] = field(repr=False)
    ends: tuple[str, ...] = field(repr=False)

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @cached_property
    def kind(self) -> tuple[str, str]:
        """Type and trigger of MSH-9: `("RSP", "K11")`."""
        kind = self.header.first(9)
        return kind.text(1), kind.text(2)

    def first(self, name: str) -> Segment | None:
        """The first segment of this name."""
        return next((segment for segment in self.segments if segment.name == name), None)

    def written(self) -> bytes:
        """The bytes that were read."""
        lines = (segment.raw + end for segment, end in zip(self.segments, self.ends, strict=True))
        return "".join(lines).encode(self.grammar.charset)


def read_message(message: bytes, charset: str = UTF_8) -> Message:
    """Read one message. `charset` is that of a message that declares none. Raises NotHl7."""
    return to_the_end(reading(message, charset))


def to_the_end(work: Generator[None, None, Done]) -> Done:
    """What work in slices comes to, without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # a generator's return value is untyped here


def reading(message: bytes, charset: str = UTF_8) -> Generator[None, None, Message]:
    """As `read_message`, in slices."""
    grammar = _grammar_of(message, charset)
    try:
        text = message.decode(grammar.charset)
    except UnicodeDecodeError:
        raise NotHl7 from None
    lines, ends = _lines_of(text)
    segments = []
    for number, line in enumerate(lines):
        segment = Segment(line, grammar)
        if (line.strip() and not _NAME.fullmatch(segment.name)) or (segment.name == _HEADER and number):
            raise NotHl7
        segments.append(segment)
        if number % SEGMENTS_IN_A_SLICE == 0:
            yield
    return Message(grammar, tuple(segments), tuple(ends))


def _lines_of(text: str) -> tuple[list[str], tuple[str, ...]]:
    """A carriage return ends a segment; in a file on disk that has none, a line feed does."""
    if "\r\n" in text:
        parts = re.split("(\r\n?)", text)
        lines, ends = parts[0::2], (*parts[1::2], "")
    else:
        end = "\r" if "\r" in text else "\n"
        lines = text.split(end)
        ends = (*((end,) * (len(lines) - 1)), "")
    return (lines, ends) if lines[-1] else (lines[:-1], ends[:-1])


def _grammar_of(message: bytes, charset: str) -> Grammar:
    """What the header declares, read before anything else can be."""
    if not _BARE_HEADER.match(message):
        raise NotHl7
    declared = message[3:_DELIMITERS_END].decode("ascii")
    if len(set(declared)) != len(declared):
        raise NotHl7
    header = re.split(rb"[\r\n]", message, maxsplit=1)[0].split(declared[0].encode())
    named = header[_CHARSET_AT] if len(header) > _CHARSET_AT else b""
    first = named.split(declared[2].encode())[0].decode("ascii", "replace").strip() or charset
    if first not in CHARSETS:
        raise NotHl7
    return Grammar(
        field=declared[0],
        component=declared[1],
        repetition=declared[2],
        escape=declared[3],
        subcomponent=declared[4],
        charset=CHARSETS[first],
    )
