"""A SNOMED CT identifier told from a slip of the pen, by its check digit (Verhoeff's)."""

from __future__ import annotations

import re

IDENTIFIER_PATTERN = re.compile(r"[0-9]{6,18}", re.ASCII)
# Ten symmetries of a pentagon: below five turn it, the others turn it over (SNOMED CT, SCTID check digit).
_HALF = 5
_FIRST_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_TURNS_MAX = 8


def _composed(one: int, other: int) -> int:
    """The symmetry that `other` and then `one` make together."""
    turned = one % _HALF, other % _HALF
    if one < _HALF:
        return (turned[0] + turned[1]) % _HALF + (_HALF if other >= _HALF else 0)
    return (turned[0] - turned[1]) % _HALF + (0 if other >= _HALF else _HALF)


def is_snomed_identifier(text: str) -> bool:
    """Six to eighteen digits of which the last one fits the others."""
    if not IDENTIFIER_PATTERN.fullmatch(text):
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit)
        for _ in range(place % _TURNS_MAX):
            value = _FIRST_TURN[value]
        total = _composed(total, value)
    return total == 0
