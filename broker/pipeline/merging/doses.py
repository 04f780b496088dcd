"""One medicine, active at two sources in doses that are not written alike, or in two strengths."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import msgspec

from broker.domain.resource import Resource
from broker.domain.view import Contradiction
from broker.pipeline.merging.between_partners import differ_between_partners
from broker.pipeline.merging.clash_table import NO_ORDERS
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.kin import Kin
from broker.pipeline.merging.strengths import Products, Strength

_ITEMS_IN_A_SLICE = 250
_ACTIVE = "active"


class _Ordered(msgspec.Struct, gc=False, rename="camel"):
    intent: str | None = None
    do_not_perform: bool | None = None


_ORDERED = msgspec.json.Decoder(_Ordered)


def doses(
    medicines: Sequence[int], items: Sequence[Resource], contents: Contents
) -> Generator[None, None, list[Contradiction]]:
    """Orders and statements together; what gives no dose, or no strength, contradicts none."""
    by_name, by_product = Kin(), Kin()
    products = Products()
    strengths: dict[int, Strength] = {}
    for count, index in enumerate(medicines, start=1):
        if _is_taken(items[index]):
            if any(contents.of(index).dose):
                for name in contents.of(index).said.names:
                    by_name.name(name, index)
            for product in products.of(contents.terms_of(index)):
                by_product.name(product.name, index)
                strengths.setdefault(index, product.strength)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    named = yield from by_name.families()
    strong = yield from by_product.families()
    differing = [one for one in named if differ_between_partners(one, items, lambda at: contents.of(at).dose)]
    differing += [one for one in strong if differ_between_partners(one, items, strengths.__getitem__)]
    return [Contradiction(tuple(family), "medicine-dose-differs") for family in differing]


def _is_taken(item: Resource) -> bool:
    """Whether it says that the person takes it now, or is to."""
    if item.header.status != _ACTIVE:
        return False
    try:
        order = _ORDERED.decode(item.raw)
    except msgspec.DecodeError:
        return False
    return not order.do_not_perform and order.intent not in NO_ORDERS
