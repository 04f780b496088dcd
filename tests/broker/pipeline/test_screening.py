"""Proved resources and a decision to what is released."""

from __future__ import annotations

import orjson

from broker.domain.category import Category
from broker.domain.decision import Withhold
from broker.pipeline.screening import screen
from tests.support.records import ALL, KNOWN, decision, finished, item, readable
from tests.support.screening import body, released, screened

NO_PROBLEMS = ALL - {Category.PROBLEMS}


def test_only_permitted_categories_are_released() -> None:
    """Everything else is withheld and counted."""
    one = screened([item("Condition", "c1"), item("Procedure", "r1")], decision(categories=NO_PROBLEMS))
    assert released(one) == ["Patient/p1", "Procedure/r1"]
    assert one.withheld == 1


def test_a_kind_that_no_table_knows_is_denied() -> None:
    """Unclassified is denied unless a policy permits it."""
    assert released(screened([item("Basic", "b1")], decision())) == ["Patient/p1"]


def test_an_optional_reference_to_a_withheld_item_is_cut_whole() -> None:
    """Reference, display and identifier go together; the holder stays."""
    procedure = item("Procedure", "r1", reasonReference=[{"reference": "Condition/c1", "display": "Secret"}])
    one = screened([item("Condition", "c1"), procedure], decision(categories=NO_PROBLEMS))
    assert "reasonReference" not in body(one, "Procedure/r1")


def test_a_reference_written_with_escapes_is_cut_like_any_other() -> None:
    """An escaped slash or letter hides nothing from screening."""
    raw = orjson.dumps(item("Procedure", "r1", reasonReference=[{"reference": "Condition/c1"}]))
    for spelled in (b"Condition\\/c1", b"C\\u006fndition/c1"):
        one = finished(
            screen(
                "addenbury",
                readable([raw.replace(b"Condition/c1", spelled)]),
                decision(categories=NO_PROBLEMS),
                frozenset(),
                KNOWN,
            )
        )
        assert "reasonReference" not in body(one, "Procedure/r1")


def test_a_reference_to_a_kind_never_shown_is_cut_though_nothing_was_received() -> None:
    """Whether the item exists at all stays unknown."""
    procedure = item("Procedure", "r1", reasonReference=[{"reference": "Condition/never-asked-for"}])
    assert "reasonReference" not in body(
        screened([procedure], decision(categories=NO_PROBLEMS)), "Procedure/r1"
    )


def test_a_required_reference_to_a_withheld_item_withholds_its_holder() -> None:
    """A prescription without its medicine says nothing; and its category may not be called empty."""
    hidden = Withhold(items=frozenset({("urn:m", "1")}))
    medicine = {"resourceType": "Medication", "id": "m1", "identifier": [{"system": "urn:m", "value": "1"}]}
    order = item(
        "MedicationRequest",
        "q1",
        identifier=[{"system": "urn:q", "value": "1"}],
        medicationReference={"reference": "Medication/m1"},
    )
    one = screened([medicine, order], decision(withholds=(hidden,)))
    assert released(one) == ["Patient/p1"]
    assert one.fallen == {Category.MEDICINES}


def test_a_holder_that_falls_is_itself_followed() -> None:
    """What refers to a withheld holder loses that reference too."""
    hidden = Withhold(categories=frozenset({Category.MEDICINES}), items=frozenset({("urn:m", "1")}))
    medicine = {"resourceType": "Medication", "id": "m1", "identifier": [{"system": "urn:m", "value": "1"}]}
    order = item(
        "MedicationRequest",
        "q1",
        identifier=[{"system": "urn:q", "value": "1"}],
        medicationReference={"reference": "Medication/m1"},
    )
    procedure = item("Procedure", "r1", usedReference=[{"reference": "MedicationRequest/q1"}])
    assert "usedReference" not in body(
        screened([medicine, order, procedure], decision(withholds=(hidden,))), "Procedure/r1"
    )


def test_a_repeating_element_goes_with_the_reference_it_is_nothing_without() -> None:
    """An Encounter's diagnosis without its condition would still say that there was one."""
    encounter = item(
        "Encounter",
        "e1",
        diagnosis=[{"condition": {"reference": "Condition/c1"}, "rank": 1}],
        location=[{"location": {"reference": "Location/l1"}}],
    )
    tree = body(
        screened([item("Condition", "c1"), encounter], decision(categories=NO_PROBLEMS)), "Encounter/e1"
    )
    assert "diagnosis" not in tree
    assert tree["location"] == [{"location": {"reference": "Location/l1"}}]


def test_a_contained_item_of_a_withheld_category_goes_with_its_references() -> None:
    """Screening looks inside."""
    procedure = item(
        "Procedure",
        "r1",
        contained=[{"resourceType": "Condition", "id": "inner"}],
        reasonReference=[{"reference": "#inner"}],
        note=[{"text": "kept"}],
    )
    tree = body(screened([procedure], decision(categories=NO_PROBLEMS)), "Procedure/r1")
    assert tree.get("contained", []) == []
    assert "reasonReference" not in tree
    assert tree["note"] == [{"text": "kept"}]


def test_numbers_keep_their_characters_where_a_reference_was_cut() -> None:
    """Editing one member changes no other."""
    raw = (
        b'{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},'
        b'"focus":[{"reference":"Condition/c1"}],"valueQuantity":{"value":1.50}}'
    )
    one = finished(screen("addenbury", readable([raw]), decision(categories=NO_PROBLEMS), frozenset(), KNOWN))
    assert one.released[1].raw == raw.replace(b'"focus":[{"reference":"Condition/c1"}],', b"")


def test_narrative_is_hidden_when_anything_was_withheld_and_only_then() -> None:
    """Text over a whole item may speak of what was withheld."""
    resources = [item("Condition", "c1"), item("Procedure", "r1")]
    assert screened(resources, decision(categories=NO_PROBLEMS)).narrative_hidden
    assert not screened(resources, decision()).narrative_hidden


def test_who_and_where_are_released_only_beside_what_refers_to_them() -> None:
    """An organisation that only a withheld item names is not shown, and neither is one nobody names."""
    procedure = item("Procedure", "r1", performer=[{"actor": {"reference": "PractitionerRole/x"}}])
    condition = item("Condition", "c1", recorder={"reference": "Practitioner/w"})
    role = {"resourceType": "PractitionerRole", "id": "x", "organization": {"reference": "Organization/o"}}
    people = [
        {"resourceType": kind, "id": name}
        for kind, name in (("Practitioner", "w"), ("Organization", "o"), ("Location", "l"))
    ]
    one = screened([procedure, condition, role, *people], decision(categories=NO_PROBLEMS))
    assert released(one) == ["Patient/p1", "Procedure/r1", "PractitionerRole/x", "Organization/o"]


def test_a_type_that_was_not_asked_for_is_set_aside_and_hides_nothing() -> None:
    """A search for one type returns that type, and its references to others stand."""
    observation = item("Observation", "o1", encounter={"reference": "Encounter/e1"})
    one = screened([observation, item("Encounter", "e1")], decision(), frozenset({"Observation"}))
    assert released(one) == ["Observation/o1"]
    assert body(one, "Observation/o1")["encounter"] == {"reference": "Encounter/e1"}
    assert not one.narrative_hidden


def test_who_and_where_under_one_name_with_two_contents_are_both_released() -> None:
    """The partner may have changed one between two pages; which of them is meant is not ours to say."""
    visit = item("Encounter", "e1", location=[{"location": {"reference": "Location/l1"}}])
    places = [{"resourceType": "Location", "id": "l1", "name": name} for name in ("Ward C9", "Ward D2")]
    one = screened([visit, *places], decision())
    assert released(one) == ["Patient/p1", "Encounter/e1", "Location/l1", "Location/l1"]
    assert one.withheld == 0


def test_who_and_where_come_with_a_search_only_where_their_type_was_asked_for() -> None:
    """And only beside an item that names them; a chain goes as far as the types asked for."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "Practitioner/doctor"},
        "organization": {"reference": "Organization/ward"},
    }
    record = [
        item("Observation", "o", performer=[{"reference": "PractitionerRole/role"}]),
        role,
        {"resourceType": "Practitioner", "id": "doctor"},
        {"resourceType": "Practitioner", "id": "nobody"},
        {"resourceType": "Organization", "id": "ward"},
    ]
    asked = frozenset({"Observation", "PractitionerRole", "Practitioner"})
    for ruling in (decision(), decision(categories=frozenset({Category.OBSERVATIONS}))):
        assert released(screened(record, ruling, asked)) == [
            "Observation/o",
            "PractitionerRole/role",
            "Practitioner/doctor",
        ]
        assert released(screened(record, ruling, frozenset({"Observation"}))) == ["Observation/o"]
