"""Allergies, diagnoses, procedures, vaccinations and appointments of a message into R4."""

from __future__ import annotations

import pytest

from broker.domain.category import Category, listed_code
from tests.connectors.hl7v2.messages import PID, given, of_type, segment, translated


def test_allergies_diagnoses_and_procedures_become_what_they_are() -> None:
    """With reactions, dates and whoever made them."""
    trees = translated(
        PID,
        "AL1|1|DA|91936005^Allergy to penicillin^SCT|SV|Rash~Wheeze|20190611",
        "DG1|1||I21.9^Infarction^I10|Heart attack|20260210||||||||||C1^Shaw",
        "PR1|1||415070008^Angioplasty^SCT||20260210",
    )
    allergy = of_type(trees, "AllergyIntolerance")
    assert [one["text"] for one in allergy["reaction"][0]["manifestation"]] == ["Rash", "Wheeze"]
    assert (allergy["category"], allergy["reaction"][0]["severity"]) == (["medication"], "severe")
    assert "coding" not in allergy["clinicalStatus"]
    condition = of_type(trees, "Condition")
    assert condition["code"]["text"] == "Heart attack"
    assert condition["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert of_type(trees, "Procedure")["performedDateTime"] == "2026-02-10"


@pytest.mark.parametrize(
    ("standing", "action", "verified", "holds"),
    [
        ("C", "A", "confirmed", "unknown"),
        ("I", "A", "confirmed", "inactive"),
        ("E", "A", "entered-in-error", None),
        ("C", "D", "entered-in-error", None),
        ("D", "A", None, "unknown"),
    ],
)
def test_a_detailed_allergy_says_how_it_stands(
    standing: str, action: str, verified: str | None, holds: str | None
) -> None:
    """IAM: verified or not, still holding or not; doubt stands as given."""
    fields = {2: "DA", 3: "91936005^Penicillin^SCT", 6: action, 7: "A7^EHR", 11: "2019", 17: standing}
    found = of_type(translated(PID, segment("IAM", fields)), "AllergyIntolerance")
    assert found["onsetDateTime"] == "2019"
    assert found["identifier"][0]["value"] == "A7"
    said = found.get("verificationStatus", {}).get("coding", [{}])[0].get("code")
    clinical = found.get("clinicalStatus", {})
    state = clinical.get("coding", [{}])[0].get("code") or (clinical.get("extension") or [{}])[0].get(
        "valueCode"
    )
    assert (said, state) == (verified, holds)
    assert ("IAM-17: D" in given(found)) is (standing == "D")


def test_a_vaccination_becomes_an_immunization_and_another_administration_a_listed_medicine() -> None:
    """By the message, or by the code system of the vaccine."""
    rxa = "RXA|0|1|20260110||208^Vaccine^L|0.3|mL||||||||L9|20270101|MF^Maker^L|||CP"
    given_ = of_type(
        translated(PID, rxa, "RXR|IM^Intramuscular^HL70162|LA", kind="VXU^V04^VXU_V04"), "Immunization"
    )
    assert (given_["status"], given_["lotNumber"]) == ("completed", "L9")
    assert given_["route"]["coding"][0]["code"] == "IM"
    other = of_type(translated(PID, rxa, kind="RAS^O17^RAS_O17"), "Basic")
    assert other["code"]["coding"][0]["code"] == listed_code(Category.MEDICINES)


def test_an_appointment_is_of_the_person_who_stands_after_it() -> None:
    """SIU names the person second; whether anybody accepted is not said."""
    trees = translated(
        "SCH|P1|F1|||||CHECK^Check-up|||||||||||||||||||Booked",
        "TQ1|1||||||20260320090000+0000|20260320093000+0000",
        PID,
        "AIP|1||C1^Shaw^Ann",
        kind="SIU^S12^SIU_S12",
    )
    assert trees[0]["resourceType"] == "Patient"
    visit = of_type(trees, "Appointment")
    assert (visit["status"], visit["start"]) == ("booked", "2026-03-20T09:00:00+00:00")
    person, doctor = visit["participant"]
    assert person["actor"]["reference"] == f"Patient/{trees[0]['id']}"
    assert doctor["actor"]["display"] == "Ann Shaw"
    assert "status" not in person
