"""Dead by one record of the person and not by another. Whether they have died is nothing that we decide."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from broker.domain.resource import Resource
from broker.domain.view import Contradiction

_WHY = "death-differs"


class _Person(msgspec.Struct, gc=False, rename="camel"):
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None


_PERSON = msgspec.json.Decoder(_Person)


def deaths(people: Sequence[int], items: Sequence[Resource], *, died: bool) -> list[Contradiction]:
    """Among the partners' own Patients; where these agree, beside the index, by which the person `died`."""
    dead = [index for index in people if _has_died(items[index])]
    if dead and len(dead) < len(people):
        return [Contradiction(tuple(people), _WHY)]
    if people and bool(dead) is not died:
        return [Contradiction(tuple(people), _WHY, with_index=True)]
    return []


def _has_died(item: Resource) -> bool:
    try:
        person = _PERSON.decode(item.raw)
    except msgspec.DecodeError:
        return False
    return bool(person.deceased_boolean or person.deceased_date_time)
