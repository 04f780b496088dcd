"""What comes along with the matches: whoever stands with them, what they name, and who and where."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.criteria import Include
from broker.domain.resource import Resource
from broker.domain.view import Contradiction, Group
from tests.support.records import ENDPOINT, item, patient, read, readable
from tests.support.selected import along, coded, matched, search, selected, shown, whole


def medicines(*states: str) -> tuple[Resource, ...]:
    """Prescriptions in these states, each named by its place."""
    return readable(item("MedicationRequest", f"m{n}", status=state) for n, state in enumerate(states))[1:]


def test_whoever_stands_in_a_group_or_contradiction_with_a_match_comes_along() -> None:
    """A search for what is active does not hide that another source says it was stopped."""
    items = medicines("active", "stopped", "completed", "stopped")
    clusters: dict[str, Any] = {
        "groups": (Group((1, 3), "same-content"),),
        "contradictions": (Contradiction((0, 1), "status-differs"),),
    }
    active = search("MedicationRequest", coded("status", "active"))
    assert matched(items, active, **clusters) == ["m0"]
    assert along(items, active, **clusters) == ["m1", "m3"]


def test_a_contradiction_that_the_reader_may_not_hear_of_brings_nothing_along() -> None:
    """What comes along would tell of the index's own side, which this reader does not see."""
    items = medicines("active", "stopped")
    untold = (Contradiction((0, 1), "death-differs", with_index=True),)
    active = search("MedicationRequest", coded("status", "active"))
    assert along(items, active, contradictions=untold) == []
    assert along(items, active, contradictions=untold, demographics_open=True) == ["m1"]


def test_what_comes_along_stands_behind_the_first_match_that_brings_it() -> None:
    """A reader of the newest sees it first, and beside it what contradicts it; nothing comes twice."""
    items = medicines("stopped", "active", "stopped", "active")
    clusters = (Group((0, 3), "same-content"), Group((0, 1), "same-content"), Group((1, 2), "same-content"))
    active = search("MedicationRequest", coded("status", "active"))
    assert shown(items, active, groups=clusters[:1]) == ["m1", "m3", "m0"]
    assert shown(items, active, groups=clusters[1:]) == ["m1", "m0", "m2", "m3"]
    assert shown(items, active, groups=clusters) == ["m1", "m0", "m2", "m3"]


def test_groups_and_contradictions_of_what_is_left_out_are_left_out() -> None:
    """What is shown of a cluster is the whole of it, and of the others nothing."""
    items = medicines("active", "stopped", "completed", "completed")
    kept, left = Contradiction((0, 1), "status-differs"), Group((2, 3), "same-content")
    found = selected(
        items,
        search("MedicationRequest", coded("status", "active")),
        contradictions=(kept,),
        groups=(left,),
    )
    assert (found.groups, found.contradictions) == ((), (kept,))


@given(
    states=st.lists(st.sampled_from(["active", "stopped"]), min_size=6, max_size=6),
    clusters=st.lists(st.sets(st.integers(0, 5), min_size=2, max_size=3), max_size=4),
)
@settings(max_examples=80, deadline=None)
def test_every_cluster_is_shown_whole_or_not_at_all(states: list[str], clusters: list[set[int]]) -> None:
    """What is shown is the least set with all matches that cuts no cluster."""
    groups = tuple(Group(tuple(sorted(one)), "same-content") for one in clusters)
    found = selected(
        medicines(*states), search("MedicationRequest", coded("status", "active")), groups=groups
    )
    assert found.selection is not None
    shown = set(found.selection.shown)
    assert len(shown) == len(found.selection.shown)
    expected = {place for place, state in enumerate(states) if state == "active"}
    while any(one & expected and not one <= expected for one in clusters):
        expected |= set().union(*(one for one in clusters if one & expected))
    assert shown == expected
    assert all(set(one.members) <= shown for one in found.groups)
    assert {place for place, state in enumerate(states) if state == "active"} == found.selection.matches


ENCOUNTER = Include("Observation", "encounter")


def observations() -> tuple[Resource, ...]:
    """Two observations of two encounters at one partner, and an encounter of the same id at another."""
    first = read(
        [
            patient(),
            item("Encounter", "e1"),
            item("Encounter", "e2"),
            item("Observation", "o1", status="final", encounter={"reference": "Encounter/e1/_history/2"}),
            item("Observation", "o2", status="amended", encounter={"reference": f"{ENDPOINT}/Encounter/e2"}),
            item("Observation", "o3", status="final", encounter={"reference": "Encounter/gone"}),
            item("Observation", "o4", status="final", focus=[{"reference": "Encounter/e2"}]),
        ]
    ).resources[1:]
    other = readable([item("Encounter", "e1", status="finished")], "papermill")[1:]
    return first + other


def test_an_include_brings_what_matches_name_by_that_reference() -> None:
    """In any spelling, of the same partner, of matches alone; not by another reference."""
    final = coded("status", "final")
    items = observations()
    assert along(items, search("Observation", final, includes=(ENCOUNTER,))) == ["e1"]
    assert matched(items, search("Observation", includes=(ENCOUNTER,))) == ["o1", "o2", "o3", "o4"]
    assert along(items, search("Observation", includes=(ENCOUNTER,))) == ["e1", "e2"]
    found = selected(items, search("Observation", final, includes=(ENCOUNTER,)))
    assert found.selection is not None
    assert {found.items[place].partner_id for place in found.selection.shown} == {"addenbury"}


def test_an_include_of_one_type_brings_no_other() -> None:
    """`Type:parameter:Target` narrows it."""
    items = observations()
    wanted = Include("Observation", "encounter", "EpisodeOfCare")
    assert along(items, search("Observation", includes=(wanted,))) == []


def test_an_include_brings_no_type_that_its_reference_may_not_name() -> None:
    """A partner that names something else there has not named an encounter."""
    odd = item("Observation", "o", encounter={"reference": "Procedure/p"})
    items = readable([odd, item("Procedure", "p")])[1:]
    assert along(items, search("Observation", includes=(ENCOUNTER,))) == []


def test_a_search_without_criteria_for_what_comes_along_brings_nothing() -> None:
    """What was gathered for an include is no match."""
    assert along(observations(), search("Observation", coded("status", "final"))) == []


def test_who_and_where_and_the_medicine_stay_with_what_names_them() -> None:
    """Of a whole record in a time: those that nothing shown names are left out, in chains too."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "Practitioner/doctor"},
        "organization": {"reference": "Organization/ward"},
    }
    named = {"medicationReference": {"reference": "Medication/drug"}}
    items = read(
        [
            patient(),
            item("Procedure", "old", performedDateTime="2001", recorder={"reference": "Practitioner/nurse"}),
            item(
                "MedicationRequest",
                "new",
                status="active",
                authoredOn="2020",
                requester={"reference": "PractitionerRole/role"},
                **named,
            ),
            role,
            {"resourceType": "Practitioner", "id": "doctor"},
            {"resourceType": "Practitioner", "id": "nurse"},
            {"resourceType": "Organization", "id": "ward"},
            {"resourceType": "Medication", "id": "drug"},
        ]
    ).resources
    assert matched(items, whole(start="2019")) == ["p1", "new"]
    assert sorted(along(items, whole(start="2019"))) == ["doctor", "drug", "role", "ward"]
