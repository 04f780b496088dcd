"""Proved resources and a decision to what is released and how much is withheld.

The second fence: the first is not asking. Screening follows references and `contained`: what may not be
seen leaves no stub, dangling reference, narrative or text behind. Pure, one partner at a time, in slices.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from broker.domain.category import SUPPORTING_TYPES, Category
from broker.domain.decision import Decision
from broker.domain.references import local_name, references_in
from broker.domain.resource import Resource
from broker.pipeline.screening.following import follow
from broker.pipeline.screening.locationless import without_location
from broker.pipeline.screening.objected import is_objected

_ITEMS_IN_A_SLICE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What one partner's answer may show to this reader.

    `withheld` is for the audit record: a caller never sees a count made before screening.
    `hidden` holds the local references that must not be named; `narrative_hidden` says that text
    written over the whole of an item may speak of what was withheld. `fallen` are the categories of
    permitted items that went with something withheld: they may not be called "none recorded".
    """

    partner_id: str
    released: tuple[Resource, ...] = field(repr=False)
    withheld: int
    hidden: frozenset[str] = field(repr=False, default=frozenset())
    narrative_hidden: bool = False
    fallen: frozenset[Category] = frozenset()


def screen(
    partner_id: str, resources: tuple[Resource, ...], decision: Decision, types: frozenset[str]
) -> Generator[None, None, Screened]:
    """Release what `decision` permits; everything else is withheld.

    `types` are the resource types that were asked for (empty is all): an item of another type is set
    aside without a trace, because nobody asked for it, and hides nothing.
    """
    if decision.locationless:
        return _screened(
            partner_id, resources, without_location(resources, decision), hidden=_names(resources)
        )
    items, support, withheld = yield from _permitted(resources, decision)
    hidden = _names(withheld)
    followed = follow(items, hidden, decision.categories)
    yield
    fallen = _names(items) - _names(followed) if len(followed) < len(items) else frozenset()
    lost = frozenset(item.category for item in items if item.local_reference in fallen)
    asked_for = [item for item in followed if not types or item.header.resourceType in types]
    released = _with_support(asked_for, support) if not types else asked_for
    return _screened(partner_id, resources, released, hidden | fallen, lost)


def _permitted(
    resources: Iterable[Resource], decision: Decision
) -> Generator[None, None, tuple[list[Resource], list[Resource], list[Resource]]]:
    """Items that may be seen, what describes who and where, and items that may not be seen."""
    items: list[Resource] = []
    support: list[Resource] = []
    withheld: list[Resource] = []
    for count, resource in enumerate(resources, start=1):
        if resource.header.resourceType in SUPPORTING_TYPES:
            support.append(resource)
        elif _may_be_seen(resource, decision):
            items.append(resource)
        else:
            withheld.append(resource)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return items, support, withheld


def _may_be_seen(resource: Resource, decision: Decision) -> bool:
    """Its category is permitted, the caller's scopes open its type, and no objection covers it."""
    return (
        resource.category in decision.categories
        and (not decision.resource_types or resource.header.resourceType in decision.resource_types)
        and not is_objected(resource, decision.withholds)
    )


def _names(resources: Iterable[Resource]) -> frozenset[str]:
    return frozenset(resource.local_reference for resource in resources)


def _with_support(items: list[Resource], support: list[Resource]) -> list[Resource]:
    """Who and where, only beside an item that refers to them, and what those refer to in turn."""
    waiting = {resource.local_reference: resource for resource in support}
    released = list(items)
    for resource in released:  # grows while it is walked: support may refer to support
        if not waiting:
            break
        for name in references_in(resource.raw):
            found = waiting.pop(local_name(name), None)
            if found is not None:
                released.append(found)
    return released


def _screened(
    partner_id: str,
    resources: tuple[Resource, ...],
    released: list[Resource],
    hidden: frozenset[str],
    fallen: frozenset[Category] = frozenset(),
) -> Screened:
    return Screened(
        partner_id=partner_id,
        released=tuple(released),
        withheld=len(resources) - len(released),
        hidden=hidden,
        narrative_hidden=bool(hidden),
        fallen=fallen,
    )
