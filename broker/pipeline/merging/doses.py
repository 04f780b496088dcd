"""One medicine, active at two sources in doses that are not written alike."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import msgspec

from broker.domain.resource import Resource
from broker.domain.view import Contradiction
from broker.pipeline.merging.between_partners import differ_between_partners
from broker.pipeline.merging.clash_table import NO_ORDERS
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.kin import Kin

_ITEMS_IN_A_SLICE = 250
_ACTIVE = "active"


class _Ordered(msgspec.Struct, gc=False, rename="camel"):
    intent: str | None = None
    do_not_perform: bool | None = None


_ORDERED = msgspec.json.Decoder(_Ordered)


def doses(
    medicines: Sequence[int], items: Sequence[Resource], contents: Contents
) -> Generator[None, None, list[Contradiction]]:
    """Orders and statements together; what gives no dose contradicts none."""
    kin = Kin()
    for count, index in enumerate(medicines, start=1):
        if _is_taken(items[index]) and any(contents.of(index).dose):
            for name in contents.of(index).said.names:
                kin.name(name, index)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    families = yield from kin.families()
    return [
        Contradiction(tuple(family), "medicine-dose-differs")
        for family in families
        if differ_between_partners(family, items, lambda index: contents.of(index).dose)
    ]


def _is_taken(item: Resource) -> bool:
    """Whether it says that the person takes it now, or is to."""
    if item.header.status != _ACTIVE:
        return False
    try:
        order = _ORDERED.decode(item.raw)
    except msgspec.DecodeError:
        return False
    return not order.do_not_perform and order.intent not in NO_ORDERS
