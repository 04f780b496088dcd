"""Whether a problem is active or over, and whether two sources can mean one episode of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from broker.domain.resource import Resource
from broker.pipeline.merging.clash_table import ACTIVE, OVER, REFUTED, TAKEN_BACK

_DAY_CHARS = len("2026-03-01")
# Before and after every date that can be written.
_ALWAYS, _NEVER = "", "~"


def is_active(state: Sequence[object]) -> bool | None:
    """None where the item does not say, or was taken back."""
    words = frozenset(state)
    if TAKEN_BACK in words:
        return None
    if REFUTED in words or words & OVER:
        return False
    return True if words & ACTIVE else None


def overlap(family: Sequence[int], items: Sequence[Resource], says: Mapping[int, bool]) -> bool:
    """Whether what is active at one source could have begun before what is over at another had ended: one
    that ended and one that began later are two episodes. Who gives no date says nothing of that.
    """
    begins: dict[str, str] = {}
    ends: dict[str, str] = {}
    for index in family:
        partner, episode = items[index].partner_id, _episode(items[index])
        if says[index]:
            begins[partner] = min(begins.get(partner, _NEVER), episode.begins)
        else:
            ends[partner] = max(ends.get(partner, _ALWAYS), episode.ends)
    return any(
        not _is_after(begin, end)
        for active, begin in begins.items()
        for over, end in ends.items()
        if active != over
    )


def _is_after(begin: str, end: str) -> bool:
    """As far as both are told."""
    told = min(len(begin), len(end))
    return begin[:told] > end[:told]


class _Episode(msgspec.Struct, gc=False, rename="camel"):
    onset_date_time: str | None = None
    abatement_date_time: str | None = None

    @property
    def begins(self) -> str:
        return (self.onset_date_time or _ALWAYS)[:_DAY_CHARS]

    @property
    def ends(self) -> str:
        return (self.abatement_date_time or _NEVER)[:_DAY_CHARS]


_EPISODE = msgspec.json.Decoder(_Episode)


def _episode(item: Resource) -> _Episode:
    """Dates of a shape that FHIR does not know are none."""
    try:
        return _EPISODE.decode(item.raw)
    except msgspec.DecodeError:
        return _Episode()
