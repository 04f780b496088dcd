"""Whatever partners send, a summary is whole: each item in it, each reference met, and nothing broken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.query import Form
from broker.domain.references import references_in
from broker.domain.view import SectionKind, View
from broker.pipeline.presentation.summary.sections import SECTIONS
from tests.support.records import item, readable
from tests.support.summaries import composition, page, presented, reason, states, view

_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_WORDS, inner, max_size=2),
    max_leaves=4,
)
_CONCEPTS = st.fixed_dictionaries({"text": _WORDS}) | _ANY
_MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("code", "type", "medicationCodeableConcept", "vaccineCode", "valueQuantity"), _CONCEPTS
        ),
        **dict.fromkeys(
            ("note", "content", "reaction", "dosageInstruction", "derivedFrom", "component"), _ANY
        ),
        **dict.fromkeys(("recorder", "title", "description", "criticality", "emptyReason"), _ANY),
        "referenceRange": _ANY,
        "activity": _ANY,
        "doNotPerform": _ANY,
    },
)
_KINDS = st.sampled_from(
    [
        "AllergyIntolerance",
        "MedicationStatement",
        "MedicationRequest",
        "Condition",
        "Observation",
        "DocumentReference",
        "CarePlan",
        "Procedure",
        "Immunization",
        "DiagnosticReport",
        "Flag",
        "Encounter",
        "FamilyMemberHistory",
        "List",
        "Basic",
        "Appointment",
    ]
)
_OURS = {"Composition", "Patient", "Device", "OperationOutcome"}


@st.composite
def views(draw: st.DrawFn) -> View:
    """A view of a few items with members of any shape, from two partners."""
    made: list[Any] = []
    for partner in ("addenbury", "papermill"):
        drawn = draw(st.lists(st.tuples(_KINDS, _MEMBERS), max_size=4))
        raws = [
            item(kind, f"i{place}", **{**members, "patient": {"reference": "Patient/p1"}})
            for place, (kind, members) in enumerate(drawn)
        ]
        made += readable(raws, partner)[1:]
    return view(tuple(made))


@given(views())
@settings(max_examples=60, deadline=None)
def test_a_summary_of_anything_is_whole_and_names_what_it_holds(one: View) -> None:
    """Every section's entry is in the Bundle, every item in the Bundle is disclosed, and nothing else is."""
    out = presented(one)
    body = b"".join(out.body)
    tree = orjson.loads(body)
    held = [entry["resource"] for entry in tree["entry"]]
    names = {f"{resource['resourceType']}/{resource['id']}" for resource in held}
    sections = composition(tree)["section"]
    assert len(sections) == len(SECTIONS) + 1
    for section in sections:
        assert {entry["reference"] for entry in section.get("entry", [])} <= names
        assert ("entry" in section) != ("emptyReason" in section)
    items = [resource for resource in held if resource["resourceType"] not in _OURS]
    assert len(items) == len(out.shown) == len(set(out.shown))
    kinds = sorted(one.items[index].header.resourceType for index in out.shown)
    assert kinds == sorted(resource["resourceType"] for resource in items)


@given(views())
@settings(max_examples=40, deadline=None)
def test_each_item_of_a_category_that_a_summary_takes_whole_stands_in_it(one: View) -> None:
    """Allergies, medicines, problems and the rest: none is lost to its shape."""
    whole = {category for section in SECTIONS if section.takes_categories for category in section.categories}
    whole -= {Category.DOCUMENTS}
    shown = set(presented(one).shown)
    for index, resource in enumerate(one.items):
        if resource.category in whole and resource.header.resourceType != "List":
            assert index in shown


@given(views())
@settings(max_examples=40, deadline=None)
def test_a_page_of_anything_parses_as_it_was_written(one: View) -> None:
    """An HTML parser finds each row that we wrote, and no element that we did not write."""
    text = page(one)
    assert text.count("<tr") == text.count("</tr>")
    assert text.encode().decode() == text
    assert set(presented(one, Form.HTML).shown) <= set(presented(one).shown)


@given(
    st.sampled_from(list(SectionKind)), st.sampled_from(list(SectionKind)), st.sampled_from(list(Category))
)
@settings(max_examples=60, deadline=None)
def test_no_reason_says_none_unless_every_category_behind_it_has_none(
    most: SectionKind, other: SectionKind, category: Category
) -> None:
    """`nilknown` is earned by all that could hold an item of the section."""
    told = states(most, **{category.name.lower(): other})
    kinds = {state.category: state.state for state in told}
    tree = orjson.loads(b"".join(presented(view(sections=told)).body))
    for section in SECTIONS:
        none = all(kinds.get(one) is SectionKind.NONE_RECORDED for one in section.categories)
        assert (reason(tree, section.title) == "nilknown") is none


@given(views(), st.integers(0, 4000))
@settings(max_examples=25, deadline=None)
def test_no_moment_breaks_a_summary(one: View, days: int) -> None:
    """Six months before any day is a day."""
    at = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days)
    assert references_in(b"".join(presented(one, at=at).body))
