"""A view under criteria: its order, its counts, and what it may not say."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.criteria import Include, SortKey
from broker.domain.view import CompletenessLine, Holder, SectionKind, SectionState
from broker.pipeline.selecting import select
from tests.support.records import item, patient, read, readable
from tests.support.selected import coded, dated, matched, search, selected, whole
from tests.support.views import bundle, resources, view

NEWEST, OLDEST = SortKey("date", descending=True), SortKey("date")


def observations(*dates: str | dict[str, str]) -> list[dict[str, object]]:
    """Observations of these dates, each named by its place; empty is none."""
    members = [
        {} if not one else {"effectiveDateTime": one} if isinstance(one, str) else {"effectivePeriod": one}
        for one in dates
    ]
    return [item("Observation", f"o{n}", **one) for n, one in enumerate(members)]


def test_matches_come_in_the_order_asked_for() -> None:
    """By when it began upwards and when it ended downwards; without a date last, both ways."""
    items = readable(observations("2020", "", "2019-05", {"start": "2018", "end": "2021"}, "2020-06-01"))[1:]
    assert matched(items, search("Observation", sort=(OLDEST,))) == ["o3", "o2", "o0", "o4", "o1"]
    assert matched(items, search("Observation", sort=(NEWEST,))) == ["o3", "o0", "o4", "o2", "o1"]
    assert matched(items, search("Observation")) == ["o0", "o1", "o2", "o3", "o4"]


def test_the_second_key_orders_what_is_alike_by_the_first() -> None:
    """And where all keys are alike, the view's own order stands, both ways round."""
    changed = [
        item("Observation", f"o{n}", effectiveDateTime=when, meta={"lastUpdated": f"{year}-01-01T00:00:00Z"})
        for n, (when, year) in enumerate([("2020", 2023), ("2020", 2021), ("2019", 2022), ("2020", 2021)])
    ]
    items = readable(changed)[1:]
    assert matched(items, search("Observation", sort=(OLDEST, SortKey("_lastUpdated")))) == [
        "o2",
        "o1",
        "o3",
        "o0",
    ]
    assert matched(items, search("Observation", sort=(NEWEST,))) == ["o0", "o1", "o3", "o2"]


@given(
    years=st.lists(st.one_of(st.just(""), st.integers(2000, 2004).map(str)), max_size=9), newest=st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_any_order_is_that_of_years_as_numbers(years: list[str], newest: bool) -> None:
    """An oracle that sorts tuples: whether there is a date, the year, the place."""
    items = readable(observations(*years))[1:]
    places = range(len(years))
    expected = sorted(places, key=lambda n: (not years[n], (-1 if newest else 1) * int(years[n] or 0), n))
    key = NEWEST if newest else OLDEST
    assert matched(items, search("Observation", sort=(key,))) == [f"o{n}" for n in expected]


STANDING = [
    (item("Condition", "x", onsetDateTime="2010", clinicalStatus={"coding": [{"code": "active"}]}), True),
    (item("Condition", "x", onsetDateTime="2010", clinicalStatus={"coding": [{"code": "resolved"}]}), False),
    (item("Condition", "x", onsetDateTime="2010"), True),
    (item("Condition", "x", onsetDateTime="2010", abatementDateTime="2020-03"), True),
    (item("Condition", "x", onsetDateTime="2030", clinicalStatus={"coding": [{"code": "active"}]}), False),
    (item("Condition", "x", recordedDate="2025"), False),
    (item("Condition", "x", recordedDate="2025", onsetString="as a child"), True),
    (item("Condition", "x", recordedDate="2025", onsetAge={"value": 40, "unit": "a"}), True),
    (item("Immunization", "x", occurrenceString="at school", reaction=[{"date": "2025"}]), True),
    (item("AllergyIntolerance", "x", recordedDate="2010"), True),
    (item("MedicationRequest", "x", status="active", authoredOn="2010"), True),
    (item("MedicationRequest", "x", status="stopped", authoredOn="2010"), False),
    (item("FamilyMemberHistory", "x", status="completed", date="2010"), True),
    (item("FamilyMemberHistory", "x", status="entered-in-error", date="2010"), False),
    (item("Goal", "x", lifecycleStatus="completed", startDate="2010"), False),
    (item("Goal", "x", lifecycleStatus="active", startDate="2010"), True),
    (item("Observation", "x", status="final", effectiveDateTime="2010"), False),
    (item("Observation", "x", status="final", effectiveDateTime="2020-12-31T23:30:00Z"), True),
    (item("Observation", "x", status="final"), True),
    (item("Observation", "x", status="final", effectiveDateTime="soon"), True),
    (item("Encounter", "x", status="finished", period={"start": "2019", "end": "2021"}), True),
    (item("Encounter", "x", status="finished", period={"end": "2019"}), False),
    (item("DocumentReference", "x", date="2024", context={"period": {"start": "2020", "end": "2020"}}), True),
    (item("DocumentReference", "x", date="soon", context={"period": {"end": "2010"}}), True),
    (item("DocumentReference", "x", date=None, context={"period": {"end": "2010"}}), False),
    (item("RelatedPerson", "x"), True),
]


@pytest.mark.parametrize(("one", "shown"), STANDING)
def test_a_time_of_care_leaves_out_only_what_is_surely_of_another(
    one: dict[str, object], shown: bool
) -> None:
    """What is not over goes on, and what says no date, or none that can be read, is shown."""
    items = readable([one])[1:]
    assert matched(items, whole(start="2020", end="2020")) == (["x"] if shown else [])


def test_one_bound_alone_is_open_at_the_other_side() -> None:
    """`start` to ever after, `end` from ever before, both included."""
    items = readable(observations("2019", "2020", "2021", ""))[1:]
    assert matched(items, whole(start="2020")) == ["o1", "o2", "o3"]
    assert matched(items, whole(end="2020")) == ["o0", "o1", "o3"]


def test_what_changed_since_leaves_in_what_does_not_say_when_it_changed() -> None:
    """At or after the moment, at the precision of either."""
    changed = ["2026-01-01T10:00:00Z", "2026-01-01T09:59:59.999Z", "", "2026-02-01T00:00:00Z"]
    items = readable(
        item("Observation", f"o{n}", **({"meta": {"lastUpdated": when}} if when else {}))
        for n, when in enumerate(changed)
    )[1:]
    assert matched(items, whole(since="2026-01-01T10:00:00Z")) == ["o0", "o2", "o3"]
    assert matched(items, search("Observation", dated("_lastUpdated", "ge2026-01-01T10:00:00Z"))) == [
        "o0",
        "o3",
    ]


LINES = (
    CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", shown=2, expected=9),
    CompletenessLine(partner_id="", name="", label="complete", shown=1),
    CompletenessLine(partner_id="", name="The person's registered practice", label="not-asked"),
)
SECTIONS = (
    SectionState(category=Category.OBSERVATIONS, shown=3, state=SectionKind.SHOWN),
    SectionState(category=Category.ALLERGIES, shown=0, state=SectionKind.NONE_RECORDED),
    SectionState(category=Category.PROBLEMS, shown=1, state=SectionKind.NONE_KNOWN),
    SectionState(category=Category.DOCUMENTS, shown=0, state=SectionKind.WITHHELD_AT_SOURCE),
)


def test_a_narrowed_view_counts_what_it_shows_and_says_no_negative() -> None:
    """A partner's own total is not told beside a part, and no section says that there is nothing."""
    items = readable(observations("2019", "2020"))[1:] + readable(observations("2020"), "papermill")[1:]
    found = selected(items, search("Observation", dated("date", "2020")), lines=LINES, sections=SECTIONS)
    assert [(line.shown, line.expected) for line in found.lines] == [(1, None), (1, None), (0, None)]
    states = {section.category: (section.shown, section.state) for section in found.sections}
    assert states == {
        Category.OBSERVATIONS: (2, SectionKind.SHOWN),
        Category.ALLERGIES: (0, SectionKind.NOT_KNOWN),
        Category.PROBLEMS: (0, SectionKind.NOT_KNOWN),
        Category.DOCUMENTS: (0, SectionKind.WITHHELD_AT_SOURCE),
    }
    nothing = selected(items, search("Observation", dated("date", "1999")), lines=LINES, sections=SECTIONS)
    assert not any(section.none_recorded or section.shown for section in nothing.sections)


def test_a_part_does_not_say_that_a_source_states_that_none_is_known() -> None:
    """The statement may be what was left out; what became of the source stands, with what is shown of it."""
    holder = Holder(partner_id="addenbury", name="Addenbury", label="complete", shown=9, says_none=True)
    told = SectionState(
        category=Category.OBSERVATIONS, shown=9, state=SectionKind.NONE_KNOWN, holders=(holder,)
    )
    items = readable(observations("2019", "2020"))[1:]
    [section] = selected(items, search("Observation", dated("date", "2020")), sections=(told,)).sections
    assert section.state is SectionKind.SHOWN
    assert section.holders == (dataclasses.replace(holder, shown=1, says_none=False),)


def test_an_order_narrows_nothing_and_changes_no_count() -> None:
    """All that was said of the whole is said of it in another order."""
    items = readable(observations("2019", "2020"))[1:]
    found = selected(items, search("Observation", sort=(NEWEST,)), lines=LINES, sections=SECTIONS)
    assert (found.lines, found.sections) == (LINES, SECTIONS)


def test_what_came_only_to_be_named_and_was_not_is_not_counted_as_shown() -> None:
    """A medicine that no prescription names is left out, and its section does not say that it is there."""
    holder = Holder(partner_id="addenbury", name="Addenbury", label="complete", shown=1)
    told = SectionState(category=Category.MEDICINES, shown=1, state=SectionKind.SHOWN, holders=(holder,))
    items = readable([{"resourceType": "Medication", "id": "m", "code": {"text": "Ramipril"}}])[1:]
    include = Include("MedicationRequest", "medication")
    query = search("MedicationRequest", includes=(include,), included_types=frozenset({"Medication"}))
    found = selected(items, query, sections=(told, *SECTIONS[1:]))
    assert found.selection is not None
    assert found.selection.shown == ()
    assert found.sections[0] == dataclasses.replace(
        told, shown=0, state=SectionKind.NOT_KNOWN, holders=(dataclasses.replace(holder, shown=0),)
    )
    assert found.sections[1:] == SECTIONS[1:]


def test_a_list_is_no_item_of_a_narrowed_section_either() -> None:
    """It holds some together; what it holds is counted."""
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "933361000000108"}]}
    items = readable([item("List", "l", code=code), item("MedicationRequest", "m", status="active")])[1:]
    holder = Holder(partner_id="addenbury", name="Addenbury", label="complete", shown=1)
    told = SectionState(category=Category.MEDICINES, shown=1, state=SectionKind.SHOWN, holders=(holder,))
    assert selected(items, whole(start="2020"), sections=(told,)).sections == (told,)


def test_an_answer_to_a_part_says_that_it_is_one() -> None:
    """In its outcome, by a code of ours; an order alone is no part."""
    items = readable(observations("2019", "2020"))[1:]
    for query, told in (
        (search("Observation", dated("date", "2020")), True),
        (search("Observation", sort=(NEWEST,)), False),
        (whole(start="2020"), True),
    ):
        tree = bundle(selected(items, query), query=query)
        [outcome] = resources(tree, "OperationOutcome")
        codes = [one["details"].get("coding", [{}])[0].get("code") for one in outcome["issue"]]
        assert ("filtered" in codes) is told
        assert "total" not in tree


def test_an_items_id_and_its_bytes_are_the_same_under_every_criterion() -> None:
    """Two contents of one local id keep their two ids when one of them is left out or comes first."""
    twice = [item("Observation", "o", effectiveDateTime=year) for year in ("2019", "2020")]
    items = readable(twice)[1:]
    plain = search("Observation")
    ids = [one["id"] for one in resources(bundle(selected(items, plain), query=plain), "Observation")]
    assert len(set(ids)) == 2
    for query, expected in (
        (search("Observation", dated("date", "2020")), ids[1:]),
        (search("Observation", sort=(NEWEST,)), ids[::-1]),
    ):
        shown = resources(bundle(selected(items, query), query=query), "Observation")
        assert [one["id"] for one in shown] == expected


def test_items_are_asked_for_by_their_ids() -> None:
    """Those of the list, in the view's order; none of them is no error."""
    items = readable(observations("2019", "2020", "2021"))[1:]
    ids = ["a", "b", "c"]
    for wanted, expected in (({"c", "a"}, ["o0", "o2"]), ({"d"}, []), (set[str](), [])):
        query = search("Observation", ids=frozenset(wanted))
        found = selected(items, query, item_ids=ids)
        assert found.selection is not None
        assert [items[place].header.id for place in found.selection.shown] == expected


def test_a_link_says_the_question_again() -> None:
    """Percent-encoded, with the sealed id alone; every value as it was asked for."""
    asked = search(
        "Observation", coded("code", "http://loinc.org|a&b=c"), dated("date", "ge2020"), sort=(NEWEST,)
    )
    asked = dataclasses.replace(asked, count=1)
    items = readable(observations("2020", "2021"))[1:]
    links = {
        one["relation"]: one["url"]
        for one in bundle(selected(items, search("Observation")), query=asked)["link"]
    }
    said = "Observation?patient=sealedtoken&_sort=-date&code=http%3A%2F%2Floinc.org%7Ca%26b%3Dc&date=ge2020"
    assert links["self"].endswith(f"{said}&_count=1")
    assert f"{said}&_page=" in links["next"]


def test_a_narrowed_record_keeps_the_partners_own_patient() -> None:
    """Who the record is about has no date, and stays."""
    items = read([patient(), *observations("2019")]).resources
    assert matched(items, whole(start="2020")) == ["p1"]


def test_a_large_record_is_narrowed_in_slices() -> None:
    """A pause after each few hundred items, in reading, ordering and gathering what comes along."""
    items = readable(observations(*(f"20{n % 30:02d}" for n in range(2400))))[1:]
    query = search("Observation", dated("date", "ge2001"), sort=(NEWEST,))
    assert sum(1 for _ in select(view(items), query, ())) > 2400 // 200 * 2
