"""Who is asked first what an item says: by category, the kinds of partner that hold the record of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from broker.domain.category import Category

# What kind of service a partner is: the words of `organisation.kind` in a registration.
KINDS = (
    "gp",
    "acute",
    "mental-health",
    "community",
    "social-care",
    "sexual-health",
    "ambulance",
    "hospice",
    "pharmacy",
)
_PRACTICE = ("gp",)
_PERFORMED = ("acute", "mental-health", "community", "sexual-health", "ambulance", "hospice")
# A practice holds the list of what is so; whoever did something holds what was done and found.
SHIPPED_LEADS: Mapping[Category, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            (Category.ALLERGIES, Category.MEDICINES, Category.PROBLEMS, Category.VACCINATIONS), _PRACTICE
        ),
        **dict.fromkeys(
            (
                Category.RESULTS,
                Category.PROCEDURES,
                Category.DOCUMENTS,
                Category.OBSERVATIONS,
                Category.CONTACTS,
                Category.APPOINTMENTS,
                Category.PLANS,
                Category.ALERTS,
            ),
            _PERFORMED,
        ),
        Category.REFERRALS: _PRACTICE,
        Category.SOCIAL_CARE: ("social-care",),
    }
)
