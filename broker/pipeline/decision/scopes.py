"""SMART scopes into what they narrow a decision to. Scopes never open anything.

Read are `user/` and `patient/` scopes of SMART App Launch 1 (`.read`, `.*`) and 2 (`.rs`, with `r` and
`s` both). Anything else, a scope with a query among it, is not understood and so opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from broker.domain.category import Category, categories_of_type

_CLINICAL = re.compile(r"(?:user|patient)/(\*|[A-Z][A-Za-z]+)\.(read|\*|c?ru?d?s)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`categories` that a token may open at most; empty `types` is every type of them."""

    categories: frozenset[Category]
    types: frozenset[str] = frozenset()


EVERYTHING = Narrowing(frozenset(Category))


def narrowing_of(scopes: frozenset[str]) -> Narrowing:
    """No scopes at all do not narrow; any scopes at all open only the types that they name."""
    if not scopes:
        return EVERYTHING
    matches = (_CLINICAL.fullmatch(scope) for scope in scopes)
    types = frozenset(found.group(1) for found in matches if found is not None)
    if "*" in types:
        return EVERYTHING
    return Narrowing(frozenset().union(*(categories_of_type(name) for name in types)), types)
