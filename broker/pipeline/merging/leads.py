"""Which item of a group stands first. It is an order, not a verdict: every other stays beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.domain.category import Category
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Meta, Resource
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.moments import seconds_of


class Leads:
    """The system of record first, then who says most, then the newest version, then the plan's order."""

    def __init__(
        self, registrations: Sequence[PartnerRegistration], kinds: Mapping[Category, tuple[str, ...]]
    ) -> None:
        """`kinds` are the kinds of partner that hold the record of each category, best first."""
        self._kinds = kinds
        self._kind_of = {one.partner_id: one.organisation.kind for one in registrations}
        self._places = {one.partner_id: place for place, one in enumerate(registrations)}

    def first(self, members: Sequence[int], items: Sequence[Resource], contents: Contents) -> tuple[int, ...]:
        """`members` with the lead first, the others as they stood. Total: no two are equal by it."""

        def rank(index: int) -> tuple[float, ...]:
            item = items[index]
            meta = item.header.meta
            updated = meta.lastUpdated if isinstance(meta, Meta) else None
            place = self._places.get(item.partner_id, len(self._places))
            return (self._of_record(item), -contents.of(index).members, -seconds_of(updated), place, index)

        lead = min(members, key=rank)
        return (lead, *(index for index in members if index != lead))

    def _of_record(self, item: Resource) -> int:
        kinds = self._kinds.get(item.category, ())
        kind = self._kind_of.get(item.partner_id, "")
        return kinds.index(kind) if kind in kinds else len(kinds)
