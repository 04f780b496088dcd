"""One entry of a searchset, in the pieces in which it is written."""

from __future__ import annotations

from typing import Final, NamedTuple

MATCH: Final = b',"search":{"mode":"match"}}'
INCLUDE: Final = b',"search":{"mode":"include"}}'
# The place of what we say ourselves: it is none of the view's items.
OURS: Final = -1


class Written(NamedTuple):
    """One whole entry in pieces; `at` is the item's place in `View.items`, or OURS, `name` its `Type/id`.
    `is_match` is of what was asked for: an include rides with it. `lasting` is what of it is the same for one
    record at any time.
    """

    at: int
    pieces: list[bytes]
    is_match: bool
    name: str
    lasting: bytes | None = None
