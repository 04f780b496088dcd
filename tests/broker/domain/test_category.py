"""Which category an item is of, and what a partner is asked for."""

from __future__ import annotations

import pytest

from broker.domain.category import (
    TRANSLATED_TYPES,
    Category,
    categories_of_type,
    category_of,
    listed_code,
    types_in,
)


@pytest.mark.parametrize(
    ("kind", "code", "category"),
    [
        ("List", "886921000000105", Category.ALLERGIES),
        ("List", "24781000000107", Category.CONTACTS),
        ("List", "problems-medications-related-to-problems", Category.PROBLEMS),
        ("List", "consultations-allergies-contained-in-consultations", Category.CONTACTS),
        ("List", "something-else", Category.UNCLASSIFIED),
        ("Basic", "listed-medicines", Category.MEDICINES),
        ("Basic", "anything", Category.UNCLASSIFIED),
        ("Task", "social-care", Category.SOCIAL_CARE),
        ("Task", "problems-anything", Category.PLANS),
    ],
)
def test_a_list_or_a_listed_item_is_of_the_category_that_its_code_names(
    kind: str, code: str, category: Category
) -> None:
    """The code decides, and an unknown one opens nothing that its kind would not."""
    assert category_of(kind, [code]) is category


def test_every_category_has_a_code_for_its_listed_items() -> None:
    """Whatever cannot be translated keeps the category that it had."""
    assert {category_of("Basic", [listed_code(one)]) for one in Category} == set(Category)


def test_a_partner_is_not_asked_for_what_only_a_translation_writes() -> None:
    """No server is asked for a List because our own connectors make them."""
    assert TRANSLATED_TYPES.isdisjoint(types_in(Category))


def test_a_listed_item_may_be_of_any_category() -> None:
    """So a scope that opens one category never opens every Basic."""
    assert categories_of_type("Basic") == frozenset(Category)
