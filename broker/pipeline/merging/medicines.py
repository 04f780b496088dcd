"""The code of a medicine that an item names by a reference: contained in it, or a Medication beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from broker.domain.resource import ABSENT, Resource

_MEDICATION = "Medication"


class Medicines:
    """Each partner's own Medications, by every name that the partner has for them."""

    def __init__(self, items: Sequence[Resource]) -> None:
        """Looked through when the first medicine is asked for."""
        self._items = items
        self._codes: dict[tuple[str, str], bytes] | None = None

    def code_of(self, resource: Resource, reference: bytes, contained: msgspec.Raw | None) -> bytes | None:
        """The code as written; the reference itself, for the name beside it, where it leads to none."""
        found = msgspec.json.decode(reference)
        name = found.get("reference") if isinstance(found, dict) else None
        if not isinstance(name, str):
            return reference
        if name.startswith("#"):
            return _inside(contained, name[1:]) or reference
        if self._codes is None:
            self._codes = dict(_named(self._items))
        return self._codes.get((resource.partner_id, name), reference)


def _named(items: Sequence[Resource]) -> list[tuple[tuple[str, str], bytes]]:
    named = []
    for one in items:
        if one.header.resourceType == _MEDICATION and one.header.code is not ABSENT:
            code = bytes(one.header.code)
            named.append(((one.partner_id, one.local_reference), code))
            if one.full_url is not None:
                named.append(((one.partner_id, one.full_url), code))
    return named


def _inside(contained: msgspec.Raw | None, local_id: str) -> bytes | None:
    held: Any = None if contained is None else msgspec.json.decode(contained)
    for one in held if isinstance(held, list) else ():
        if isinstance(one, dict) and one.get("id") == local_id and "code" in one:
            return msgspec.json.encode(one["code"])
    return None
