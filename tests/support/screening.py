"""Screening alone, over one partner's answer as it would have been read and proved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from broker.domain.decision import Decision
from broker.pipeline.screening import Screened, screen
from tests.support.records import KNOWN, finished, readable


def screened(
    resources: Iterable[dict[str, Any] | bytes], ruling: Decision, types: frozenset[str] = frozenset()
) -> Screened:
    """Screen one partner's answer, its Patient first."""
    return finished(screen("addenbury", readable(resources), ruling, types, KNOWN))


def released(one: Screened) -> list[str]:
    """The local names of what may be shown."""
    return [resource.local_reference for resource in one.released]


def body(one: Screened, name: str) -> dict[str, Any]:
    """A released resource as JSON."""
    found = next(resource for resource in one.released if resource.local_reference == name)
    tree: dict[str, Any] = orjson.loads(found.raw)
    return tree
