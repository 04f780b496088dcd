"""A value that R4 cannot hold stands as it was given beside the gap, and nothing is widened or dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.stu3.translated import (
    AS_GIVEN,
    EARLIER,
    PERSON,
    UNKNOWN,
    carried,
    faults,
    given,
    one,
    run,
    written,
)


@pytest.mark.parametrize(
    "date", ["2019-02-03T10:00:00", "2019-02-30", "03/02/2019", "0000", "2019-2-3", "2019-02-03T10:00Z"]
)
def test_a_date_that_r4_cannot_hold_is_given_beside_the_gap(date: str) -> None:
    """No zone is guessed and no day invented."""
    made = one("Condition", onsetDateTime=date)
    assert "onsetDateTime" not in made
    assert made["_onsetDateTime"] == given(date)


@pytest.mark.parametrize("date", ["2019", "2019-02", "2020-02-29", "2019-02-03T10:00:00.123+01:00"])
def test_a_date_keeps_its_precision(date: str) -> None:
    """A year stays a year, and milliseconds stay."""
    assert one("Condition", onsetDateTime=date)["onsetDateTime"] == date


@pytest.mark.parametrize(("time", "is_kept"), [("09:00:00", True), ("09:00", False), ("25:00:00", False)])
def test_a_time_of_day_is_to_the_second(time: str, *, is_kept: bool) -> None:
    """R4 has no shorter one; seconds are not made up."""
    (opening,) = one("PractitionerRole", availableTime=[{"availableStartTime": time}])["availableTime"]
    assert opening == ({"availableStartTime": time} if is_kept else {"_availableStartTime": given(time)})


def test_a_required_date_that_r4_cannot_hold_is_said_to_be_absent() -> None:
    """The item stands: the text is beside, and that the value is not there is said as R4 says it."""
    made = one("Immunization", date="2019-02-03T10:00:00")
    assert made["_occurrenceDateTime"] == given("2019-02-03T10:00:00", absent=True)


def test_a_status_of_no_list_of_r4_is_given_beside_the_gap() -> None:
    """It is never taken for the nearest one."""
    made = one("Encounter", status="draft")
    assert "status" not in made
    assert made["_status"] == given("draft", absent=True)


def test_a_status_that_became_a_concept_keeps_an_unknown_word() -> None:
    """It stands as text for the reader and claims no code."""
    made = one("Condition", verificationStatus="perhaps")["verificationStatus"]
    assert made == {"text": "perhaps", **given("perhaps")}


def test_what_r4_requires_and_nobody_gave_is_said_to_be_unknown() -> None:
    """GP Connect's contacts have no class; R4's must."""
    unknown = {"extension": [UNKNOWN]}
    made = one("Encounter")
    assert made["class"] == made["_status"] == unknown
    assert one("DocumentReference")["content"] == [{"attachment": unknown}]
    assert one("MedicationRequest")["medicationCodeableConcept"] == unknown


def test_suppliers_numbers_as_text_and_codes_as_lists_lose_nothing() -> None:
    """As in the published example: a duration's value is text, its code a list of one."""
    made = one(
        "MedicationRequest",
        dispenseRequest={"expectedSupplyDuration": {"value": "28", "code": ["d"], "unit": "days"}},
    )
    assert made["dispenseRequest"]["expectedSupplyDuration"] == {
        "_value": given("28"),
        "code": "d",
        "unit": "days",
    }


@pytest.mark.parametrize("number", ["1.50", "2", "1.0E1", "0.000", "1E400", "123456789012345678901234567890"])
def test_a_number_keeps_its_characters(number: str) -> None:
    """What was measured to two places is shown to two places."""
    raw = f'{{"resourceType":"Observation","id":"1","valueQuantity":{{"value":{number}}}}}'.encode()
    (entry,) = run([raw]).entries
    assert f'"valueQuantity":{{"value":{number}}}'.encode() in entry.raw


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("urgent", {"valueString": "urgent"}),
        (True, {"valueBoolean": True}),
        (3, {"valueInteger": 3}),
        (2**40, {"valueDecimal": 2**40}),
        ({"a": [1]}, {"extension": [{"url": AS_GIVEN, "valueString": '{"a":[1]}'}]}),
        ("", {"extension": [{"url": AS_GIVEN, "valueString": '""'}]}),
    ],
)
def test_an_element_that_no_guide_names_is_carried(value: Any, expected: dict[str, Any]) -> None:
    """A supplier's own element stands in an extension of its name."""
    assert carried(one("Observation", supplierRank=value), "Observation.supplierRank") == expected
    assert carried(one("Encounter", length={"rank": value})["length"], "Duration.rank") == expected


def test_a_value_of_another_shape_is_carried_where_it_stood() -> None:
    """Text where a concept should be is neither dropped nor made a concept."""
    made = one("Procedure", outcome="well", performer=["Dr Lee", {"actor": PERSON}])
    assert carried(made, "Procedure.outcome") == {"extension": [{"url": AS_GIVEN, "valueString": "well"}]}
    assert carried(made, "Procedure.performer") == {"valueString": "Dr Lee"}
    assert made["performer"] == [{"actor": PERSON}]


def test_a_second_value_of_one_choice_is_carried() -> None:
    """R4 has one value; neither of two is lost, and which is meant is not decided here."""
    made = one("Observation", valueString="high", valueQuantity={"value": 9})
    assert made["valueString"] == "high"
    assert carried(made, "Observation.valueQuantity") == {"valueQuantity": {"value": 9}}


def test_extensions_beside_plain_values_stay_beside_them() -> None:
    """Also where the value itself had to be given beside the gap, and place by place in a list."""
    side = {"url": "http://example.org/side", "valueString": "x"}
    made = one(
        "Patient",
        birthDate="1951-13",
        _birthDate={"extension": [side]},
        name=[{"given": ["Ann", 3, None], "_given": [{"extension": [side]}]}],
    )
    assert made["_birthDate"]["extension"] == [*given("1951-13")["extension"], side]
    assert made["name"][0]["given"] == ["Ann", None]
    assert made["name"][0]["_given"] == [{"extension": [side]}, given("3")]


def test_the_beside_of_a_value_that_changed_its_form_is_carried() -> None:
    """A code that became a concept has nothing beside it: its extensions go with the item."""
    side = {"url": "http://example.org/side", "valueString": "x"}
    made = one("Condition", clinicalStatus="active", _clinicalStatus={"extension": [side]})
    assert carried(made, "Condition.clinicalStatus") == {"extension": [side]}


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({"url": "http://x.org"}, {"url": "http://x.org", "extension": [UNKNOWN]}),
        ({"valueString": "x"}, {"url": AS_GIVEN, "valueString": '{"valueString":"x"}'}),
        (
            {"url": "http://x.org", "valueString": "x", "rank": 1},
            {"url": "http://x.org", "extension": [{"url": f"{EARLIER}Extension.rank", "valueInteger": 1},
                                                  {"url": f"{EARLIER}Extension.value", "valueString": "x"}]},
        ),
    ],
)  # fmt: skip
def test_an_extension_that_r4_could_not_have_is_still_one(
    extension: dict[str, Any], expected: dict[str, Any]
) -> None:
    """R4's has a name, and either a value or extensions within."""
    assert one("Flag", extension=[extension])["extension"] == [expected]


def test_a_claim_of_an_stu3_profile_is_carried_and_no_longer_claimed() -> None:
    """The R4 item does not conform to a profile of STU3; where it came from is kept."""
    profile = "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-List-1"
    meta = one("List", meta={"profile": [profile], "versionId": "3"})["meta"]
    assert meta["versionId"] == "3"
    assert carried(meta, "Meta.profile") == {"valueUri": profile}


def test_what_is_carried_is_r4_for_two_judges() -> None:
    """Misshapen values everywhere leave a resource that independent validators take."""
    resource = {
        "resourceType": "Observation",
        "id": "1",
        "status": 7,
        "code": ["pulse"],
        "subject": "Patient/p",
        "effectivePeriod": {"start": "then", "end": ["2019", "2020"]},
        "component": {"code": None, "valueQuantity": {"value": "72", "comparator": "~"}},
        "performer": [None, {}, [PERSON]],
        "referenceRange": [],
        "issued": "2019",
        "supplier": [{"deep": [1.50]}],
    }
    (entry,) = run(written(resource)).entries
    assert faults(entry.raw) == []
    assert all(json.dumps(text)[1:-1] in entry.raw.decode() for text in ("pulse", "then", "2020", "72", "~"))
