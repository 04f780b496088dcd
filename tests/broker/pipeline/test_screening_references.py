"""References where something may be kept from the reader: an allow-list, and everything else is cut whole."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Withhold
from broker.pipeline.screening import Screened, screen
from tests.support.records import (
    ALL,
    ENDPOINT,
    KNOWN,
    decision,
    entry,
    finished,
    item,
    normalise_entries,
    patient,
    readable,
)
from tests.support.screening import body, released, screened

NO_PROBLEMS = ALL - {Category.PROBLEMS}
OBJECTED = Withhold(categories=frozenset({Category.PROBLEMS}), items=frozenset({("urn:x", "7")}))
SECRET = item("Condition", "c1", identifier=[{"system": "urn:x", "value": "7"}])
OPEN = item("Condition", "c2", identifier=[{"system": "urn:x", "value": "8"}])
URN = "urn:uuid:6ba7b810-9dad-41d1-80b4-00c04fd430c8"


def with_urls(resources: dict[str, dict[str, Any]], ruling: Decision) -> Screened:
    """Screen an answer whose entries have these full URLs."""
    entries = [entry(one, full_url=url) for url, one in resources.items()]
    return finished(
        screen("addenbury", finished(normalise_entries(entries)).resources, ruling, frozenset(), KNOWN)
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "Condition/c1",
        "Condition/c1/",
        "Condition//c1",
        "Condition/c1?x",
        "Condition/c1#f",
        " Condition/c1",
        "Condition/c1 ",
        "/Condition/c1",
        "./Condition/c1",
        "condition/c1",
        "Condition/c1/_history/2",
        f"{ENDPOINT}/Condition/c1",
        f"{ENDPOINT}//Condition/c1",
        f"{ENDPOINT}/Condition/c1/_history/1",
        "Condition/not-received",
        "Condition?identifier=urn:x|7",
        "urn:oid:1.2.3",
        "#nothing",
    ],
)
@pytest.mark.parametrize("member", ["reasonReference", "focus", "partOf", "performer", "extraMember"])
def test_no_spelling_of_a_reference_to_an_objected_item_survives(spelling: str, member: str) -> None:
    """Whatever cannot be shown to name something open goes with its display."""
    holder = item("Procedure", "r1", **{member: [{"reference": spelling, "display": "Secret"}]})
    one = screened([SECRET, OPEN, holder], decision(withholds=(OBJECTED,)))
    assert member not in body(one, "Procedure/r1")


def test_a_reference_by_full_url_to_a_withheld_item_is_cut() -> None:
    """Entries may name each other by `urn:uuid:`; the person's own name stays whatever it is."""
    person = f"{URN[:-1]}0"
    holder = item("Procedure", "r1", reasonReference=[{"reference": URN, "display": "Secret"}])
    holder["subject"] = {"reference": person}
    resources = {person: patient(), URN: item("Condition", "c1"), f"{URN[:-1]}1": holder}
    tree = body(with_urls(resources, decision(categories=NO_PROBLEMS)), "Procedure/r1")
    assert "reasonReference" not in tree
    assert tree["subject"] == {"reference": person}


def test_a_reference_by_full_url_to_an_open_item_stands() -> None:
    """What is released may be named."""
    holder = item("Procedure", "r1", reasonReference=[{"reference": URN, "display": "Open"}])
    resources = {f"{URN[:-1]}0": patient(), URN: OPEN, f"{URN[:-1]}1": holder, f"{URN[:-1]}2": SECRET}
    one = with_urls(resources, decision(withholds=(OBJECTED,)))
    assert body(one, "Procedure/r1")["reasonReference"] == [{"reference": URN, "display": "Open"}]


NAMELESS = [
    {"type": "Condition", "identifier": {"system": "urn:x", "value": "7"}, "display": "Secret"},
    {"type": "Condition", "display": "Secret"},
    {"identifier": {"system": "urn:x", "value": "7"}},
    {"display": "Secret"},
    {"_display": {"extension": [{"url": "urn:words", "valueString": "Secret"}]}},
    {"reference": 5, "display": "Secret"},
]


@pytest.mark.parametrize("nameless", NAMELESS)
@pytest.mark.parametrize(
    "member", ["reasonReference", "basedOn", "focus", "problem", "addresses", "result", "encounter"]
)
def test_a_reference_without_a_name_is_cut_where_it_may_be_clinical(
    nameless: dict[str, Any], member: str
) -> None:
    """Identifier and display alone tell as much as a name does."""
    whole = item("Procedure", "r1", **{member: nameless})
    several = item("Procedure", "r2", **{member: [{"reference": "Procedure/r1"}, nameless]})
    one = screened([whole, several], decision(categories=NO_PROBLEMS))
    assert member not in body(one, "Procedure/r1")
    assert body(one, "Procedure/r2")[member] == [{"reference": "Procedure/r1"}]


def test_an_encounters_diagnosis_by_display_alone_goes() -> None:
    """So does what is nothing without it, and an extension that refers."""
    encounter = item(
        "Encounter",
        "e1",
        diagnosis=[{"condition": {"display": "Secret"}, "rank": 1}],
        extension=[{"url": "urn:why", "valueReference": {"display": "Secret"}}],
    )
    tree = body(screened([encounter], decision(categories=NO_PROBLEMS)), "Encounter/e1")
    assert "Secret" not in orjson.dumps(tree).decode()
    assert not {"diagnosis", "extension"} & tree.keys()


def test_what_is_no_reference_keeps_its_bytes() -> None:
    """Codings, identifiers and who and where are left as the partner wrote them."""
    procedure = item(
        "Procedure",
        "r1",
        identifier=[{"type": {"text": "local"}, "system": "urn:r", "value": "1"}],
        code={"coding": [{"system": "urn:s", "code": "1", "display": "Words"}], "text": "Words"},
        outcome={"text": "Well"},
        performer=[{"actor": {"display": "Dr Reed"}, "onBehalfOf": {"reference": "Organization/o9"}}],
        recorder={"type": "Practitioner", "display": "Dr Reed"},
        location={"reference": "Location/l9", "display": "Ward 4"},
    )
    (_, resource) = screened([procedure], decision(categories=NO_PROBLEMS)).released
    assert resource.raw == orjson.dumps(procedure)


def test_a_kind_permitted_wholly_may_be_named_though_it_did_not_come() -> None:
    """A type search leaves its references standing where no objection holds anything back."""
    observation = item(
        "Observation",
        "o1",
        encounter={"reference": "Encounter/e9", "display": "Clinic"},
        basedOn=[{"reference": "ServiceRequest/s9"}, {"reference": "Basic/b9"}],
    )
    types = frozenset({"Observation"})
    narrowed = screened([observation], decision(categories=NO_PROBLEMS), types)
    assert body(narrowed, "Observation/o1")["encounter"] == {"reference": "Encounter/e9", "display": "Clinic"}
    assert body(narrowed, "Observation/o1")["basedOn"] == [{"reference": "ServiceRequest/s9"}]
    objected = screened([observation], decision(withholds=(OBJECTED,)), types)
    assert not {"encounter", "basedOn"} & body(objected, "Observation/o1").keys()


def test_a_medicine_told_by_its_words_stands_while_no_medicine_could_be_withheld() -> None:
    """A medicationReference can be nothing else; with an objection in force it could be the objected one."""
    order = item("MedicationRequest", "q1", medicationReference={"display": "Aspirin 75 mg"})
    order["identifier"] = [{"system": "urn:q", "value": "1"}]
    assert "MedicationRequest/q1" in released(screened([order], decision(categories=NO_PROBLEMS)))
    objected = decision(withholds=(Withhold(items=frozenset({("urn:x", "7")})),))
    assert released(screened([order], objected)) == ["Patient/p1"]


def test_who_wrote_a_note_stays() -> None:
    """By definition these members name who and where alone."""
    procedure = item("Procedure", "r1", note=[{"authorReference": {"display": "Dr Reed"}, "text": "Well"}])
    tree = body(screened([procedure], decision(categories=NO_PROBLEMS)), "Procedure/r1")
    assert tree["note"] == procedure["note"]


@pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b"[", b"]"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize(
    "ruling", [decision(categories=NO_PROBLEMS), decision(withholds=(Withhold(period_start="2030"),))]
)
def test_the_deepest_tree_that_is_read_is_screened(opening: bytes, closing: bytes, ruling: Decision) -> None:
    """As deep as a resource may be; nothing is raised."""
    deep = 250 // (2 if len(closing) > 1 else 1)
    raw = b'{"resourceType":"Procedure","id":"r1","subject":{"reference":"Patient/p1"},'
    raw += b'"performedDateTime":"2010","focus":[{"display":"Secret"}],"x":'
    raw += opening * deep + b"1" + closing * deep + b"}"
    one = screened([raw], ruling)
    assert b"Secret" not in one.released[1].raw


def test_scopes_narrow_what_may_be_named() -> None:
    """A token for observations names no encounter."""
    observation = item("Observation", "o1", encounter={"reference": "Encounter/e9"})
    one = screened([observation], decision(resource_types=frozenset({"Observation"})))
    assert released(one) == ["Observation/o1"]
    assert "encounter" not in body(one, "Observation/o1")


def test_a_kind_beside_a_reference_must_say_the_same() -> None:
    """A contradiction is no plain name."""
    holder = item("Procedure", "r1", recorder={"reference": "Practitioner/x", "type": "Condition"})
    assert "recorder" not in body(screened([holder], decision(categories=NO_PROBLEMS)), "Procedure/r1")


@pytest.mark.parametrize(
    "spelled", [rb'"displ\u0061y":"Secret"', rb'"display":"\"Secret\""', rb'"type":"Cond\u0069tion"']
)
def test_any_escape_takes_the_slow_way(spelled: bytes) -> None:
    """Bytes alone cannot clear a resource with a backslash in it."""
    raw = (
        b'{"resourceType":"Procedure","id":"r1","subject":{"reference":"Patient/p1"},"b\\u0061sedOn":[{%b}]}'
    )
    one = screened([raw % spelled], decision(categories=NO_PROBLEMS))
    assert "basedOn" not in body(one, "Procedure/r1")


def test_who_and_where_are_followed_too() -> None:
    """An organisation found by its full URL is released, without what it may not name."""
    place = {
        "resourceType": "Organization",
        "id": "o1",
        "extension": [{"url": "urn:why", "valueReference": {"reference": "Condition/c1"}}],
    }
    holder = item("Procedure", "r1", performer=[{"actor": {"reference": URN}}])
    resources = {f"{URN[:-1]}0": patient(), URN: place, f"{URN[:-1]}1": holder}
    one = with_urls(resources, decision(categories=NO_PROBLEMS))
    assert body(one, "Organization/o1") == {"resourceType": "Organization", "id": "o1"}


@pytest.mark.parametrize(
    "ruling",
    [
        decision(categories=ALL - {Category.DEMOGRAPHICS}),
        decision(resource_types=frozenset({"Procedure"})),
        decision(withholds=(Withhold(categories=frozenset({Category.DEMOGRAPHICS}), period_start="2016"),)),
    ],
)
def test_no_item_loses_the_person_when_the_patient_is_withheld(ruling: Decision) -> None:
    """Whose record it is, the reader knows: every reference to the person stands as it came."""
    by_url = item("Procedure", "r2")
    by_url["subject"] = {"reference": f"{ENDPOINT}/Patient/p1", "display": "Ada Mallard"}
    one = screened([item("Procedure", "r1"), by_url], ruling)
    assert released(one) == ["Procedure/r1", "Procedure/r2"]
    assert body(one, "Procedure/r1")["subject"] == {"reference": "Patient/p1"}
    assert body(one, "Procedure/r2")["subject"] == by_url["subject"]


ODD_SHAPES = {
    "a list": {"performer": {"reference": ["Condition/c1"], "display": "Secret"}},
    "an object of its own": {"performer": {"reference": {"x": "Condition/c1"}, "display": "Secret"}},
    "nothing": {"performer": {"reference": None, "display": "Secret"}},
    "in an extension": {"extension": [{"url": "u", "valueReference": {"reference": ["Condition/c1"]}}]},
    "an immunisation that supports it": {"supportingImmunization": [{"display": "Secret"}]},
    "a team": {"team": [{"display": "Secret"}]},
}


@pytest.mark.parametrize("members", ODD_SHAPES.values(), ids=ODD_SHAPES.keys())
def test_a_reference_of_another_shape_is_cut_whole(members: dict[str, Any]) -> None:
    """What is no plain reference cannot be shown to name something that may be seen."""
    ruling = decision(categories=ALL - {Category.PROBLEMS, Category.PLANS, Category.VACCINATIONS})
    items = readable([item("Procedure", "r1", note=[{"text": "kept"}], **members)])
    one = finished(screen("addenbury", items, ruling, frozenset(), KNOWN))
    written = one.released[1].raw
    assert b"Secret" not in written
    assert b"Condition/c1" not in written
    assert b"kept" in written
