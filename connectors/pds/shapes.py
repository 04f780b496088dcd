"""Members of a parsed resource, each with the shape that PDS gives it; another shape is a fault."""

from __future__ import annotations

from typing import Any

from connectors.pds.answers import malformed


def mapping(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """An object; empty when it is absent."""
    value = holder.get(name, {})
    if not isinstance(value, dict):
        raise malformed()
    return value


def mappings(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; empty when it is absent."""
    value = holder.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise malformed()
    return value


def text(holder: dict[str, Any], name: str) -> str:
    """Text that must be there."""
    value = optional_text(holder, name)
    if not value:
        raise malformed()
    return value


def optional_text(holder: dict[str, Any], name: str) -> str | None:
    """Text; None when it is absent."""
    value = holder.get(name)
    if value is not None and not isinstance(value, str):
        raise malformed()
    return value


def texts(holder: dict[str, Any], name: str) -> tuple[str, ...]:
    """A list of text; empty when it is absent."""
    value = holder.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise malformed()
    return tuple(value)
