"""The codes of a medicine that an item names by a reference: of what it contains, or of the same partner's.

R4's `code` looks at a medicine's code in the item alone. Half of the sources name theirs by a reference, so
a search by the one would pass over the prescriptions of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from broker.domain.references import plain_name
from broker.domain.resource import Resource
from broker.pipeline.selecting.companions import Places
from broker.pipeline.selecting.elements import Elements

_REFERENCE, _CONTAINED, _CODE = ("medicationReference.reference",), ("contained",), ("code",)


class Medicines:
    """Answers for the items of one view."""

    def __init__(self, items: Sequence[Resource], places: Places, elements: Elements) -> None:
        self._items, self._places, self._elements = items, places, elements

    def codes(self, resource: Resource) -> Iterator[Any]:
        """The `code` of each medicine that the item names, as JSON; nothing where it did not come."""
        for reference in self._elements.values(resource, _REFERENCE):
            if isinstance(reference, str) and reference.startswith("#"):
                yield from self._inside(resource, reference[1:])
            elif isinstance(reference, str):
                yield from self._named(resource, reference)

    def _inside(self, resource: Resource, local_id: str) -> Iterator[Any]:
        for one in self._elements.values(resource, _CONTAINED):
            if isinstance(one, dict) and one.get("id") == local_id and "code" in one:
                yield one["code"]

    def _named(self, resource: Resource, reference: str) -> Iterator[Any]:
        names = (reference, plain_name(reference) or reference)
        found = {self._places.get((resource.partner_id, name)) for name in names}
        for place in sorted(place for place in found if place is not None):
            if self._items[place].header.resourceType == "Medication":
                yield from self._elements.values(self._items[place], _CODE)
