"""One code that is active at one source and over or refuted at another, unless these are two episodes."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import msgspec

from broker.domain.resource import Resource
from broker.domain.view import Contradiction
from broker.pipeline.merging.between_partners import differ_between_partners
from broker.pipeline.merging.clash_table import ACTIVE, OVER, REFUTED, TAKEN_BACK
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.kin import Kin

_ITEMS_IN_A_SLICE = 250
_DAY_CHARS = 10


def standing(
    indexes: Sequence[int], items: Sequence[Resource], contents: Contents
) -> Generator[None, None, list[Contradiction]]:
    """What has one code, and does not stand alike at two sources."""
    kin, says = Kin(), dict[int, bool]()
    for count, index in enumerate(indexes, start=1):
        active = _is_active(contents.of(index).state)
        if active is not None:
            says[index] = active
            for name in contents.of(index).said.names:
                kin.name(name, index)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    families = yield from kin.families()
    found = (_without_past(family, items, says) for family in families)
    return [
        Contradiction(tuple(family), "standing-differs")
        for family in found
        if differ_between_partners(family, items, says.__getitem__)
    ]


def _is_active(state: Sequence[object]) -> bool | None:
    """None where the item does not say, or was taken back."""
    words = frozenset(state)
    if TAKEN_BACK in words:
        return None
    if REFUTED in words or words & OVER:
        return False
    return True if words & ACTIVE else None


class _Episode(msgspec.Struct, gc=False, rename="camel"):
    onset_date_time: str = ""
    abatement_date_time: str = ""


_EPISODE = msgspec.json.Decoder(_Episode)


def _without_past(family: Sequence[int], items: Sequence[Resource], says: dict[int, bool]) -> list[int]:
    """Without what ended before anything that is active began: an illness can come again."""
    began = [_episode(items[index]).onset_date_time for index in family if says[index]]
    if not all(began):
        return list(family)
    return [index for index in family if says[index] or not _is_past(items[index], began)]


def _episode(item: Resource) -> _Episode:
    """An onset or an end that is no date says nothing of the order of two episodes."""
    try:
        return _EPISODE.decode(item.raw)
    except msgspec.DecodeError:
        return _Episode()


def _is_past(item: Resource, began: Sequence[str]) -> bool:
    """By the day, at each date's own precision: a year is not before a day of it."""
    ended = _episode(item).abatement_date_time[:_DAY_CHARS]
    return bool(ended) and all(ended < start[:_DAY_CHARS] and not start.startswith(ended) for start in began)
