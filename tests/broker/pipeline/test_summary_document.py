"""A summary is a document that stands alone: what it names is in it, and what is in it is the partner's."""

from __future__ import annotations

import dataclasses
import re

import orjson
import pytest

from broker import __version__
from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.json_bytes import parse_strict
from broker.domain.query import Form
from broker.domain.references import references_in
from broker.domain.view import Contradiction, Group
from tests.support.records import item, readable
from tests.support.summaries import composition, document, page, presented, section, view
from tests.support.views import BASE, TOKEN, resources

PRACTITIONER = {"resourceType": "Practitioner", "id": "n1", "name": [{"text": "Nurse Imaginary"}]}
RESULT = {"code": {"text": "Potassium"}, "valueQuantity": {"value": 4.1, "unit": "mmol/L"}}
ALLERGY = item(
    "AllergyIntolerance", "a1", code={"text": "Penicillin"}, recorder={"reference": "Practitioner/n1"}
)
LAB = [{"coding": [{"code": "laboratory"}]}]


def test_the_document_has_the_shape_of_a_patient_summary() -> None:
    """Composition first, then the person and the program that wrote it; FHIR R4 bundle.html, documents."""
    tree = document(view(readable([ALLERGY])[1:]))
    kinds = [entry["resource"]["resourceType"] for entry in tree["entry"]]
    assert (tree["type"], kinds[:4]) == ("document", ["Composition", "Patient", "Device", "OperationOutcome"])
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", tree["identifier"]["value"])
    first = composition(tree)
    assert first["status"] == "final"
    assert first["type"]["coding"][0]["code"] == "60591-5"
    assert first["date"] == first["event"][0]["period"]["end"] == tree["timestamp"] == "2026-11-22T12:00:00Z"
    assert first["subject"] == {"reference": f"Patient/{TOKEN}"}
    [device] = resources(tree, "Device")
    assert first["author"][0]["reference"] == f"Device/{device['id']}"
    assert device["version"] == [{"value": __version__}]


def test_no_entry_is_a_search_match() -> None:
    """A document was not searched for (bdl-2)."""
    tree = document(view(readable([ALLERGY])[1:]))
    assert all(entry.keys() == {"fullUrl", "resource"} for entry in tree["entry"])


def test_each_address_is_that_of_its_resource_and_stands_once() -> None:
    """FHIR R4 bundle.html: fullUrl, and bdl-7."""
    tree = document(view(readable([ALLERGY, PRACTITIONER])[1:]))
    urls = [entry["fullUrl"] for entry in tree["entry"]]
    own = [
        f"{BASE}/{one['resourceType']}/{one['id']}" for one in (entry["resource"] for entry in tree["entry"])
    ]
    assert urls == own
    assert len(set(urls)) == len(urls)


def test_whatever_the_document_names_is_in_it() -> None:
    """What an item refers to comes with it, as far as the view holds it, and what that refers to."""
    visit = item("Encounter", "e1", participant=[{"individual": {"reference": "Practitioner/n1"}}])
    report = item("DiagnosticReport", "r1", result=[{"reference": "Observation/o1"}])
    old = item(
        "Observation",
        "o1",
        effectiveDateTime="1999",
        category=LAB,
        encounter={"reference": "Encounter/e1"},
        **RESULT,
    )
    body = b"".join(presented(view(readable([visit, report, old, PRACTITIONER])[1:])).body)
    tree = orjson.loads(body)
    names = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in tree["entry"]}
    assert set(references_in(body)) <= names
    assert {one.partition("/")[0] for one in names} >= {"Encounter", "Practitioner", "DiagnosticReport"}


def test_the_partners_bytes_are_the_record() -> None:
    """Numbers as written, business identifiers, version and dates stand as they came."""
    raw = (
        b'{"resourceType":"Observation","id":"o1","meta":{"versionId":"7"},"identifier":[{"system":"urn:lab",'
        b'"value":"77"}],"subject":{"reference":"Patient/p1"},"code":{"text":"Potassium"},'
        b'"valueQuantity":{"value":4.10,"unit":"mmol/L"}}'
    )
    body = b"".join(presented(view(readable([raw])[1:])).body)
    parse_strict(body)
    assert b'"value":4.10' in body
    [observation] = resources(orjson.loads(body), "Observation")
    assert observation["identifier"] == [{"system": "urn:lab", "value": "77"}]
    assert observation["meta"]["versionId"] == "7"
    assert "4.10 mmol/L" in section(orjson.loads(body), "Other observations")["text"]["div"]


def test_a_group_is_one_line_with_every_wording_and_all_of_it_is_in_the_document() -> None:
    """No duplicate is dropped."""
    one, other = (
        readable([item("AllergyIntolerance", "a1", code={"text": words})], partner)[1:]
        for words, partner in (("Penicillin", "addenbury"), ("Penicillin V", "papermill"))
    )
    tree = document(view((*one, *other), groups=(Group((1, 0), "same-identifier"),)))
    shown = section(tree, "Allergies and intolerances")
    assert len(shown["entry"]) == len(resources(tree, "AllergyIntolerance")) == 2
    div = shown["text"]["div"]
    assert div.count("<tr") == 2
    assert div.index("<b>Papermill:</b> Penicillin V") < div.index("<b>Addenbury:</b> Penicillin<")


def test_the_same_words_of_two_sources_are_said_once_with_both() -> None:
    """Both are named."""
    items = [
        readable([item("Condition", "c", code={"text": "Asthma"})], one)[1]
        for one in ("addenbury", "papermill")
    ]
    div = section(document(view(tuple(items), groups=(Group((0, 1), "same-content"),))), "Problems")["text"][
        "div"
    ]
    assert div.count("Asthma") == 1
    assert "Addenbury; Papermill" in div
    assert "The same from 2 sources" in div


def test_what_stands_comes_before_what_has_ended_and_the_newest_before_the_older() -> None:
    """A group has ended only where all of its sources say so."""
    told = [
        ("Old", "2010", "active"),
        ("Gone", "2025", "resolved"),
        ("New", "2024", "active"),
        ("Both", "2001", "active"),
    ]
    items = [
        item(
            "Condition",
            f"c{n}",
            code={"text": words},
            onsetDateTime=when,
            clinicalStatus={"coding": [{"code": state}]},
        )
        for n, (words, when, state) in enumerate(told)
    ]
    again = {**items[3], "id": "c9", "clinicalStatus": {"coding": [{"code": "resolved"}]}}
    one = view(readable([*items, again])[1:], groups=(Group((3, 4), "same-identifier"),))
    div = section(document(one), "Problems")["text"]["div"]
    places = [div.index(words) for words in ("New", "Old", "Both", "Ended, stopped", "Gone")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("kind", "status", "ended"),
    [
        ("MedicationRequest", "completed", True),
        ("MedicationStatement", "completed", True),
        ("MedicationDispense", "completed", False),
        ("MedicationAdministration", "completed", False),
        ("MedicationDispense", "stopped", True),
    ],
)
def test_what_was_handed_out_or_given_has_not_ended_by_that(kind: str, status: str, ended: bool) -> None:
    """A dispense is `completed` when somebody has the medicine: it is no sign that they stopped taking it."""
    one = item(kind, "m", status=status, medicationCodeableConcept={"text": "Ramipril"})
    div = section(document(view(readable([one])[1:])), "Medicines")["text"]["div"]
    assert "Ramipril" in div
    assert ("Ended, stopped" in div) is ended


def test_a_goal_that_is_over_says_so_and_stands_behind() -> None:
    """Its state has a name of its own in R4."""
    goals = [
        item("Goal", f"g{n}", lifecycleStatus=state, description={"text": words})
        for n, (words, state) in enumerate([("To walk", "cancelled"), ("To sleep", "active")])
    ]
    div = section(document(view(readable(goals)[1:])), "Plans of care")["text"]["div"]
    places = [div.index(words) for words in ("To sleep", "Ended, stopped", "To walk; [cancelled]")]
    assert places == sorted(places)
    assert "[active]" not in div


def test_the_index_person_is_disclosed_with_the_document_and_with_the_page() -> None:
    """The trail hears that it stands there."""
    for form in Form:
        out = presented(view(readable([ALLERGY])[1:]), form)
        assert out.person is not None
        assert orjson.loads(out.person)["id"] == TOKEN


def test_a_contradiction_is_stated_in_the_section_that_it_touches() -> None:
    """And in no other; both sides are marked and none is chosen."""
    items = readable([ALLERGY, item("AllergyIntolerance", "a2", code={"text": "No known allergies"})])[1:]
    tree = document(view(items, contradictions=(Contradiction((0, 1), "allergy-and-none-known"),)))
    div = section(tree, "Allergies and intolerances")["text"]["div"]
    assert "Contradiction c1: One source records an allergy" in div
    assert div.count("<b>Contradiction c1</b>") == 2
    assert "Contradiction" not in section(tree, "Problems")["text"]["div"]


def test_what_contradicts_stands_in_the_document_also_where_it_has_no_section() -> None:
    """The sentence that says so rests on it, and the disclosure names it, of a page too."""
    visits = [
        item("Appointment", f"x{n}", participant=[{"actor": {"reference": "Patient/p1"}}]) for n in range(3)
    ]
    one = view(readable(visits)[1:], contradictions=(Contradiction((0, 2), "status-differs"),))
    tree = document(one)
    [issue] = resources(tree, "DetectedIssue")
    implicated = {each["reference"] for each in issue["implicated"]}
    assert implicated == {f"Appointment/{each['id']}" for each in resources(tree, "Appointment")}
    named = [entry["reference"] for entry in section(tree, "What this summary rests on")["entry"]]
    assert len(resources(tree, "Appointment")) == 2
    assert {f"DetectedIssue/{issue['id']}", *implicated} < set(named)
    assert list(presented(one).shown) == list(presented(one, Form.HTML).shown) == [0, 2]
    sentence = KINDS_OF_CONTRADICTION["status-differs"].sentence
    assert sentence in section(tree, "What this summary rests on")["text"]["div"]
    assert sentence in page(one).partition("Allergies and intolerances")[0]


def test_a_contradiction_that_the_reader_may_not_hear_of_brings_nothing_in() -> None:
    """Neither what has no section nor what is too old for one: it would tell of the index's own side."""
    old = [
        item("Observation", f"o{n}", category=LAB, **RESULT, effectiveDateTime=f"2020-01-0{n}")
        for n in range(1, 8)
    ]
    visit = item("Appointment", "x", participant=[{"actor": {"reference": "Patient/p1"}}])
    untold = (Contradiction((0, 7), "death-differs", with_index=True),)
    one = view(readable([*old, visit])[1:], contradictions=untold)
    assert list(presented(one).shown) == [2, 3, 4, 5, 6]
    assert list(presented(dataclasses.replace(one, demographics_open=True)).shown) == [0, 2, 3, 4, 5, 6, 7]


def test_the_document_says_which_services_answered_and_holds_the_outcome() -> None:
    """For people, and for machines in the same words as every answer."""
    tree = document(view(readable([ALLERGY])[1:]))
    rests_on = section(tree, "What this summary rests on")
    [outcome] = resources(tree, "OperationOutcome")
    assert rests_on["entry"] == [{"reference": f"OperationOutcome/{outcome['id']}"}]
    for issue in outcome["issue"]:
        assert issue["details"]["text"] in rests_on["text"]["div"]


def test_no_partner_is_named_to_a_reader_who_may_not_know() -> None:
    """A restricted person's summary tells no place."""
    body = b"".join(presented(view(readable([ALLERGY])[1:], locationless=True, lines=())).body)
    assert b"ddenbury" not in body
    assert b"not named" in body


def test_two_documents_of_one_moment_and_content_are_one_and_others_are_not() -> None:
    """The identifier is the document's own."""
    one, other = view(readable([ALLERGY])[1:]), view(readable([item("Condition", "c")])[1:])
    ids = [document(each)["identifier"]["value"] for each in (one, one, other)]
    assert ids[0] == ids[1] != ids[2]
