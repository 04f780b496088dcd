"""Rooms with a fault, to see whether the count finds it. Each takes the place of a real one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import msgspec

from broker.domain.outcome import Tally
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline import gathering, record
from broker.pipeline.fanout import fan_out

_MERGE, _TALLY = record.merge, record._tally
_DECIMALS = re.compile(rb"(:-?[0-9]+\.[0-9]*0)([,}])")
Work = Generator[None, None, View]


def drops_an_item(items: Sequence[Resource], outcomes: Any, ground: Any) -> Work:
    """The last item is lost between two rooms, and nobody counts it."""
    return _MERGE(items[:-1], outcomes, ground)


def shows_an_item_twice(items: Sequence[Resource], outcomes: Any, ground: Any) -> Work:
    """The last item stands in the view twice."""
    return _MERGE([*items, *items[-1:]], outcomes, ground)


def writes_numbers_anew(items: Sequence[Resource], outcomes: Any, ground: Any) -> Work:
    """`1.50` becomes `1.5`, and `80.0` becomes `80`."""
    written = [msgspec.structs.replace(one, raw=_DECIMALS.sub(_shorter, one.raw)) for one in items]
    return _MERGE(written, outcomes, ground)


def _shorter(found: re.Match[bytes]) -> bytes:
    return found[1].rstrip(b"0").rstrip(b".") + found[2]


def counts_one_off(normalised: Any, screened: Any) -> Tally:
    """It still adds up, and says that one more was shown and one less withheld."""
    tally = _TALLY(normalised, screened)
    return dataclasses.replace(tally, shown=tally.shown + 1, withheld=tally.withheld - 1)


async def in_order_of_arrival(asks: Any, roads: Any, read: Any, **how: Any) -> tuple[Any, ...]:
    """Who answers first stands first."""
    found: list[Any] = []

    async def heard(answer: Any) -> Any:
        found.append(await read(answer))
        return found[-1]

    await fan_out(asks, roads, heard, **how)
    return tuple(found)


def tells_how_many_came(normalised: Any, screened: Any) -> Tally:
    """What a reader is told was counted before anything was withheld."""
    tally = _TALLY(normalised, screened)
    return dataclasses.replace(tally, shown=tally.received)


# Where each fault is planted: the room and the name that is replaced there.
PLANTS: Mapping[str, tuple[Any, str, Callable[..., Any]]] = {
    "drops an item": (record, "merge", drops_an_item),
    "shows an item twice": (record, "merge", shows_an_item_twice),
    "writes numbers anew": (record, "merge", writes_numbers_anew),
    "counts one off": (record, "_tally", counts_one_off),
    "in order of arrival": (gathering, "fan_out", in_order_of_arrival),
    "tells how many came": (record, "_tally", tells_how_many_came),
}
