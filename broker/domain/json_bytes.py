"""Strict JSON, judged on the bytes that will be carried to the reader.

What is screened must be what the reader will read, so an object with a repeated member is refused: two
readers could take two different values from it. Python's own readers keep the last without a word.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson

ENTRY_BYTES_MAX = 4 * 1024 * 1024
ENTRY_COMMAS_MAX = 100_000
NUMBER_CHARS_MAX = 64
# Deeper than orjson writes (254 levels) is refused with the syntax.
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_TOO_MANY_DIGITS = b"0" * (NUMBER_CHARS_MAX + 1)
_MINUS_ZERO = re.compile(rb"[\[,:]\s*-0\s*[,}\]]")
# The only ways to write a colon inside a JSON string other than itself.
_ESCAPED_COLONS = (b"\\u003a", b"\\u003A")


class UnreadableJson(ValueError):
    """Not JSON that can be carried safely. Holds a closed word for the cause and nothing of the bytes."""


def parse_strict(raw: bytes) -> Any:
    """The Python value of `raw`, for looking at and never for writing out. Raises UnreadableJson.

    Refused: what RFC 8259 refuses (`NaN`, a byte-order mark, bad UTF-8), lone surrogates, repeated
    members, numbers over 64 digits, nesting over 254 levels, and sizes that would hold the loop.
    """
    if len(raw) > ENTRY_COMMAS_MAX:
        _refuse_size(raw)
    try:
        value = orjson.loads(raw)
        written = orjson.dumps(value)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        raise UnreadableJson("syntax") from None
    # What comes out as it went in has one spelling only: nothing was repeated, nothing was shortened.
    if written != raw:
        _refuse_repeated_members(raw, written)
        _refuse_long_numbers(raw)
        _refuse_minus_zero(raw)
    return value


def _refuse_size(raw: bytes) -> None:
    if len(raw) > ENTRY_BYTES_MAX or raw.count(b",") > ENTRY_COMMAS_MAX:
        raise UnreadableJson("size")


def _refuse_repeated_members(raw: bytes, written: bytes) -> None:
    """Every member and every string keeps its colons through a parse; a repeated member loses some.

    The count is exact unless a colon was written as an escape, which is settled by the slow reader.
    """
    if _ESCAPED_COLONS[0] in raw or _ESCAPED_COLONS[1] in raw:
        _refuse_repeated_members_slowly(raw)
    elif raw.count(b":") != written.count(b":"):
        raise UnreadableJson("repeated-member")


def _refuse_repeated_members_slowly(raw: bytes) -> None:
    import json  # noqa: PLC0415 - only ever needed for answers that escape a colon

    def unique(pairs: list[tuple[str, object]]) -> None:
        if len({name for name, _ in pairs}) != len(pairs):
            raise UnreadableJson("repeated-member")

    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str)


def _refuse_long_numbers(raw: bytes) -> None:
    if _TOO_MANY_DIGITS not in raw.translate(_DIGITS_TO_ZERO):
        return
    outside_strings = raw.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[0::2]
    if any(_TOO_MANY_DIGITS in part.translate(_DIGITS_TO_ZERO) for part in outside_strings):
        raise UnreadableJson("number")


def _refuse_minus_zero(raw: bytes) -> None:
    """A whole number has one spelling but for this one, which an edited tree could not keep."""
    if b"-0" in raw and _MINUS_ZERO.search(raw):
        raise UnreadableJson("number")


_LOSSLESS = msgspec.json.Decoder(float_hook=lambda token: msgspec.Raw(token.encode()))


def lossless_tree(raw: bytes) -> Any:
    """A Python tree to edit, in which each fraction or exponent keeps its own characters.

    `1.50` and `1.0E1` come out of `write_tree` as they went in; integers have one spelling only.
    """
    return _LOSSLESS.decode(raw)


def write_tree(tree: Any) -> bytes:
    """The bytes of an edited tree: members in their order, number characters untouched."""
    return msgspec.json.encode(tree)
