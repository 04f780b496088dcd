"""Strings into XHTML, in which no text of anybody's can be taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

XHTML = "http://www.w3.org/1999/xhtml"
_EMPTY = frozenset({"br", "hr", "meta"})
# What XML 1.0 cannot hold, and the marks that turn the direction of what is read after them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_REPLACED = "\N{REPLACEMENT CHARACTER}"


class Markup(str):
    """Markup of ours, put in as it stands. Every other string is escaped where it is put in."""

    __slots__ = ()


def text(words: str) -> Markup:
    """`words` as a reader sees them, inert."""
    return words if isinstance(words, Markup) else Markup(escape(_UNFIT.sub(_REPLACED, words), quote=True))


def joined(parts: Iterable[str]) -> Markup:
    """One after the other."""
    return Markup("".join(map(text, parts)))


def element(name: str, /, *inside: str, **attributes: str) -> Markup:
    """An element. `class_` is the attribute `class`, and an empty attribute is left out."""
    written = "".join(
        f' {attribute.rstrip("_").replace("_", "-")}="{text(value)}"'
        for attribute, value in attributes.items()
        if value
    )
    if name in _EMPTY:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{joined(inside)}</{name}>")
