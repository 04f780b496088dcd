"""Data values of the reference model as tests write them."""

from __future__ import annotations

from typing import Any


def phrase(terminology: str, code: str) -> dict[str, Any]:
    """A CODE_PHRASE."""
    return {"terminology_id": {"value": terminology}, "code_string": code}


def coded(words: str, terminology: str, code: str, **more: Any) -> dict[str, Any]:
    """A DV_CODED_TEXT."""
    return {"_type": "DV_CODED_TEXT", "value": words, "defining_code": phrase(terminology, code), **more}


def quantity(magnitude: Any, units: str, **more: Any) -> dict[str, Any]:
    """A DV_QUANTITY."""
    return {"_type": "DV_QUANTITY", "magnitude": magnitude, "units": units, **more}


def dated(kind: str, value: str) -> dict[str, Any]:
    """A date, a time or both."""
    return {"_type": kind, "value": value}
