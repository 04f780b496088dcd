"""One value where a list is expected, and a list where one is: what suppliers mix up and lose nothing by."""

from __future__ import annotations

from typing import Any


def as_list(value: Any) -> list[Any]:
    """A list as it is, and one value as a list of one."""
    return value if type(value) is list else [value]


def only(value: Any) -> Any:
    """A list of one says the same as the one."""
    return value[0] if type(value) is list and len(value) == 1 else value
