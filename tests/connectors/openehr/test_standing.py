"""A status in the composition's own words is R4's code where the table has the word, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.item_words import words_of
from tests.connectors.openehr.compositions import cluster, diagnosis, element, event, items, one, text
from tests.connectors.openehr.scripted import entry
from tests.connectors.openehr.values import coded, dated

START = element("Start", "at0100", dated("DV_DATE_TIME", "2027-01-15T13:00:00Z"))


def status(word: str, name: str = "Status") -> dict[str, Any]:
    """An element that says how the whole stands."""
    return element(name, "at0100", text(word))


def plan(*elements: Any, concept: str = "care_plan.v0") -> dict[str, Any]:
    """What becomes of a plan with these elements."""
    return one(entry("EVALUATION", concept, data=items(*elements)))


def appointment(*elements: Any) -> dict[str, Any]:
    """What becomes of an appointment with these elements."""
    return one(entry("ADMIN_ENTRY", "appointment.v0", data=items(*elements)))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("active", "active"),
        ("On hold", "on-hold"),
        ("Entered in error", "entered-in-error"),
        ("open", "unknown"),
        ("finished", "unknown"),
        ("aktiv", "unknown"),
    ],
)
def test_a_plan_has_the_status_that_its_word_names(word: str, code: str) -> None:
    """Capitals, spaces and hyphens do not matter; another word, another kind's too, is not known. The word
    itself stands among the values in either case.
    """
    found = plan(status(word))
    assert found["status"] == code
    assert word in str(found["extension"])


@pytest.mark.parametrize("word", ["completed", "active"])
def test_a_form_that_is_filled_in_is_no_plan_that_is_over(word: str) -> None:
    """What a directive's status speaks of is not known, unless it was entered in error."""
    assert plan(status(word), concept="advance_care_directive.v2")["status"] == "unknown"
    wrong = plan(status("Entered in error"), concept="advance_care_directive.v2")
    assert wrong["status"] == "entered-in-error"


def test_the_status_of_a_part_is_not_that_of_the_whole() -> None:
    """A step of a plan is active, and the plan says nothing; two words that differ say nothing either."""
    assert plan(cluster("Step", status("active")))["status"] == "unknown"
    assert plan(status("active"), status("revoked"))["status"] == "unknown"
    assert plan(status("active"), status("active"))["status"] == "active"


@pytest.mark.parametrize(
    ("word", "context", "code"),
    [
        ("finished", {}, "finished"),
        ("cancelled", {"end_time": dated("DV_DATE_TIME", "2024-03-01T10:00:00Z")}, "cancelled"),
        ("seen", {"end_time": dated("DV_DATE_TIME", "2024-03-01T10:00:00Z")}, "finished"),
        ("seen", {}, "unknown"),
    ],
)
def test_a_contact_is_finished_when_it_says_so_or_has_ended(
    word: str, context: dict[str, Any], code: str
) -> None:
    """Its own word comes before its end."""
    found = one(archetype="encounter.v1", context={**context, "other_context": items(status(word))})
    assert (found["resourceType"], found["status"]) == ("Encounter", code)


def test_a_findings_status_is_what_was_found() -> None:
    """A smoker's `final` is no status of the observation; a laboratory's is."""
    data = {"name": text("History"), "events": [event("2024", status("final"))]}
    assert one(entry("OBSERVATION", "tobacco_smoking.v0", data=data))["status"] == "unknown"
    assert one(entry("OBSERVATION", "laboratory_test_result.v1", data=data))["status"] == "final"


@pytest.mark.parametrize(
    ("word", "code"), [("active", "active"), ("Inactive", "inactive"), ("high", "active")]
)
def test_an_alert_that_says_it_is_inactive_is(word: str, code: str) -> None:
    """Whatever else its status says, it stands."""
    assert one(entry("EVALUATION", "health_risk.v1", data=items(status(word))))["status"] == code


def test_what_is_ordered_has_the_status_of_its_one_order() -> None:
    """An order's status stands in its activity."""
    activity = {"name": text("Order"), "description": items(status("stopped"))}
    found = one(entry("INSTRUCTION", "medication_order.v3", activities=[activity]))
    assert found["status"] == "stopped"
    steps = one(entry("INSTRUCTION", "care_plan_request.v0", activities=[activity]))
    assert (steps["resourceType"], steps["status"]) == ("CarePlan", "unknown")


def test_a_confirmed_diagnosis_reads_like_every_other_partners() -> None:
    """What stands and is certain needs no word; a reader sees what is neither."""
    certain = element("Certainty", "at0073", coded("Confirmed", "local", "at0076"))
    assert words_of(one(diagnosis(certain, status("Active", "Clinical status")))) == "Low mood"
    refuted = element("Certainty", "at0073", coded("Refuted", "local", "at0077"))
    assert words_of(one(diagnosis(refuted))) == "Low mood; [refuted]"
    assert (
        words_of(one(diagnosis(element("Certainty", "at0073", text("Suspected"))))) == "Low mood; [Suspected]"
    )


def test_a_code_of_the_partners_own_stands_after_r4s() -> None:
    """Its terminology's code is kept; one that is R4's own stands once."""
    local = element("Certainty", "at0073", coded("Confirmed", "local", "at0076"))
    codings = one(diagnosis(local))["verificationStatus"]["coding"]
    assert [coding["code"] for coding in codings] == ["confirmed", "at0076"]
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    own = element("Certainty", "at0073", coded("Confirmed", system, "confirmed"))
    assert one(diagnosis(own))["verificationStatus"]["coding"] == [{"system": system, "code": "confirmed"}]


def test_what_was_entered_in_error_has_no_clinical_status() -> None:
    """R4 forbids it, and nobody should read that it is active."""
    wrong = element("Certainty", "at0073", text("Entered in error"))
    found = one(diagnosis(wrong, status("active", "Clinical status")))
    assert "clinicalStatus" not in found
    assert found["verificationStatus"]["coding"][0]["code"] == "entered-in-error"


def test_an_appointment_that_says_how_and_when_is_one() -> None:
    """Its status, its times and what it is for; whether the person accepted is said not to be known."""
    end = element("End", "at0100", dated("DV_DATE_TIME", "2027-01-15T13:30:00Z"))
    found = appointment(status("Booked"), START, end, element("Service type", "at0100", text("Podiatry")))
    assert (found["resourceType"], found["status"]) == ("Appointment", "booked")
    assert (found["start"], found["end"]) == ("2027-01-15T13:00:00Z", "2027-01-15T13:30:00Z")
    assert found["serviceType"][0]["text"] == "Podiatry"
    (person,) = found["participant"]
    assert person["actor"]["reference"].startswith("Patient/")
    assert person["_status"]["extension"][0]["valueCode"] == "unknown"
    assert "subject" not in found


def test_an_appointment_without_an_end_says_that_it_is_not_known() -> None:
    """R4 has a start and an end together; none is made up. A cancelled one needs neither."""
    found = appointment(status("booked"), START)
    assert (found["start"], found["_end"]["extension"][0]["valueCode"]) == (
        "2027-01-15T13:00:00Z",
        "unknown",
    )
    assert not {"start", "end", "_start", "_end"} & appointment(status("Cancelled")).keys()


@pytest.mark.parametrize(
    "told",
    [
        (START,),
        (status("to be arranged"), START),
        (status("booked"),),
        (status("booked"), element("Start", "at0100", dated("DV_DATE", "2027-01-15"))),
        (
            status("booked"),
            element(
                "Start", "at0100", {**dated("DV_DATE_TIME", "2027-01-15T13:00:00Z"), "magnitude_status": "~"}
            ),
        ),
    ],
)
def test_an_appointment_that_r4_cannot_hold_is_carried_whole(told: tuple[Any, ...]) -> None:
    """Without a status of R4's, or a start that is exact, it is a Basic with all its values."""
    found = appointment(*told)
    assert found["resourceType"] == "Basic"
    assert found["code"]["coding"][0]["code"] == "listed-appointments"
    assert all(str(one["name"]["value"]) in str(found["extension"]) for one in told)
