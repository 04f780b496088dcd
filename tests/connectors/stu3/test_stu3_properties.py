"""Whatever a supplier writes, the translator loses none of it and leaves R4."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.stu3.resources import KINDS
from connectors.stu3.table import read_tables
from connectors.stu3.tables import EVERY_TABLE
from tests.connectors.stu3.translated import run, strings, words, written

# What a relation's type has become is the element that its target stands in.
_SAID_OTHERWISE = {"has-member", "derived-from"}
_MEMBERS = {
    table.name: [line.name for line in table.lines]
    for text in EVERY_TABLE
    for table in read_tables(text)
    if table.name in KINDS
}
_WORDS = st.sampled_from(
    ["final", "active", "suspended", "2019", "2019-02-03T10:00:00", "1951-04-09", "x y", "Ward A", "", " "]
)
_LEAVES = st.one_of(_WORDS, st.booleans(), st.integers(-5, 5), st.none(), st.text(max_size=6))
_NAMES = st.sampled_from(
    [
        "coding",
        "text",
        "code",
        "value",
        "reference",
        "extension",
        "url",
        "valueString",
        "period",
        "_value",
        "x",
    ]
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def _resources(draw: st.DrawFn) -> dict[str, Any]:
    """A resource of a known kind with anything in its members, and members of no kind."""
    kind = draw(st.sampled_from(sorted(_MEMBERS)))
    names = draw(st.lists(st.sampled_from([*_MEMBERS[kind], "supplierOwn"]), max_size=5, unique=True))
    members = {name: draw(_VALUES) for name in names}
    beside = (
        {f"_{name}": draw(_VALUES) for name in draw(st.sets(st.sampled_from(names), max_size=1))}
        if names
        else {}
    )
    return {"resourceType": kind, "id": draw(st.sampled_from(["1", "a_b"])), **members, **beside}


@settings(max_examples=300, deadline=None)
@given(_resources())
def test_every_text_of_a_resource_is_found_again(resource: dict[str, Any]) -> None:
    """As a value of its own, or within the text of a value that is carried as given."""
    (item,) = run(written(resource)).items
    found = words(item.entry.raw)
    for text in strings({name: value for name, value in resource.items() if name != "resourceType"}):
        assert text in found or text in _SAID_OTHERWISE, text


@settings(max_examples=300, deadline=None)
@given(st.lists(_resources(), max_size=4))
def test_every_resource_becomes_an_item_of_valid_r4(resources: list[dict[str, Any]]) -> None:
    """The judge of R4 4.0.1 finds nothing wrong, and no resource goes without an item."""
    import fhirkit  # noqa: PLC0415 - only where it judges

    translation = run(written(*resources))
    assert {item.source for item in translation.items} == set(range(len(resources)))
    for entry in translation.entries:
        assert [str(issue) for issue in fhirkit.validate(entry.raw)] == []
