"""The table of grouping rules, its page, and FHIR agree."""

from __future__ import annotations

import pytest
from fhir.resources.R4B import get_fhir_model_class

from broker.domain.category import Category
from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.leads import KINDS, SHIPPED_LEADS
from broker.pipeline.merging.agreement import COLUMNS
from broker.pipeline.merging.reference import page
from broker.pipeline.merging.table import BY_KIND, OTHERWISE, RULES, UNGROUPED
from tests.support.real_data import PROJECT


def test_the_reference_page_is_the_tables() -> None:
    """Made by `python -m broker.pipeline.merging.reference > docs/reference/grouping.md`."""
    assert (PROJECT / "docs" / "reference" / "grouping.md").read_text() == page()


def elements(kind: str) -> set[str]:
    """The elements of a kind, as FHIR writes them."""
    fields = get_fhir_model_class(kind).model_fields
    return {field.alias or name for name, field in fields.items()}


def named(column: str) -> list[str]:
    """The first element of each name in a column."""
    words = column.replace("else words of ", "").replace(" + ", ", ").split(", ") if column else []
    return [word.split(".")[0].split(" ")[0] for word in words]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_every_name_in_a_row_is_an_element_of_that_kind(rule: object) -> None:
    """A misspelt element would be silent in every item, and silence differs from nothing."""
    known = elements(rule.kind)  # type: ignore[attr-defined] # a row of the table
    for column in ("code", "date", "state", "value", "dose", "same", "apart", "wording"):
        for name in named(getattr(rule, column)):
            stem = name.removesuffix("[x]")
            assert name in known or (name != stem and any(one.startswith(stem) for one in known)), name


def test_no_kind_has_two_rows_nor_a_row_and_none() -> None:
    """Each kind is spoken of once."""
    assert len(BY_KIND) == len(RULES)
    assert UNGROUPED.isdisjoint(BY_KIND)
    assert not OTHERWISE.likens


def test_every_column_has_its_contradiction_and_every_word_its_sentence() -> None:
    """What differs under one identifier can be told, in words that tell nothing of the items."""
    assert {f"{column}-differs" for column in COLUMNS} <= set(KINDS_OF_CONTRADICTION)
    for kind in KINDS_OF_CONTRADICTION.values():
        assert kind.sentence.endswith(".")
        assert kind.found.endswith(".")


def test_every_lead_is_a_kind_of_partner() -> None:
    """And every category but those of nobody's has one."""
    assert {one for kinds in SHIPPED_LEADS.values() for one in kinds} <= set(KINDS)
    assert set(Category) - set(SHIPPED_LEADS) == {Category.DEMOGRAPHICS, Category.UNCLASSIFIED}
