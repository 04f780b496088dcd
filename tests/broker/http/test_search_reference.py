"""The page of search parameters, and the tables that it is made from."""

from __future__ import annotations

from pathlib import Path

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.include_parameters import INCLUDE_PARAMETERS
from broker.domain.search_parameters import SEARCH_PARAMETERS
from broker.http.routes import EVERYTHING_TYPES, SEARCHABLE_TYPES
from broker.http.search_reference import BEGIN, END, search_section

_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "search.md"


def test_the_page_of_parameters_is_the_table() -> None:
    """`docs/reference/search.md` holds the generated section as the code would write it now."""
    page = _PAGE.read_text()
    assert page[page.index(BEGIN) : page.index(END) + len(END)] == search_section()


def test_the_tables_name_types_of_this_record_alone() -> None:
    """Parameters of types that are searched, includes of types that may come."""
    assert set(SEARCH_PARAMETERS) <= SEARCHABLE_TYPES
    assert set(INCLUDE_PARAMETERS) <= SEARCHABLE_TYPES
    targets = {
        target for rows in INCLUDE_PARAMETERS.values() for row in rows.values() for target in row.targets
    }
    assert targets <= (EVERYTHING_TYPES | SUPPORTING_TYPES) - {"Patient"}


def test_every_type_with_a_state_or_a_time_can_be_searched_by_it() -> None:
    """Every type but those of which R4 has no such parameter."""
    without = {"DeviceUseStatement", "RelatedPerson"}
    dated = {
        kind
        for kind, rows in SEARCH_PARAMETERS.items()
        if "date" in {row.search_type for row in rows.values()}
    }
    assert SEARCHABLE_TYPES - dated == without
