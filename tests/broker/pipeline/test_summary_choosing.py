"""What of a view stands in a summary: the last months, the last few of a kind, each in its section."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from broker.domain.resource import Resource
from broker.domain.view import Contradiction, Group
from broker.pipeline.presentation.summary.reference import BEGIN, END, sections_table
from tests.support.real_data import PROJECT
from tests.support.records import item, readable
from tests.support.summaries import document, section, view
from tests.support.views import resources

LAB = [
    {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}
        ]
    }
]
# The view is of 22 November 2026.
OLD = "2020-01-0"


def result(local_id: str, when: str | None, code: str = "Potassium", **members: Any) -> dict[str, Any]:
    """A laboratory result."""
    dated = {} if when is None else {"effectiveDateTime": when}
    return item("Observation", local_id, category=LAB, code={"text": code}, **dated, **members)


def read(*results: dict[str, Any]) -> tuple[Resource, ...]:
    """As the view holds them."""
    return readable(results)[1:]


def shown(*results: dict[str, Any], **changes: Any) -> tuple[list[str], str]:
    """The dates of the results that stand, and the words of the section."""
    tree = document(view(read(*results), **changes))
    found = section(tree, "Results")
    return sorted(str(one.get("effectiveDateTime")) for one in resources(tree, "Observation")), found["text"][
        "div"
    ]


def test_the_last_five_of_a_test_stand_and_the_others_are_counted() -> None:
    """With where they are; the count is of what this reader may see."""
    dates, words = shown(*(result(f"o{n}", f"{OLD}{n}") for n in range(1, 9)))
    assert dates == [f"{OLD}{n}" for n in range(4, 9)]
    assert "More is available: 3 more" in words
    assert "$everything" in words


def test_five_are_counted_for_each_test() -> None:
    """A frequent test crowds out no rare one."""
    many = [result(f"o{n}", f"2020-02-{n:02}") for n in range(1, 20)]
    dates, _ = shown(*many, result("rare", "1999-01-01", "Lead"))
    assert dates[0] == "1999-01-01"
    assert len(dates) == 6


def test_everything_of_the_last_six_months_stands() -> None:
    """However often."""
    days = [(dt.date(2026, 11, 1) - dt.timedelta(days=n)).isoformat() for n in range(40)]
    dates, words = shown(*(result(f"o{n}", day) for n, day in enumerate(days)))
    assert len(dates) == 40
    assert "More is available" not in words


@pytest.mark.parametrize(
    ("when", "stands"),
    [
        ("2026-05-22", True),
        ("2026-05-21T23:59:00Z", False),
        ("2026-05", True),
        ("2026-04", False),
        ("2026", True),
        ("2025", False),
        (None, True),
    ],
)
def test_a_date_of_less_precision_counts_as_the_latest_that_it_can_mean(
    when: str | None, stands: bool
) -> None:
    """What has no date always stands: not knowing when is no reason to leave it out."""
    five = [result(f"o{n}", f"2026-11-0{n}") for n in range(1, 6)]
    dates, words = shown(*five, result("x", when))
    assert (str(when) in dates) is stands
    assert ("More is available: 1 more" in words) is not stands


def test_a_result_that_no_code_or_words_name_always_stands() -> None:
    """Nobody can say that it is one of five."""
    uncoded = [item("Observation", f"o{n}", category=LAB, effectiveDateTime="2001") for n in range(9)]
    assert len(shown(*uncoded)[0]) == 9


def test_a_group_stands_or_falls_as_one_and_counts_as_one() -> None:
    """Two sources of one result are one of the five."""
    results = [result(f"o{n}", f"{OLD}{n}") for n in range(1, 8)]
    dates, words = shown(*results, result("again", f"{OLD}7"), groups=(Group((6, 7), "same-content"),))
    assert dates == [*(f"{OLD}{n}" for n in range(3, 8)), f"{OLD}7"]
    assert "2 more" in words


def test_what_is_contradicted_always_stands() -> None:
    """However old."""
    results = [result(f"o{n}", f"{OLD}{n}") for n in range(1, 9)]
    dates, _ = shown(*results, contradictions=(Contradiction((0, 1), "value-differs"),))
    assert dates[:2] == [f"{OLD}1", f"{OLD}2"]


def test_of_a_years_results_and_one_of_that_year_alone_the_vague_one_may_be_the_newest() -> None:
    """It is not dropped for having no month."""
    dates, _ = shown(*(result(f"o{n}", f"2020-02-0{n}") for n in range(1, 7)), result("vague", "2020"))
    assert dates == ["2020", *(f"2020-02-0{n}" for n in range(3, 7))]


@pytest.mark.parametrize(
    ("kind", "status", "stands"),
    [
        ("Encounter", "in-progress", True),
        ("Encounter", "finished", False),
        ("Encounter", "cancelled", False),
        ("Encounter", {"coding": [{"code": "finished"}]}, True),
        ("EpisodeOfCare", "active", True),
        ("EpisodeOfCare", "finished", False),
    ],
)
def test_a_contact_that_goes_on_always_stands(kind: str, status: object, *, stands: bool) -> None:
    """However long ago it began, and however many came after it: whoever is in hospital still is."""
    later = [
        item(kind, f"e{n}", status="finished", period={"start": f"2025-0{n}-01", "end": f"2025-0{n}-02"})
        for n in range(1, 6)
    ]
    goes_on = item(kind, "x", status=status, period={"start": "2024-12-01"})
    tree = document(view(read(*later, goes_on)))
    assert ("2024-12-01" in section(tree, "Contacts")["text"]["div"]) is stands
    assert len(resources(tree, kind)) == 5 + stands


def test_a_code_moves_nothing_out_of_its_category() -> None:
    """A laboratory's oxygen saturation is a result, whatever it is coded with."""
    gas = {"code": {"coding": [{"system": "http://loinc.org", "code": "2708-6"}]}}
    tree = document(view(read(item("Observation", "o1", category=LAB, **gas))))
    assert "entry" in section(tree, "Results")
    assert "entry" not in section(tree, "Vital signs")
    tree = document(view(read(item("Observation", "o1", **gas))))
    assert "entry" in section(tree, "Vital signs")


def test_the_reference_page_is_the_table_of_sections() -> None:
    """`docs/reference/summary.md` holds it as the code would write it now."""
    text = (PROJECT / "docs" / "reference" / "summary.md").read_text()
    assert text[text.index(BEGIN) : text.index(END) + len(END)] == sections_table()


PLACES = {
    "Advance directives and treatment escalation": item(
        "DocumentReference",
        "d1",
        type={"coding": [{"system": "http://snomed.info/sct", "code": "1382601000000107"}]},
    ),
    "Plans of care": item(
        "DocumentReference",
        "d2",
        type={"coding": [{"system": "http://snomed.info/sct", "code": "736253002"}]},
    ),
    "Vital signs": item("Observation", "o1", category=[{"coding": [{"code": "vital-signs"}]}]),
    "Social history": item("Observation", "o2", category=[{"coding": [{"code": "social-history"}]}]),
    "Other observations": item("Observation", "o3"),
    "Results": item("DiagnosticReport", "r1"),
    "Family history": item("FamilyMemberHistory", "f1", patient={"reference": "Patient/p1"}),
    "Problems": item("Condition", "c1"),
    "Alerts": item("Flag", "g1"),
    "Contacts": item("Encounter", "e1"),
    "Immunisations": item("Immunization", "i1"),
    "Procedures": item("Procedure", "p2"),
}


@pytest.mark.parametrize(("title", "raw"), PLACES.items(), ids=PLACES.keys())
def test_an_item_stands_in_its_section_and_in_no_other(title: str, raw: dict[str, Any]) -> None:
    """By its codes, else by its type, else by its category."""
    tree = document(view(readable([raw])[1:]))
    holding = [one["title"] for one in tree["entry"][0]["resource"]["section"][1:] if "entry" in one]
    assert holding == [title]


def test_a_decision_that_is_a_coded_answer_stands_among_decisions() -> None:
    """A source may ask for the status and answer with the decision."""
    asked = {
        "code": {"text": "Resuscitation status"},
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "450476008"}]},
    }
    tree = document(view(read(item("Observation", "o1", **asked))))
    holding = [one["title"] for one in tree["entry"][0]["resource"]["section"][1:] if "entry" in one]
    assert holding == ["Advance directives and treatment escalation"]


@pytest.mark.parametrize("kind", ["Appointment", "ServiceRequest", "DocumentReference"])
def test_what_is_no_part_of_a_summary_is_said_to_be_elsewhere(kind: str) -> None:
    """It is not in the document, and so not in the disclosure."""
    raw = item(kind, "x1", participant=[{"actor": {"reference": "Patient/p1"}}])
    tree = document(view(readable([raw])[1:]))
    assert not resources(tree, kind)
    assert (
        "Not in a summary: appointments, referrals"
        in section(tree, "What this summary rests on")["text"]["div"]
    )


def test_a_course_of_a_medicine_is_one_line_and_all_of_it_is_in_the_document() -> None:
    """The statement speaks, the drug lends its name, and each order stands in the Bundle."""
    named = {"medicationReference": {"reference": "Medication/m1"}}
    course = [
        {"resourceType": "Medication", "id": "m1", "code": {"text": "Metformin 500mg"}},
        item("MedicationStatement", "s1", derivedFrom=[{"reference": "MedicationRequest/o1"}], **named),
        item("MedicationRequest", "o1", authoredOn="2026-10-01", **named),
    ]
    tree = document(view(readable(course)[1:]))
    found = section(tree, "Medicines")
    assert "Metformin 500mg; issued once, last on 2026-10-01" in found["text"]["div"]
    assert [one["reference"].partition("/")[0] for one in found["entry"]] == [
        "MedicationStatement",
        "MedicationRequest",
    ]
    assert len(resources(tree, "Medication")) == 1
