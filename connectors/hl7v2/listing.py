"""An item that is not translated into a Basic resource that holds it whole, with its category."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.category import Category
from connectors.hl7v2.items import Item
from connectors.hl7v2.places import Surroundings
from connectors.r4 import ListedReason, Tree, listed

# By the segment's name, else by its first two letters. Whatever is not here is of no known category.
_CATEGORIES: Mapping[str, Category] = {
    "AL1": Category.ALLERGIES,
    "IAM": Category.ALLERGIES,
    "DG1": Category.PROBLEMS,
    "PRB": Category.PROBLEMS,
    "PR1": Category.PROCEDURES,
    "PV1": Category.CONTACTS,
    "SCH": Category.APPOINTMENTS,
    "AI": Category.APPOINTMENTS,
    "RX": Category.MEDICINES,
    "OBR": Category.RESULTS,
    "OBX": Category.RESULTS,
    "SPM": Category.RESULTS,
    "TXA": Category.DOCUMENTS,
    "ORC": Category.REFERRALS,
    "RF1": Category.REFERRALS,
    "PRD": Category.REFERRALS,
    "GOL": Category.PLANS,
    "PTH": Category.PLANS,
    "IN": Category.DEMOGRAPHICS,
    "GT1": Category.DEMOGRAPHICS,
    "NK1": Category.DEMOGRAPHICS,
    "MRG": Category.DEMOGRAPHICS,
    "ROL": Category.DEMOGRAPHICS,
}


def category_of_segment(name: str) -> Category:
    """What an item that begins with this segment is."""
    return _CATEGORIES.get(name) or _CATEGORIES.get(name[:2]) or Category.UNCLASSIFIED


def listed_item(item: Item, around: Surroundings, category: Category | None, reason: ListedReason) -> Tree:
    """The item with everything behind it, as it was written."""
    kept = category or category_of_segment(item.head.name)
    tree = listed(kept, reason, item.written.encode(), subject=around.subject)
    if not around.subject:
        del tree["subject"]
    return {**tree, "id": around.new_id("Basic", item.written)}
