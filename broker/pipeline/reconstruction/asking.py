"""The items of a disclosure to what each partner is asked for: the versions that were shown, where it can be
asked for versions, and else the ordinary question for items of these kinds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

from broker.domain.audit import ReleasedItem
from broker.domain.category import categories_of_type
from broker.domain.decision import Decision, Effect, Judgement
from broker.domain.query import AskLimits, PartnerAsk
from broker.domain.reconstruction import ItemVersion
from broker.domain.registration import PartnerRegistration
from broker.pipeline.fanout import Road
from broker.ports.connector import Conversation, VersionedConnector

# Why an item is not asked for. The patient index's own Patient was shown under an id of ours.
AS_SHOWN, UNREGISTERED, CARE_ALONE = "as-shown", "not-registered", "direct-care-only"


@dataclass(frozen=True, slots=True)
class _Again:
    """A connector that asks for versions instead, and for items without one as it always does."""

    connector: VersionedConnector
    wanted: tuple[ItemVersion, ...] = field(repr=False)
    unversioned: bool

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """As the connector's own."""
        ending = yield from self.connector.fetch_versions(ask, self.wanted)
        if self.unversioned and ending.label.answered_fully:
            ending = yield from self.connector.fetch(ask)
        return ending


def why_not_asked(partner_id: str, decision: Decision | None, road: Road | None, index_id: str) -> str | None:
    """None for a partner that is asked."""
    if partner_id == index_id:
        return AS_SHOWN
    if decision is None or road is None:
        return UNREGISTERED
    if road.direct_care_only:
        return CARE_ALONE
    return None if decision.effect is Effect.PERMIT else decision.reasons[0].rule


def reasons_not_to_ask(
    items: Iterable[ReleasedItem], judgement: Judgement, roads: dict[str, Road], index_id: str
) -> dict[str, str]:
    """Of every partner of the disclosure that is not asked, why."""
    partners = {item.partner_id for item in items}
    found = {
        name: why_not_asked(name, judgement.decision_for(name), roads.get(name), index_id)
        for name in partners
    }
    return {name: why for name, why in found.items() if why is not None}


def road_again(road: Road, items: tuple[ReleasedItem, ...]) -> Road:
    """The same road, on which these items' versions are asked for."""
    if not road.versions:
        return road
    wanted = tuple(
        ItemVersion(item.resource_type, item.local_id, item.version) for item in items if item.version
    )
    again = _Again(road.connector, wanted, unversioned=len(wanted) < len(items))  # type: ignore[arg-type] # its manifest says so
    return dataclasses.replace(road, connector=again)


def ask_again(
    registration: PartnerRegistration, items: tuple[ReleasedItem, ...], ask: PartnerAsk
) -> PartnerAsk:
    """`ask` narrowed to the kinds of these items, at this partner."""
    types = frozenset(item.resource_type for item in items)
    kinds = frozenset().union(*(categories_of_type(name) for name in types))
    limits = registration.limits
    return dataclasses.replace(
        ask,
        partner_id=registration.partner_id,
        categories=kinds & registration.supplies,
        resource_types=types,
        limits=AskLimits(pages_max=limits.pages_max, entries_max=limits.entries_max),
        settings=registration.settings,
    )
