"""What R4 calls otherwise, or puts elsewhere, stands where R4 has it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.stu3.translated import AS_GIVEN, EARLIER, PERSON, carried, extensions, one

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "73211009"}]}
_QUANTITY = {"value": 2, "unit": "tablet"}

MOVED: list[tuple[str, str, Any, str, Any]] = [
    ("AllergyIntolerance", "assertedDate", "2019", "recordedDate", "2019"),
    ("Appointment", "incomingReferral", [{"reference": "ReferralRequest/r"}], "basedOn",
     [{"reference": "ServiceRequest/r"}]),
    ("BodySite", "code", _CODE, "location", _CODE),
    ("CarePlan", "status", "suspended", "status", "on-hold"),
    ("Communication", "topic", [PERSON], "about", [PERSON]),
    ("Condition", "assertedDate", "2019-02", "recordedDate", "2019-02"),
    ("Condition", "clinicalStatus", "active", "clinicalStatus",
     {"coding": [{"system": _CLINICAL, "code": "active"}]}),
    ("Condition", "context", {"reference": "Encounter/e"}, "encounter", {"reference": "Encounter/e"}),
    ("Condition", "stage", {"summary": _CODE}, "stage", [{"summary": _CODE}]),
    ("DetectedIssue", "category", _CODE, "code", _CODE),
    ("Device", "model", "M1", "modelNumber", "M1"),
    ("Device", "version", "2", "version", [{"value": "2"}]),
    ("DiagnosticReport", "codedDiagnosis", [_CODE], "conclusionCode", [_CODE]),
    ("DiagnosticReport", "image", [{"link": {"reference": "Media/m"}}], "media",
     [{"link": {"reference": "Media/m"}}]),
    ("DocumentReference", "class", _CODE, "category", [_CODE]),
    ("DocumentReference", "indexed", "2019-02-03T10:00:00Z", "date", "2019-02-03T10:00:00Z"),
    ("Encounter", "diagnosis", [{"condition": {"reference": "Condition/c"}, "role": _CODE}], "diagnosis",
     [{"condition": {"reference": "Condition/c"}, "use": _CODE}]),
    ("Encounter", "incomingReferral", [{"reference": "ReferralRequest/r"}], "basedOn",
     [{"reference": "ServiceRequest/r"}]),
    ("Encounter", "reason", [_CODE], "reasonCode", [_CODE]),
    ("Goal", "status", "achieved", "lifecycleStatus", "completed"),
    ("HealthcareService", "eligibility", _CODE, "eligibility", [{"code": _CODE}]),
    ("HealthcareService", "programName", ["Smoking"], "program", [{"text": "Smoking"}]),
    ("Immunization", "date", "2019-02-03", "occurrenceDateTime", "2019-02-03"),
    ("Immunization", "explanation", {"reason": [_CODE]}, "reasonCode", [_CODE]),
    ("Immunization", "practitioner", [{"actor": PERSON, "role": _CODE}], "performer",
     [{"actor": PERSON, "function": _CODE}]),
    ("Location", "type", _CODE, "type", [_CODE]),
    ("Media", "type", "video", "type",
     {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/media-type", "code": "video"}]}),
    ("Medication", "package", {"batch": [{"lotNumber": "L1"}]}, "batch", {"lotNumber": "L1"}),
    ("MedicationRequest", "substitution", {"allowed": True}, "substitution", {"allowedBoolean": True}),
    ("MedicationStatement", "reasonNotTaken", [_CODE], "statusReason", [_CODE]),
    ("Observation", "comment", "As told", "note", [{"text": "As told"}]),
    ("Observation", "interpretation", _CODE, "interpretation", [_CODE]),
    ("Procedure", "status", "aborted", "status", "stopped"),
    ("ProcedureRequest", "performer", PERSON, "performer", [PERSON]),
    ("ProcedureRequest", "status", "cancelled", "status", "revoked"),
    ("Provenance", "activity", _CODE["coding"][0], "activity", _CODE),
    ("QuestionnaireResponse", "parent", [{"reference": "Observation/o"}], "partOf",
     [{"reference": "Observation/o"}]),
    ("QuestionnaireResponse", "questionnaire", {"reference": "Questionnaire/q"}, "questionnaire",
     "Questionnaire/q"),
    ("ReferralRequest", "groupIdentifier", {"value": "g"}, "requisition", {"value": "g"}),
    ("ReferralRequest", "recipient", [PERSON], "performer", [PERSON]),
    ("ReferralRequest", "serviceRequested", [_CODE], "orderDetail", [_CODE]),
    ("ReferralRequest", "specialty", _CODE, "performerType", _CODE),
    ("RiskAssessment", "reasonCodeableConcept", _CODE, "reasonCode", [_CODE]),
    ("Task", "priority", "normal", "priority", "routine"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "value", "new", "expected"), MOVED, ids=[f"{kind}.{old}" for kind, old, *_ in MOVED]
)
def test_an_element_stands_where_r4_has_it(kind: str, old: str, value: Any, new: str, expected: Any) -> None:
    """Its value is that of STU3; its name, its place and the list around it are R4's."""
    made = one(kind, **{old: value})
    assert made[new] == expected
    assert old == new or old not in made


def test_a_dose_and_a_rate_stand_together_in_r4() -> None:
    """R4 keeps both in the one element for a dose and its rate."""
    made = one("MedicationStatement", dosage=[{"text": "2 daily", "doseQuantity": _QUANTITY,
                                               "rateRatio": {"numerator": _QUANTITY}}])  # fmt: skip
    assert made["dosage"] == [
        {
            "text": "2 daily",
            "doseAndRate": [{"doseQuantity": _QUANTITY, "rateRatio": {"numerator": _QUANTITY}}],
        }
    ]


@pytest.mark.parametrize("kind", ["MedicationRequest", "ProcedureRequest", "ReferralRequest", "Task"])
def test_a_requester_is_the_agent_and_keeps_on_whose_behalf(kind: str) -> None:
    """R4 has one reference; the organisation behind it is carried on that reference."""
    practice = {"reference": "Organization/o"}
    made = one(kind, requester={"agent": {"reference": "Practitioner/d"}, "onBehalfOf": practice})
    assert made["requester"]["reference"] == "Practitioner/d"
    assert carried(made["requester"], f"{kind}.requester.onBehalfOf") == {"valueReference": practice}


def test_a_reports_performer_keeps_its_role() -> None:
    """R4 has the actor alone; the role is carried on the reference."""
    (performer,) = one("DiagnosticReport", performer=[{"role": _CODE, "actor": PERSON}])["performer"]
    assert performer["reference"] == "Patient/p"
    assert carried(performer, "DiagnosticReport.performer.role") == {"valueCodeableConcept": _CODE}


def test_related_observations_stand_by_what_relates_them() -> None:
    """Members and sources have elements in R4; another relation is carried whole."""
    target = {"reference": "Observation/o"}
    made = one(
        "Observation",
        related=[{"type": kind, "target": target} for kind in ("has-member", "derived-from", "replaces")],
    )
    assert made["hasMember"] == made["derivedFrom"] == [target]
    assert carried(made, "Observation.related") == {
        "extension": [{"url": "type", "valueCode": "replaces"}, {"url": "target", "valueReference": target}]
    }


def test_an_episode_is_no_encounter() -> None:
    """STU3's context may be an episode of care; R4's encounter may not, so it is carried."""
    episode = {"reference": "EpisodeOfCare/e"}
    made = one("Condition", context=episode)
    assert "encounter" not in made
    assert carried(made, "Condition.context") == {"valueReference": episode}


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("Condition", "abatementBoolean", True, {"valueBoolean": True}),
        ("DocumentReference", "created", "2018", {"valueDateTime": "2018"}),
        ("Medication", "isBrand", False, {"valueBoolean": False}),
        ("ReferralRequest", "description", "Please see", {"valueString": "Please see"}),
        ("Observation", "valueAttachment", {"title": "ECG"}, {"valueAttachment": {"title": "ECG"}}),
        ("Patient", "animal", {"species": _CODE},
         {"extension": [{"url": "species", "valueCodeableConcept": _CODE}]}),
    ],
)  # fmt: skip
def test_what_r4_has_no_place_for_is_carried_with_its_type(
    kind: str, name: str, value: Any, expected: dict[str, Any]
) -> None:
    """The extension is HL7's own form for an element that R4 dropped."""
    assert carried(one(kind, **{name: value}), f"{kind}.{name}") == expected


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Immunization", "notGiven", True),
        ("Procedure", "notDone", True),
        ("MedicationStatement", "taken", "n"),
    ],
)
def test_what_was_not_done_says_so_in_its_status(kind: str, name: str, value: Any) -> None:
    """A negation stands where every reader of R4 looks for it; both words of STU3 are kept beside."""
    made = one(kind, status="completed", **{name: value})
    assert made["status"] == ("not-taken" if name == "taken" else "not-done")
    assert carried(made, f"{kind}.status") == {"valueCode": "completed"}
    assert carried(made, f"{kind}.{name}") in ({"valueBoolean": value}, {"valueCode": value})


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        ("MedicationDispense", "notDone", "declined"),
        ("FamilyMemberHistory", "notDone", "health-unknown"),
        ("MedicationAdministration", "notGiven", "not-done"),
        ("Communication", "notDone", "not-done"),
    ],
)
def test_a_negation_is_the_status_that_r4_has_for_it_in_each_kind(kind: str, name: str, status: str) -> None:
    """A medicine that was never handed out does not read as handed out."""
    made = one(kind, status="completed", **{name: True})
    assert made["status"] == status
    assert carried(made, f"{kind}.status") == {"valueCode": "completed"}


@pytest.mark.parametrize("said", [[True], "true", "yes", 1, {"value": True}])
def test_a_negation_of_another_shape_is_a_negation_in_doubt(said: Any) -> None:
    """A vaccination of which nobody can read whether it was given does not read as given."""
    assert one("Immunization", status="completed", notGiven=said)["status"] == "not-done"
    assert one("MedicationStatement", status="active", taken=["n"])["status"] == "not-taken"


@pytest.mark.parametrize("said", [False, [False], "false", None, []])
def test_what_does_not_negate_changes_no_status(said: Any) -> None:
    """A vaccination that was given stays one."""
    assert one("Immunization", status="completed", notGiven=said)["status"] == "completed"


def test_a_number_whose_comparator_cannot_be_read_is_no_number() -> None:
    """Five alone is not what the partner said: number and sign stand as given."""
    value = {"value": 5, "comparator": "=>", "unit": "mg"}
    made = one("Observation", status="final", valueQuantity=value)["valueQuantity"]
    assert "value" not in made
    assert "comparator" not in made
    assert [extensions(made[name], AS_GIVEN) for name in ("_value", "_comparator")] == [
        [{"url": AS_GIVEN, "valueString": "5"}],
        [{"url": AS_GIVEN, "valueString": "=>"}],
    ]


def test_an_error_stays_an_error_whatever_was_not_done() -> None:
    """What was entered in error is neither done nor not done."""
    assert one("Immunization", status="entered-in-error", notGiven=True)["status"] == "entered-in-error"


def test_whether_a_medicine_is_taken_may_be_unknown_without_a_word_of_its_status() -> None:
    """GP Connect writes `unk` on every statement: an active medicine stays active."""
    made = one("MedicationStatement", status="active", taken="unk")
    assert made["status"] == "active"
    assert carried(made, "MedicationStatement.taken") == {"valueCode": "unk"}


def test_a_changed_code_keeps_the_word_that_stu3_had() -> None:
    """The word of R4 stands in its place, the partner's beside it."""
    assert carried(one("ProcedureRequest", status="cancelled"), "ProcedureRequest.status") == {
        "valueCode": "cancelled"
    }


def test_a_document_is_dated_by_its_creation_where_it_was_never_indexed() -> None:
    """It would stand without a date among dated ones; a date that is there is never replaced."""
    when = "2019-02-03T10:00:00Z"
    assert one("DocumentReference", created=when)["date"] == when
    assert one("DocumentReference", created=when, indexed="2020-01-01T00:00:00Z")["date"][:4] == "2020"


def test_several_reasons_for_not_giving_are_all_kept() -> None:
    """R4 has room for one, so that none of them is put before the others."""
    other = {"text": "Refused"}
    made = one("Immunization", explanation={"reasonNotGiven": [_CODE, other]})
    assert "statusReason" not in made
    held = extensions(made, f"{EARLIER}Immunization.explanation.reasonNotGiven")
    assert [each["valueCodeableConcept"] for each in held] == [_CODE, other]


def test_the_clinicians_own_term_and_choice_are_kept() -> None:
    """`userSelected` and both spellings of the description's id pass as they are."""
    url = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-coding-sctdescid"
    term = {"url": url, "extension": [{"url": "descriptionId", "valueId": "1"},
                                      {"url": "DescriptionID", "valueId": "2"}]}  # fmt: skip
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "196461000000101", "userSelected": True,
                        "extension": [term]}], "text": "Transfer-degraded drug allergy"}  # fmt: skip
    assert one("AllergyIntolerance", code=code)["code"] == code


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("MedicationRequest", "requester", {"agent": {"reference": "Practitioner/1"}}),
        ("DiagnosticReport", "performer", [{"actor": {"reference": "Practitioner/1"}}]),
        ("ProcedureRequest", "requester", {"agent": {"reference": "Practitioner/1"}}),
    ],
)
def test_a_modifier_of_what_became_a_reference_modifies_the_item(kind: str, name: str, value: Any) -> None:
    """A Reference can hold none in R4, and nobody may read the item without it."""
    modifier = {"url": "https://example.org/not-authorised", "valueBoolean": True}
    holder = value[0] if isinstance(value, list) else value
    holder = {**holder, "modifierExtension": [modifier]}
    own = {"url": "https://example.org/own", "valueBoolean": True}
    made = one(kind, modifierExtension=[own], **{name: [holder] if isinstance(value, list) else holder})
    assert made[name] in ({"reference": "Practitioner/1"}, [{"reference": "Practitioner/1"}])
    assert made["modifierExtension"] == [own, modifier]
