"""Everything by its own date and precision, and who is involved in it."""

from __future__ import annotations

from typing import Any

from broker.domain.category import Category
from broker.domain.query import Interaction
from broker.domain.view import Group, SectionKind, SectionState
from tests.support.records import item
from tests.support.useful_views import from_both, told


def problem(local_id: str, text: str, **members: Any) -> dict[str, Any]:
    """A Condition in words alone."""
    return item("Condition", local_id, code={"text": text}, **members)


def timeline(*charts: list[dict[str, Any]], **changes: Any) -> list[dict[str, Any]]:
    """The rows of what one or two partners hold."""
    rows: list[dict[str, Any]] = told(Interaction.VIEW_TIMELINE, from_both(*charts), **changes)["rows"]
    return rows


def people(*charts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows of who is involved, by name."""
    return {row["name"]: row for row in told(Interaction.VIEW_PEOPLE, from_both(*charts))["rows"]}


def test_each_item_stands_at_its_own_date_and_precision_and_the_undated_at_the_end() -> None:
    """Nothing is made more exact than it was written, and nothing without a date is left out."""
    rows = timeline(
        [
            problem("1", "Gout"),
            problem("2", "Asthma", onsetDateTime="2016"),
            problem("3", "Ulcer", onsetDateTime="2016-03-01T23:30:00-05:00"),
        ],
        [problem("4", "Cough", onsetDateTime="2016-03"), problem("5", "Rash", onsetDateTime="in spring")],
    )
    assert [(row["words"], row["at"]) for row in rows] == [
        ("Ulcer", "2016-03-01T23:30:00-05:00"),
        ("Cough", "2016-03"),
        ("Asthma", "2016"),
        ("Gout", "no date given"),
        ("Rash", "in spring"),
    ]
    assert [row["dated"] for row in rows] == [True, True, True, False, False]


def test_members_of_a_group_are_one_row_at_each_of_their_dates() -> None:
    """Two dates of one thing are two places in time."""
    same = [problem("1", "Gout", onsetDateTime="2016")], [problem("2", "Gout", onsetDateTime="2016")]
    assert [row["sources"] for row in timeline(*same, groups=(Group((0, 1), "same-content"),))] == [
        ["Addenbury", "Papermill"]
    ]
    other = same[0], [problem("2", "Gout", onsetDateTime="2016-02")]
    assert len(timeline(*other, groups=(Group((0, 1), "same-identifier"),))) == 2


def test_a_list_and_who_and_where_are_no_events() -> None:
    """What a list holds is one, each by itself."""
    frame = item("List", "l", code={"text": "Problems"}, entry=[{"item": {"reference": "Condition/1"}}])
    rows = timeline([frame, problem("1", "Gout"), {"resourceType": "Organization", "id": "o"}])
    assert [row["kind"] for row in rows] == ["Condition"]


def test_what_must_not_be_told_to_the_person_is_marked() -> None:
    """At the item of the row that says it."""
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}
    [row] = timeline([problem("1", "Secret", meta={"security": [label]})])
    assert row["entries"][0]["not_for_the_person"] is True


def test_absence_is_said_at_the_top_in_the_words_of_every_answer() -> None:
    """An empty view is no empty history."""
    unknown = SectionState(category=Category.PROBLEMS, shown=0, state=SectionKind.NOT_KNOWN)
    view = told(Interaction.VIEW_TIMELINE, (), sections=(unknown,))
    assert view["rows"] == []
    assert "not known whether there is any" in view["sections"][0]["text"]
    assert view["services"][0]["text"] == "Addenbury answered in full."
    assert any("not evidence of absence" in one["text"] for one in view["notices"])


DOCTOR = {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Grey", "prefix": ["Dr"]}]}
BY_DOCTOR = {"participant": [{"individual": {"reference": "Practitioner/d"}}]}


def visit(local_id: str, start: str, status: str = "finished") -> dict[str, Any]:
    """An Encounter with the doctor."""
    return item("Encounter", local_id, status=status, period={"start": start}, **BY_DOCTOR)


def test_whoever_is_named_stands_with_role_sources_items_and_last_contact() -> None:
    """A cancelled visit and a booked one were no contact."""
    row = people(
        [DOCTOR, visit("1", "2026-01-02"), visit("2", "2026-03-04"), visit("3", "2026-05-06", "cancelled")]
    )["Dr Grey"]
    assert (row["kind"], row["last_contact"], row["last_named"]) == (
        "Practitioner",
        "2026-03-04",
        "2026-05-06",
    )
    assert row["roles"] == ["participant"]
    assert len(row["entries"][0]["items"]) == 4


def test_a_participants_part_is_the_role_and_a_missed_appointment_no_contact() -> None:
    """In the source's own words; what kind of visit it was is nobody's role."""
    part = {"type": [{"text": "attending"}], "actor": {"reference": "Practitioner/d"}}
    person = {"actor": {"reference": "Patient/p1"}}
    missed = item("Appointment", "1", status="noshow", start="2026-02-01", participant=[part, person])
    row = people([DOCTOR, missed])["Dr Grey"]
    assert (row["roles"], row["last_named"]) == (["attending"], "2026-02-01")
    assert "last_contact" not in row
    typed = {**visit("2", "2026-03-04"), "type": [{"text": "Home visit"}]}
    assert people([DOCTOR, typed])["Dr Grey"]["roles"] == ["participant"]


def test_one_who_has_the_same_identifier_at_two_sources_is_one_row() -> None:
    """A name alone does not make two people one."""
    known = {
        **DOCTOR,
        "identifier": [{"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": "1234567"}],
    }
    assert people([known, visit("1", "2026")], [known, visit("1", "2026")])["Dr Grey"]["sources"] == [
        "Addenbury",
        "Papermill",
    ]
    unknown = from_both([DOCTOR, visit("1", "2026")], [DOCTOR, visit("1", "2026")])
    rows = told(Interaction.VIEW_PEOPLE, unknown)["rows"]
    assert [row["kind"] for row in rows] == ["Practitioner", "Practitioner", "service", "service"]


def test_one_who_is_named_in_words_alone_is_named_so() -> None:
    """Many systems send no more than a display."""
    named = problem(
        "1",
        "Gout",
        recorder={"display": "Nurse Brown"},
        subject={"reference": "Patient/p1", "display": "The person"},
    )
    rows = people([named])
    assert set(rows) == {"Nurse Brown", "Addenbury"}
    assert (rows["Nurse Brown"]["kind"], rows["Nurse Brown"]["roles"]) == ("named in words", ["recorder"])


def test_a_role_goes_by_whoever_has_it_and_where() -> None:
    """With the role's own words."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": "Practitioner/d"},
        "organization": {"reference": "Organization/o"},
        "code": [{"text": "Heart failure nurse"}],
    }
    where = {"resourceType": "Organization", "id": "o", "name": "Heart clinic"}
    named = problem("1", "Heart failure", recorder={"reference": "PractitionerRole/r"})
    row = people([role, DOCTOR, where, named])["Dr Grey at Heart clinic"]
    assert row["roles"] == ["Heart failure nurse", "recorder"]


def test_each_service_that_the_record_comes_from_is_involved() -> None:
    """By its own visits, and without any by its latest item; a list or an address alone is nothing done."""
    address = {"resourceType": "Organization", "id": "o", "name": "Heart clinic"}
    rows = people(
        [visit("1", "2026-01-02"), visit("2", "2026-03-04"), problem("3", "Gout", onsetDateTime="2026-05")],
        [problem("4", "Rash", onsetDateTime="2025"), problem("5", "Cough", onsetDateTime="2026"), address],
    )
    assert (rows["Addenbury"]["kind"], rows["Addenbury"]["last_contact"]) == ("service", "2026-03-04")
    assert len(rows["Addenbury"]["entries"][0]["items"]) == 2
    assert (rows["Papermill"]["last_named"], "last_contact" in rows["Papermill"]) == ("2026", False)


def test_no_service_is_named_in_a_protected_persons_view() -> None:
    """Neither by its items nor by its visits."""
    view = told(Interaction.VIEW_PEOPLE, from_both([visit("1", "2026-01-02")]), locationless=True, lines=())
    assert not any(row["kind"] == "service" for row in view["rows"])
