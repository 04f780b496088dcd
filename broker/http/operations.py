"""The body of an operation to the parameters that it would have in an address (R4 4.0.1, operations.html).

A client may ask for any operation by POST: with a Parameters resource, or with nothing where it says nothing.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from broker.domain.errors import NotSupported
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.http.refusals import Malformed

# What may come several times in a Parameters resource, and stands in one list in an address.
_LISTS = frozenset({"_type"})


class _Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resourceType: Literal["Parameters"]  # noqa: N815 - FHIR's own member name
    parameter: list[dict[str, Any]] = []
    id: str | None = None
    meta: dict[str, Any] | None = None

    def __repr__(self) -> str:
        """Nothing of anybody."""
        return "_Parameters()"


def operation_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Name and value of each parameter, as in an address; none for an empty body.

    Raises Malformed for what is no Parameters resource, NotSupported for a value that no address could have.
    """
    if not raw:
        return []
    try:
        body = msgspec.convert(parse_strict(raw), _Parameters)
    except (UnreadableJson, msgspec.ValidationError):
        raise Malformed("The body of an operation is one Parameters resource, or nothing.") from None
    lists: dict[str, str] = {}
    pairs = []
    for name, value in map(_pair, body.parameter):
        if name in _LISTS:
            lists[name] = f"{lists[name]},{value}" if name in lists else value
        else:
            pairs.append((name, value))
    return [*pairs, *lists.items()]


def _pair(parameter: dict[str, Any]) -> tuple[str, str]:
    values = [member for member in parameter if member.startswith("value")]
    if len(values) == 1 and set(parameter) == {"name", *values}:
        name, value = parameter["name"], parameter[values[0]]
        if isinstance(name, str) and isinstance(value, str | int) and not isinstance(value, bool):
            return name, str(value)
    raise NotSupported("Each parameter of an operation has a name and one value[x] that is text or a number.")
