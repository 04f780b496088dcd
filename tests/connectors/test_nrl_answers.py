"""The locator's refusals are told as what they are, and pointers of nobody or of others are not believed."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.locating import holders_named
from broker.pipeline.normalisation import Normalised, normalise
from connectors.nrl import PLUGIN
from connectors.nrl.refusals import BY_CODE
from connectors.nrl.simulator import LOCATOR_SYSTEM
from connectors.simulation import outcome_bytes
from tests.connectors.test_nrl import DOCUMENTS, HOLDER, fetched, pointer
from tests.support.fhir_server import bundle
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, OLD, patient
from tests.support.records import finished
from tests.support.sender import CORRELATION, ask_for, held_conversation, road_to, said

INVALID = (OutcomeLabel.INVALID, Cause.STATUS)
NO_RIGHT = (OutcomeLabel.REFUSED, Cause.CREDENTIALS)
THROTTLED = (OutcomeLabel.REFUSED, Cause.THROTTLED)
DOWN = (OutcomeLabel.UNREACHABLE, Cause.STATUS)
SAID = {
    "MESSAGE_NOT_WELL_FORMED": (400, INVALID),
    "BAD_REQUEST": (400, INVALID),
    "INVALID_PARAMETER": (400, INVALID),
    "INVALID_NHS_NUMBER": (400, INVALID),
    "INVALID_CODE_SYSTEM": (400, INVALID),
    "INVALID_CODE_VALUE": (400, INVALID),
    "INVALID_IDENTIFIER_SYSTEM": (400, INVALID),
    "INVALID_IDENTIFIER_VALUE": (400, INVALID),
    "ACCESS DENIED": (403, NO_RIGHT),
    "ACCESS_DENIED": (401, NO_RIGHT),
    "NO_RECORD_FOUND": (404, INVALID),
    "RESOURCE_NOT_FOUND": (404, INVALID),
    "DUPLICATE_REJECTED": (409, INVALID),
    "INVALID_RESOURCE": (422, INVALID),
    "TOO_MANY_REQUESTS": (429, THROTTLED),
    "INTERNAL_SERVER_ERROR": (500, DOWN),
    "SERVICE_UNAVAILABLE": (503, DOWN),
}


def refused(code: str) -> bytes:
    """The locator's OperationOutcome."""
    return outcome_bytes("error", "invalid", system=LOCATOR_SYSTEM, detail=code)


@pytest.mark.parametrize("code", SAID)
def test_a_refusal_of_the_locator_is_told_as_what_it_is(code: str) -> None:
    """None of them is an empty list of pointers; the word counts in a 200 too."""
    status, expected = SAID[code]
    for given in (said(refused(code), status), said(refused(code))):
        ending, heard = fetched(given)
        assert (ending.label, ending.cause, heard.pages) == (*expected, [])


def test_every_code_of_the_table_is_proved() -> None:
    """One that is added is told here as well."""
    assert {code.replace(" ", "_") for code in SAID} == set(BY_CODE)


def test_the_stricter_of_status_and_code_holds() -> None:
    """A refusal in a 500 is a refusal, and a 403 that finds nothing wrong with anything is one too."""
    assert fetched(said(refused("ACCESS DENIED"), 500))[0].label is OutcomeLabel.REFUSED
    assert fetched(said(refused("INVALID_PARAMETER"), 403))[0].label is OutcomeLabel.REFUSED
    ending, _ = fetched(said(refused("SOMETHING_NEW"), 400))
    assert (ending.label, ending.cause) == INVALID


def judged(*pointers: Any, **ask: Any) -> Normalised:
    """What normalisation makes of these pointers."""
    asked = ask_for(**ask)
    ending, heard = fetched(*[bundle(*pointers)] * len(asked.patient.numbers), **ask)
    work = normalise(
        "locator",
        heard.entries,
        ending,
        proof=PLUGIN.manifest.proof,
        patient=asked.patient,
        endpoint="https://locator.example",
    )
    return finished(work)


def ids_of(normalised: Normalised) -> list[str]:
    """The pointers that are believed."""
    found = [orjson.loads(one.raw) for one in normalised.resources]
    return [one["id"] for one in found if one["resourceType"] == "DocumentReference"]


def test_a_pointer_of_somebody_else_is_set_aside() -> None:
    """The others are shown, the answer is partial, and it names no holder."""
    foreign = pointer("b", BEN.digits, custodian={"identifier": {"value": "RX909"}})
    normalised = judged(pointer("a"), foreign)
    assert ids_of(normalised) == [f"{HOLDER}-a"]
    assert (normalised.ending.label, normalised.ending.cause) == (OutcomeLabel.PARTIAL, Cause.WRONG_PATIENT)
    assert normalised.quarantined == 2
    assert holders_named(normalised.resources) == {HOLDER}


NOBODY: dict[str, dict[str, Any]] = {
    "none": {},
    "a reference": {"subject": {"reference": "Patient/9990000018"}},
    "another system": {"subject": {"identifier": {"system": "urn:x", "value": ASHA.digits}}},
    "no value": {"subject": {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number"}}},
    "another shape": {"subject": {"identifier": [ASHA.digits]}},
}


@pytest.mark.parametrize("members", NOBODY.values(), ids=NOBODY.keys())
def test_a_pointer_that_names_nobody_is_not_believed(members: dict[str, Any]) -> None:
    """Alone it is no proof of anybody; beside a good one it is set aside."""
    nameless = {name: value for name, value in pointer("x").items() if name != "subject"} | members
    alone = judged(nameless)
    assert (alone.ending.label, alone.ending.cause) == (OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)
    assert (alone.received, alone.resources) == (1, ())
    beside = judged(pointer("a"), nameless)
    assert ids_of(beside) == [f"{HOLDER}-a"]
    assert beside.ending.label is OutcomeLabel.PARTIAL


def test_only_a_pointer_proves_whom_an_answer_is_about() -> None:
    """Another kind of resource that names the number is nothing that a locator gives."""
    alone = judged(pointer("x", resourceType="Flag"))
    assert (alone.ending.label, alone.ending.cause) == (OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)


def test_pointers_of_others_alone_prove_nobody_and_name_no_holder() -> None:
    """The question is never taken for the proof."""
    normalised = judged(pointer("b", BEN.digits))
    assert (normalised.ending.label, normalised.ending.cause) == (
        OutcomeLabel.IDENTITY_MISMATCH,
        Cause.WRONG_PATIENT,
    )
    assert holders_named(normalised.resources) == frozenset()


def test_a_superseded_number_is_the_persons_own() -> None:
    """Its pointers are shown beside those of the current one; the same bytes under both are one."""
    normalised = judged(pointer("a"), pointer("o", OLD.digits), numbers=frozenset({OLD}))
    assert ids_of(normalised) == [f"{HOLDER}-a", f"{HOLDER}-o"]
    assert normalised.ending.label is OutcomeLabel.COMPLETE
    assert normalised.repeated == 2


def test_a_pointers_own_label_of_confidentiality_stays_on_it() -> None:
    """What reaches screening is what the locator wrote."""
    label = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}]}
    ]
    [kept] = [one.raw for one in judged(pointer("a", securityLabel=label)).resources if b"RX902" in one.raw]
    assert orjson.loads(kept)["securityLabel"] == label


HEADERS = {
    "X-Request-ID": CORRELATION,
    "NHSD-Correlation-Id": CORRELATION,
    "NHSD-End-User-Organisation-ODS": "RX901",
}
SUBJECT = f"https://fhir.nhs.uk/Id/nhs-number|{ASHA.digits}"
ODD = {
    "a parameter too many": (
        {"subject:identifier": SUBJECT, "_count": "5"},
        {},
        400,
        "MESSAGE_NOT_WELL_FORMED",
    ),
    "no person": ({"type": "x|1"}, {}, 400, "MESSAGE_NOT_WELL_FORMED"),
    "no number": ({"subject:identifier": SUBJECT[:-1]}, {}, 400, "INVALID_NHS_NUMBER"),
    "another system": ({"subject:identifier": f"urn:x|{ASHA.digits}"}, {}, 400, "INVALID_IDENTIFIER_SYSTEM"),
    "no request id": ({"subject:identifier": SUBJECT}, {"X-Request-ID": "1"}, 400, "BAD_REQUEST"),
    "no organisation": (
        {"subject:identifier": SUBJECT},
        {"NHSD-End-User-Organisation-ODS": ""},
        400,
        "BAD_REQUEST",
    ),
    "another organisation": (
        {"subject:identifier": SUBJECT},
        {"NHSD-End-User-Organisation-ODS": "RX902"},
        403,
        "ACCESS DENIED",
    ),
}


@pytest.mark.parametrize(("form", "headers", "status", "code"), ODD.values(), ids=ODD.keys())
async def test_the_simulated_locator_refuses_what_the_service_refuses(
    form: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    """In its own words and with its own status."""
    app = PLUGIN.simulator({}, {"organisations": ["RX901"]})  # type: ignore[misc] # it has one
    async with served(app) as origin, aiohttp.ClientSession(origin, headers=HEADERS | headers) as session:
        async with session.post("/DocumentReference/_search", data=form) as answer:
            said_so = orjson.loads(await answer.read())
            assert answer.status == status
        async with session.get("/DocumentReference", params=form) as answer:
            assert answer.status == status
    assert said_so["issue"][0]["details"]["coding"][0]["code"] == code


@pytest.mark.parametrize(
    ("manners", "label"),
    [
        ({"error": "INVALID_CODE_SYSTEM", "error_status": 400}, OutcomeLabel.INVALID),
        ({"error": "ACCESS DENIED"}, OutcomeLabel.REFUSED),
        ({"organisations": ["RX999"]}, OutcomeLabel.REFUSED),
        ({"error": "INTERNAL_SERVER_ERROR"}, OutcomeLabel.UNREACHABLE),
        ({"warnings": {"DocumentReference": "timeout"}}, OutcomeLabel.PARTIAL),
        ({}, OutcomeLabel.COMPLETE),
    ],
)
async def test_a_simulated_locator_has_the_manners_that_it_is_given(
    manners: dict[str, Any], label: OutcomeLabel
) -> None:
    """A refusal and a doubt of the service are told apart from an empty list."""
    people = {ASHA.digits: (patient(ASHA.digits, "a1"), pointer())}
    app = PLUGIN.simulator(people, manners)  # type: ignore[misc] # it has one
    async with served(app) as origin, road_to(origin, PLUGIN.manifest) as send:
        ending, _ = await held_conversation(PLUGIN.create({}).fetch(ask_for(categories=DOCUMENTS)), send)
    assert ending.label is label
