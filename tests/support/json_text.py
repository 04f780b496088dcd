"""JSON text to its own characters: every number as it was spelled, every resource as it was written.

It shares nothing with the product, so that the one cannot repeat the other's mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_WORDS = frozenset({"true", "false", "null"})
_OPENING, _CLOSING = frozenset("{["), frozenset("}]")
# Inside Bundle, `entry` and one entry.
_DEPTH_OF_A_RESOURCE = 3


def numbers_in(text: str) -> list[str]:
    """The characters of every number, in order."""
    return [token for _, token in _tokens(text) if _is_number(token)]


def with_numbers(text: str, spelt: Callable[[str], str]) -> str:
    """The text with every number spelt in another way; all else as it stands."""
    return _TOKEN.sub(lambda found: spelt(found[0]) if _is_number(found[0]) else found[0], text)


def resource_texts(bundle: str) -> list[str]:
    """The text of each entry's resource, in order."""
    texts: list[str] = []
    depth, begins, before = 0, -1, ("", "")
    for at, token in _tokens(bundle):
        if token in _OPENING:
            if depth == _DEPTH_OF_A_RESOURCE and before == ('"resource"', ":"):
                begins = at
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            if depth == _DEPTH_OF_A_RESOURCE and begins >= 0:
                texts.append(bundle[begins : at + 1])
                begins = -1
        before = (before[1], token)
    return texts


def _is_number(token: str) -> bool:
    return token[0] not in '"{}[],:' and token not in _WORDS


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found[0]) for found in _TOKEN.finditer(text))
