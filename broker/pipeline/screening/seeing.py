"""One item and a decision to whether this reader may see it."""

from __future__ import annotations

from broker.domain.category import Category
from broker.domain.decision import Decision
from broker.domain.resource import Resource
from broker.pipeline.screening.objected import is_objected
from broker.pipeline.screening.sensitive import is_hidden

_ALL_NAMED = frozenset(Category) - {Category.UNCLASSIFIED}


def may_be_seen(resource: Resource, decision: Decision) -> bool:
    """Its category is permitted, the caller's scopes open its type, and neither an objection nor a
    hidden sensitivity class covers it.
    """
    return (
        resource.category in decision.categories
        and (not decision.resource_types or resource.header.resourceType in decision.resource_types)
        and not (decision.withholds and is_objected(resource, decision.withholds))
        and not is_hidden(resource, decision.hidden_classes)
    )


def is_full_permit(decision: Decision) -> bool:
    """True when nothing that has a category could be kept from this reader at this partner, but for what
    nobody may see.
    """
    return (
        not decision.withholds
        and decision.hidden_classes.only_legal
        and not decision.resource_types
        and decision.categories >= _ALL_NAMED
    )
