"""Does an objection to an item or a period hold this resource back? Doubt says yes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from broker.domain.category import Category
from broker.domain.decision import Withhold
from broker.domain.resource import Resource, identifiers_of
from broker.pipeline.screening.times import may_fall_in

_WHO = frozenset({Category.DEMOGRAPHICS})
_IDENTIFIER = "dentifier"


def is_objected(resource: Resource, withholds: tuple[Withhold, ...]) -> bool:
    """True when any of `withholds` covers the resource, or cannot be shown not to."""
    return any(_covers(withhold, resource) for withhold in withholds)


def _covers(withhold: Withhold, resource: Resource) -> bool:
    if resource.category is Category.DEMOGRAPHICS:
        # Who the person is bears no date and is no item: only an objection to exactly that means it.
        if withhold.categories != _WHO:
            return False
    elif withhold.categories and resource.category not in withhold.categories:
        return False
    return _item_covered(withhold, resource) and _period_covered(withhold, resource)


def _item_covered(withhold: Withhold, resource: Resource) -> bool:
    """An item without an identifier, or with one that lacks its system or value, could be the one."""
    if not withhold.items:
        return True
    own = {(_plain(one.system), _plain(one.value)) for one in identifiers_of(resource.header)}
    if not own or any(not system or not value for system, value in own):
        return True
    return not withhold.items.isdisjoint(own | set(_other_identifiers(resource)))


def _other_identifiers(resource: Resource) -> Iterator[tuple[str, str]]:
    """What else names the item: `masterIdentifier`, `accessionIdentifier` and the like."""
    for name, value in orjson.loads(resource.raw).items():
        if name.endswith(_IDENTIFIER) and name != "identifier":
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    yield _plain(one.get("system")), _plain(one.get("value"))


def _plain(part: Any) -> str:
    return part.strip() if isinstance(part, str) else ""


def _period_covered(withhold: Withhold, resource: Resource) -> bool:
    if withhold.period_start is None and withhold.period_end is None:
        return True
    first, after = withhold.period_start or "", withhold.period_end or "9999-99-99"
    return may_fall_in(orjson.loads(resource.raw), first, after)
