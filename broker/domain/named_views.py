"""The useful views: one question each that a clinician has of the whole record, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from broker.domain.category import Category, types_in
from broker.domain.query import Interaction

WITHIN_DAYS = 90
WITHIN_DAYS_MAX = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedView:
    """`categories` are all that partners are asked for; empty is everything that policy permits."""

    name: str
    words: str
    categories: frozenset[Category] = frozenset()

    @property
    def resource_types(self) -> frozenset[str]:
        """Every type that may hold an item of the categories; empty is every type."""
        return types_in(self.categories)


VIEWS: Mapping[Interaction, NamedView] = MappingProxyType(
    {
        Interaction.VIEW_MEDICINES: NamedView(
            name="medicines",
            words="Current medicines, side by side by source, each with its last issue.",
            categories=frozenset({Category.MEDICINES}),
        ),
        Interaction.VIEW_RESULTS: NamedView(
            name="results",
            words="Results as series, each value with its unit and range as given; and what was done lately.",
            categories=frozenset({Category.RESULTS, Category.OBSERVATIONS}),
        ),
        Interaction.VIEW_TIMELINE: NamedView(
            name="timeline", words="Everything by its own date, newest first, the undated at the end."
        ),
        Interaction.VIEW_PEOPLE: NamedView(
            name="people", words="Who is involved in the person's care, and the items that name them."
        ),
    }
)
