"""Which items look like one fact, kind by kind and member by member."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.support.alike import ALIKE, one
from tests.support.merged import (
    HEART_HOSPITAL,
    HOSPITAL,
    PRACTICE,
    SNOMED,
    coded,
    ground,
    groups_of,
    merged,
    merged_items,
    state,
)
from tests.support.records import item, readable

Coding = tuple[str, str]
MEALS, FALLS = ("urn:local", "meals"), ("urn:local", "falls")
READ, CTV3 = "http://read.info/readv2", "http://read.info/ctv3"
HOLLOW: dict[str, Coding] = {
    "degraded": (SNOMED, "196411000000103"),
    "ours": ("https://watersmeet.example/fhir/CodeSystem/category", "social-care"),
    "unknown": ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK"),
}


def grouped(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two partners' items are one group."""
    return len(groups_of(merged((HOSPITAL, [first]), (PRACTICE, [second])))) == 1


@pytest.mark.parametrize("kind", ALIKE)
def test_two_sources_that_say_one_thing_are_one_group(kind: str) -> None:
    """Both stay, whatever their local ids and their wording."""
    assert grouped(one(kind), one(kind, "9", note=[{"text": "seen"}] if kind != "Observation" else None))


OTHERWISE: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": {
        "code": coded((SNOMED, "91935009")),
        "onsetDateTime": "2016-03-01",
        "clinicalStatus": state("resolved"),
        "verificationStatus": state("refuted"),
    },
    "Condition": {
        "code": coded((SNOMED, "46635009")),
        "onsetDateTime": "2016-03",
        "clinicalStatus": state("inactive"),
    },
    "MedicationRequest": {
        "medicationCodeableConcept": coded((SNOMED, "325073007")),
        "authoredOn": "2026-03-02",
        "status": "stopped",
        "intent": "plan",
        "dosageInstruction": [{"text": "Two tablets twice a day"}],
    },
    "MedicationStatement": {
        "effectivePeriod": {"start": "2026-03-01", "end": "2026-04-01"},
        "status": "completed",
        "dosage": None,
    },
    "Immunization": {"occurrenceDateTime": "2026-10-03", "status": "not-done"},
    "Observation": {
        "effectiveDateTime": "2026-09-30",
        "status": "amended",
        "valueQuantity": {"value": 72, "unit": "umol/L", "comparator": "<"},
    },
    "DocumentReference": {
        "date": "2026-05-05T10:00:00Z",
        "status": "superseded",
        "author": [{"display": "Dr B. Heron"}],
        "content": [{"attachment": {"title": "Discharge letter"}}],
    },
    "Encounter": {"period": {"start": "2026-05-04T11:00:00Z"}, "class": {"code": "AMB"}},
    "Appointment": {"status": "cancelled", "start": "2026-12-05T10:00:00Z"},
}


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        (kind, member)
        for kind, changes in OTHERWISE.items()
        for member in changes
        if changes[member] or member == "dosage"
    ],
)
def test_what_differs_in_one_member_is_not_one_group(kind: str, member: str) -> None:
    """Another dose, state, date or value, or the same date at another precision."""
    assert not grouped(one(kind), one(kind, "9", **{member: OTHERWISE[kind][member]}))


@pytest.mark.parametrize(
    ("kind", "member", "left", "right"),
    [
        ("Procedure", "bodySite", [coded((SNOMED, "7771000"))], [coded((SNOMED, "24028007"))]),
        ("Immunization", "lotNumber", "A12", "A13"),
        ("AllergyIntolerance", "criticality", "high", "low"),
    ],
)
def test_a_detail_that_one_source_leaves_out_differs_in_nothing(
    kind: str, member: str, left: Any, right: Any
) -> None:
    """Two sides, two batches or two risks are apart; one and none are not."""
    assert not grouped(one(kind, **{member: left}), one(kind, **{member: right}))
    assert grouped(one(kind, **{member: left}), one(kind))


def observed(*codings: Coding, text: str = "") -> dict[str, Any]:
    """An observation of one moment under some codes."""
    return one("Observation", code=coded(*codings, text=text))


@pytest.mark.parametrize("hollow", HOLLOW.values(), ids=HOLLOW)
def test_a_code_that_says_nothing_makes_no_two_items_alike(hollow: Coding) -> None:
    """Two entries whose own codes were lost on their way may be about anything."""
    assert not grouped(observed(hollow), observed(hollow))
    assert not grouped(observed(hollow, MEALS), observed(hollow, FALLS))


@pytest.mark.parametrize("hollow", HOLLOW.values(), ids=HOLLOW)
def test_a_telling_code_beside_one_that_says_nothing_makes_them_alike(hollow: Coding) -> None:
    """Whichever stands first."""
    assert grouped(observed(hollow, MEALS), observed(hollow, MEALS))
    assert grouped(observed(hollow, MEALS), observed(MEALS))


def test_any_coding_that_both_carry_makes_them_alike() -> None:
    """Read here, Read and SNOMED CT there, and through the second a third with SNOMED CT alone."""
    read, snomed = (READ, "C10F."), (SNOMED, "44054006")
    view = merged(
        (PRACTICE, [observed(read)]),
        (HOSPITAL, [observed(snomed, read)]),
        (HEART_HOSPITAL, [observed((CTV3, "X40J5"), snomed)]),
    )
    assert [len(group) for group in groups_of(view)] == [3]


def test_a_wider_code_in_common_joins_nothing_that_snomed_tells_apart() -> None:
    """Both are filed under one local code; they are two things."""
    wide = ("urn:local", "blood")
    assert not grouped(observed(wide, (SNOMED, "1")), observed(wide, (SNOMED, "2")))


def test_the_writers_own_term_counts_where_neither_has_a_code() -> None:
    """In any case and spacing; a term beside a code is no code."""
    assert grouped(observed(text="Left  knee pain"), observed(text="left knee pain"))
    assert not grouped(observed(text="Left knee pain"), observed(text="Right knee pain"))
    assert not grouped(observed(MEALS, text="Left knee pain"), observed(text="Left knee pain"))


def test_an_item_with_no_code_and_no_term_is_shown_and_never_grouped() -> None:
    """There is nothing to say that two of them are one."""
    view = merged((HOSPITAL, [one("Observation", code=None)]), (PRACTICE, [one("Observation", code=None)]))
    assert (len(view.items), view.groups) == (2, ())


def test_one_instant_in_two_zones_is_one_date() -> None:
    """And a day without a time is no instant."""
    noon = "2026-09-30T08:12:00.000Z"
    assert grouped(one("Observation"), one("Observation", effectiveDateTime=noon))
    assert not grouped(one("Observation"), one("Observation", effectiveDateTime="2026-09-30T09:12:00"))


def test_what_stands_without_a_date_is_alike_and_what_happened_is_not() -> None:
    """An allergy that nobody dated is one allergy; two results that nobody dated are two."""
    assert grouped(*[one("AllergyIntolerance", onsetDateTime=None)] * 2)
    assert not grouped(*[one("Observation", effectiveDateTime=None)] * 2)


def test_the_practices_fixed_verification_is_no_other_state() -> None:
    """GP Connect says `unconfirmed` of every allergy."""
    fixed = one("AllergyIntolerance", verificationStatus=state("unconfirmed"))
    assert grouped(one("AllergyIntolerance"), fixed)
    assert not grouped(one("AllergyIntolerance", verificationStatus=state("confirmed")), fixed)


def test_a_medicine_named_in_another_item_is_the_medicine() -> None:
    """By a Medication beside it, or contained in it."""
    medication = item("Medication", "m1", code=coded((SNOMED, "325072002")))
    referring = one(
        "MedicationRequest",
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/m1"},
    )
    holding = one(
        "MedicationRequest",
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "code": coded((SNOMED, "325072002"))}],
    )
    view = merged(
        (HOSPITAL, [one("MedicationRequest")]),
        (PRACTICE, [medication, referring]),
        (HEART_HOSPITAL, [holding]),
    )
    assert [len(group) for group in groups_of(view)] == [3]


def test_a_vaccine_is_what_its_procedure_says_too() -> None:
    """GP Connect writes the code in an extension, and a hospital both."""
    url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
    procedure = [{"url": url, "valueCodeableConcept": coded((SNOMED, "1324681000000101"))}]
    unknown = one("Immunization", vaccineCode=coded(HOLLOW["unknown"]), extension=procedure)
    assert grouped(one("Immunization", extension=procedure), unknown)
    assert not grouped(one("Immunization"), unknown)


def test_a_comment_takes_the_place_of_a_value() -> None:
    """Two coded entries of one moment with two comments are two; beside a value a comment is only that."""
    said = [[{"text": "at home - alone"}], [{"text": "at work"}]]
    first, second = (one("Observation", valueQuantity=None, note=note) for note in said)
    assert not grouped(first, second)
    assert grouped(first, one("Observation", valueQuantity=None, note=[{"text": "At home\nalone"}]))
    assert grouped(one("Observation", note=said[0]), one("Observation", note=said[1]))


def test_a_code_without_its_system_names_nothing() -> None:
    """The same characters mean another thing elsewhere."""
    bare = one("Observation", code={"coding": [{"code": "2160-0"}]})
    assert not grouped(bare, bare)


def test_a_letter_needs_more_than_its_day() -> None:
    """Without author and title it could be any letter of that day."""
    bare = one("DocumentReference", author=None, content=[{"attachment": {"contentType": "text/plain"}}])
    assert not grouped(bare, bare)


def test_a_referral_that_says_only_why_is_known_by_that() -> None:
    """As practices send them."""
    why = {"code": None, "reasonCode": [coded((SNOMED, "276401000000108"))]}
    assert grouped(one("ServiceRequest", **why), one("ServiceRequest", **why))


def test_a_number_is_what_its_characters_say() -> None:
    """`1.50` is not `1.5`, and is itself."""
    written = orjson.dumps(one("Observation", valueQuantity={"value": 1.5, "unit": "mg/L"}))
    longer = written.replace(b"1.5", b"1.50")
    views = [
        merged_items(
            readable([written], HOSPITAL)[1:] + readable([other], PRACTICE)[1:], ground((HOSPITAL, PRACTICE))
        )
        for other in (longer, written)
    ]
    assert [len(each.groups) for each in views] == [0, 1]


def test_a_modifier_makes_nothing_alike() -> None:
    """Nobody here knows what it changes."""
    modified = one("Observation", modifierExtension=[{"url": "urn:not", "valueBoolean": True}])
    assert not grouped(modified, modified)


def test_two_contacts_on_one_day_are_two() -> None:
    """Only the very moment makes them one."""
    day = {"period": {"start": "2026-05-04"}}
    assert not grouped(one("Encounter", **day), one("Encounter", **day))


@pytest.mark.parametrize(("one_text", "other_text"), [("Protein +", "Protein -"), ("< 100 ml", "> 100 ml")])
def test_a_sign_in_a_comment_can_be_the_result(one_text: str, other_text: str) -> None:
    """Line breaks and the dashes that stand for them are one; every other sign is heard."""
    first, second = (
        one("Observation", valueQuantity=None, note=[{"text": text}]) for text in (one_text, other_text)
    )
    assert grouped(first, first | {"id": "2"})
    assert not grouped(first, second)
