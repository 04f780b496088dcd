"""Codes as FHIR writes them against the code that was asked for (R4 4.0.1, search.html#token).

Codes and systems are compared as they are written. Text is no code: an item that has words alone is found
by no code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from broker.domain.criteria import TokenValue


class Code(NamedTuple):
    """A code of an item, and the systems that it may be said to be of; the empty one is none."""

    systems: tuple[str, ...]
    code: str


def codes_in(values: Iterable[Any], bound: str) -> Iterator[Code]:
    """The codes of CodeableConcepts, Codings, plain codes and booleans; what is none of these has none.

    A plain code names no system: it is of `bound`, to which R4 binds its element, and of none.
    """
    for value in values:
        if isinstance(value, bool):
            yield Code(("",), "true" if value else "false")
        elif isinstance(value, str):
            yield Code(("", bound), value)
        elif isinstance(value, dict):
            codings = value.get("coding", [value])
            yield from _codings(codings if isinstance(codings, list) else ())


def _codings(codings: Iterable[Any]) -> Iterator[Code]:
    for coding in codings:
        if isinstance(coding, dict):
            system, code = coding.get("system", ""), coding.get("code", "")
            if isinstance(system, str) and isinstance(code, str):
                yield Code((system,), code)


def is_of(value: TokenValue, own: Code) -> bool:
    """Whether an item's code is the one asked for, in the system asked for."""
    in_system = value.system is None or value.system in own.systems
    return in_system and (not value.code or own.code == value.code)
