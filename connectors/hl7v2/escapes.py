r"""Escape sequences of HL7 v2 text into what they stand for, and text into what a message may hold.

`\F\` `\S\` `\T\` `\R\` `\E\` are the delimiters, `\.br\` and `\.sp\` line breaks, `\Xdd\` bytes in
hexadecimal (HL7 v2.5.1, 2.7). Every other sequence, such as `\H\` for emphasis, stays as it was written:
what it would mean is lost on a page that cannot show it, and its loss would be silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_LINES_MAX = 100
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAK = re.compile(r"\.(?:br|sp) ?\+?([0-9]{0,2})")
_BYTES = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


@dataclass(frozen=True, slots=True)
class Grammar:
    """The five delimiters that a header declares, and the character set of its text."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    charset: str = "utf-8"

    @property
    def delimiters(self) -> str:
        """As they stand in MSH-1 and MSH-2."""
        return self.field + self.component + self.repetition + self.escape + self.subcomponent


def decode(text: str, grammar: Grammar) -> str:
    """The text that was meant."""
    if not grammar.escape or grammar.escape not in text:
        return text
    return _sequence(grammar.escape).sub(lambda found: _meaning(found, grammar), text)


def encode(text: str, grammar: Grammar) -> str:
    """Text as it may stand in a field: delimiters, line breaks and hidden characters as escapes."""
    return "".join(_written(sign, grammar) for sign in text)


@cache
def _sequence(escape: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(escape)}([^{re.escape(escape)}\r\n]*){re.escape(escape)}")


def _meaning(found: re.Match[str], grammar: Grammar) -> str:
    inner = found[1]
    if inner in _LETTERS:
        return str(getattr(grammar, _LETTERS[inner]))
    if line_break := _LINE_BREAK.fullmatch(inner):
        return "\n" * min(int(line_break[1] or 1), _LINES_MAX)
    if in_hexadecimal := _BYTES.fullmatch(inner):
        return _characters(in_hexadecimal[1], grammar.charset) or found[0]
    return found[0]


_LETTERS = {"F": "field", "S": "component", "T": "subcomponent", "R": "repetition", "E": "escape"}
_LETTER_OF = {name: letter for letter, name in _LETTERS.items()}


def _characters(digits: str, charset: str) -> str:
    """Empty for bytes that are no text of this set, or that nobody could see."""
    try:
        text = bytes.fromhex(digits).decode(charset)
    except UnicodeDecodeError:
        return ""
    return "" if _HIDDEN.search(text) else text


def _written(sign: str, grammar: Grammar) -> str:
    for name, letter in _LETTER_OF.items():
        if sign == getattr(grammar, name):
            return f"{grammar.escape}{letter}{grammar.escape}"
    if sign == "\n":
        return f"{grammar.escape}.br{grammar.escape}"
    if sign == "\r" or _HIDDEN.match(sign):
        return f"{grammar.escape}X{ord(sign):02X}{grammar.escape}"
    return sign
