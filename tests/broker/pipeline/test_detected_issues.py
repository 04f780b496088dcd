"""Contradictions as DetectedIssues: ours by name, and nothing of the items but how the answer names them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.detectedissue import DetectedIssue

from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.errors import PageGone
from broker.domain.query import Interaction, RecordQuery
from broker.domain.view import CompletenessLine, Contradiction, View
from broker.pipeline.presentation import present_record
from broker.pipeline.presentation.completeness_outcome import completeness_outcome
from tests.support.records import NOW, NUMBER, OTHER, finished, item, patient, person, read, readable
from tests.support.views import TOKEN, bundle, frame, rendered, view

ALLERGIES = (
    *readable([item("AllergyIntolerance", "1", note=[{"text": "Rash at Elmswell"}])])[1:],
    *readable([item("AllergyIntolerance", "1")], "papermill")[1:],
    *readable([item("Condition", "2")], "papermill")[1:],
)
CLASH = Contradiction((0, 1), "allergy-and-none-known")


def clashing(*clashes: Contradiction, **changes: Any) -> View:
    """A view of two allergies and a problem."""
    return view(ALLERGIES, contradictions=clashes or (CLASH,), **changes)


def issues(one: View, **changes: Any) -> list[dict[str, Any]]:
    """Each DetectedIssue's entry."""
    entries = bundle(one, **changes)["entry"]
    return [entry for entry in entries if entry["resource"]["resourceType"] == "DetectedIssue"]


def search(kind: str = "AllergyIntolerance", **changes: Any) -> RecordQuery:
    """A search for one type."""
    return RecordQuery(
        interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({kind}), **changes
    )


@pytest.mark.parametrize("why", KINDS_OF_CONTRADICTION)
def test_every_kind_is_a_valid_issue_of_ours(why: str) -> None:
    """R4: status, code, severity, patient, time, author, implicated and one sentence."""
    [entry] = issues(clashing(Contradiction((0, 1), why)))
    issue = entry["resource"]
    DetectedIssue.model_validate(issue)
    assert issue["status"] == "final"
    assert issue["meta"]["source"] == "urn:watersmeet:broker"
    assert issue["code"]["coding"][0]["code"] == why
    assert issue["patient"] == {"reference": f"Patient/{TOKEN}"}
    assert issue["identifiedDateTime"] == NOW.isoformat()
    assert issue["author"]["type"] == "Device"
    assert issue["detail"] == KINDS_OF_CONTRADICTION[why].sentence


def test_it_names_the_items_as_the_answer_does_and_says_nothing_of_them() -> None:
    """References that resolve in the Bundle; no word of a partner's."""
    tree = bundle(clashing())
    [issue] = [entry["resource"] for entry in tree["entry"] if "/DetectedIssue/" in entry.get("fullUrl", "")]
    allergies = [
        entry["resource"]
        for entry in tree["entry"]
        if entry["resource"]["resourceType"] == "AllergyIntolerance"
    ]
    assert [one["reference"] for one in issue["implicated"]] == [
        f"AllergyIntolerance/{one['id']}" for one in allergies
    ]
    assert "Elmswell" not in str(issue)
    mark = {"system": "https://watersmeet.example/fhir/CodeSystem/contradiction", "code": "c1"}
    assert all(mark in one["meta"]["tag"] for one in (issue, *allergies))


def test_it_is_a_match_in_everything_and_included_beside_a_search() -> None:
    """A search asks for its own type."""
    assert [entry["search"]["mode"] for entry in issues(clashing())] == ["match"]
    assert [entry["search"]["mode"] for entry in issues(clashing(), query=search())] == ["include"]


def test_its_id_is_its_own_and_outlasts_the_answer() -> None:
    """Another caller's token and another time change nothing; another kind or item does."""
    [first] = issues(clashing())
    [later] = issues(clashing(asked_at=NOW + dt.timedelta(hours=3)), token="othertoken")
    assert first["resource"]["id"] == later["resource"]["id"]
    others = clashing(Contradiction((0, 1), "standing-differs"), Contradiction((0, 2), CLASH.why))
    ids = {entry["resource"]["id"] for entry in issues(others)}
    assert len({first["resource"]["id"], *ids}) == 3


def test_the_index_is_a_side_only_for_whoever_sees_it_whole() -> None:
    """Neither issue nor mark nor notice for anybody else."""
    people = (*read([patient(deceasedBoolean=True)]).resources, *ALLERGIES)
    clash = Contradiction((0,), "death-differs", with_index=True)
    told = view(people, contradictions=(clash,), demographics_open=True)
    untold = dataclasses.replace(told, demographics_open=False)
    [entry] = issues(told)
    assert {"reference": f"Patient/{TOKEN}"} in entry["resource"]["implicated"]
    without = dataclasses.replace(untold, contradictions=())
    assert rendered(untold) == rendered(without)
    assert completeness_outcome(untold) == completeness_outcome(without)


def test_demographics_that_differ_are_an_issue_without_a_partner_or_a_value() -> None:
    """It implicates the person alone, and says no more than the line does."""
    lines = (CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", differs=True),)
    [entry] = issues(view(ALLERGIES, lines=lines))
    issue = entry["resource"]
    assert issue["code"]["coding"][0]["code"] == "demographics-differ"
    assert issue["implicated"] == [{"reference": f"Patient/{TOKEN}"}]
    assert "ddenbury" not in str(issue)
    assert len(issues(view(ALLERGIES, lines=lines), query=search())) == 1


def test_no_two_people_share_an_issue() -> None:
    """Also where it is of the person alone: what a client keeps by id is never somebody else's."""
    lines = (CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", differs=True),)
    people = (person(), person(number=OTHER, numbers=frozenset({OTHER})))
    found = [issues(view(lines=lines, patient=one)) for one in people]
    assert len({one["resource"]["id"] for [one] in found}) == 2


def test_a_restricted_persons_issue_names_no_partner() -> None:
    """Neither in its id nor in a reference."""
    folded = (CompletenessLine(partner_id="", name="", label="partial"),)
    [entry] = issues(clashing(locationless=True, lines=folded))
    assert not {"addenbury", "papermill"} & set(str(entry).replace("/", "-").split("-"))


def pages(one: View, query: RecordQuery) -> list[list[str]]:
    """The types of what is on each page, from the first to the last."""
    found, page = [], None
    while True:
        tree = bundle(one, query=query, page=page)
        kinds = [entry["resource"]["resourceType"] for entry in tree["entry"]]
        found.append([kind for kind in kinds if kind not in {"OperationOutcome", "Patient"}])
        following = [link["url"] for link in tree["link"] if link["relation"] == "next"]
        if not following:
            return found
        page = following[0].rpartition("_page=")[2]


def test_over_pages_each_issue_of_everything_stands_once() -> None:
    """First, and counted as what it is: a match."""
    everything = RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, count=2)
    assert pages(clashing(), everything) == [
        ["DetectedIssue", "AllergyIntolerance"],
        ["AllergyIntolerance", "Condition"],
    ]


def test_over_pages_of_a_search_it_stands_once_beside_its_first_item() -> None:
    """And is not counted."""
    assert pages(clashing(Contradiction((1, 2), CLASH.why)), search(count=1)) == [
        ["AllergyIntolerance"],
        ["DetectedIssue", "AllergyIntolerance"],
        ["Condition"],
    ]


def test_a_page_is_of_the_same_record_at_a_later_time_and_not_of_one_that_contradicts_otherwise() -> None:
    """The time at which it was found is no part of the record; what contradicts is."""
    everything = RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, count=2)
    first = bundle(clashing(), query=everything)
    link = next(one["url"] for one in first["link"] if one["relation"] == "next").rpartition("_page=")[2]
    later = clashing(asked_at=NOW + dt.timedelta(minutes=1))
    assert bundle(later, query=everything, page=link)["entry"]
    other = clashing(Contradiction((0, 1), "standing-differs"))
    with pytest.raises(PageGone):
        bundle(other, query=everything, page=link)


def test_the_disclosure_counts_no_issue_as_a_partners_item() -> None:
    """What is shown are the partners' items, each by its place."""
    presented = finished(present_record(clashing(), frame()))
    assert sorted(presented.shown) == [0, 1, 2]
    orjson.loads(b"".join(presented.body))
