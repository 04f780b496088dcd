"""The name by which a person is known, out of all that PDS keeps."""

from __future__ import annotations

from typing import Any

from connectors.pds.periods import is_current
from connectors.pds.shapes import mapping, mappings, optional_text, texts

_LIKED_BEST = {"usual": 0, "official": 1, None: 2, "temp": 3, "nickname": 3, "anonymous": 4}
_FORMER = 5


def usual_name(patient: dict[str, Any], today: str | None) -> tuple[str, tuple[str, ...]]:
    """Family and given names: the usual one that holds now, else the most recent; empty when none."""
    names = sorted(mappings(patient, "name"), key=_start, reverse=True)
    names.sort(key=lambda name: (not is_current(name, today), _rank(name)))
    if not names:
        return "", ()
    return optional_text(names[0], "family") or "", texts(names[0], "given")


def _rank(name: dict[str, Any]) -> int:
    return _LIKED_BEST.get(optional_text(name, "use"), _FORMER)


def _start(name: dict[str, Any]) -> str:
    return optional_text(mapping(name, "period"), "start") or ""
