"""Whom fhir_r4 takes for the person, and when it takes nobody."""

from __future__ import annotations

import json

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, HttpRequest
from tests.support.fhir_server import (
    ASHA_THERE,
    BEN_THERE,
    COMPLETE,
    LOCAL,
    bundle,
    fetch,
    flag,
    found,
    known,
    outcome,
)
from tests.support.patients import ASHA, OLD, patient
from tests.support.sender import said


def test_the_number_goes_into_the_body_of_a_post() -> None:
    """By default no identifier stands in an address."""
    _, heard = fetch(found(bundle(ASHA_THERE)))
    look_up = heard.requests[0]
    assert (look_up.method, look_up.path, look_up.query) == ("POST", "Patient/_search", ())
    assert look_up.form == (("identifier", f"https://fhir.nhs.uk/Id/nhs-number|{ASHA.digits}"),)


def test_a_superseded_number_is_searched_for_too() -> None:
    """A partner that still keeps the person under the old number is not taken for one without them."""
    there = patient(OLD.digits, "a1")
    ending, heard = fetch(found(bundle(there)), numbers=frozenset({OLD}))
    assert OLD.digits in heard.requests[0].form[0][1]
    assert (ending, heard.learned[0].local_id) == (COMPLETE, "a1")


def test_the_look_up_is_learned_and_saved_the_next_time() -> None:
    """The local id is handed over once it is proved; with it, nobody is looked up."""
    _, heard = fetch(found(bundle(ASHA_THERE)))
    assert [local.local_id for local in heard.learned] == ["a1"]
    ending, again = known(bundle(flag("f1")))
    assert [request.path for request in again.requests] == ["Patient/a1/$everything"]
    assert ending == COMPLETE


def test_an_answer_without_a_patient_is_given_the_known_one() -> None:
    """So that identity can be proved."""
    _, heard = known(bundle(flag("f1")))
    assert heard.entries[0].raw == LOCAL.patient


def test_an_answer_with_a_foreign_patient_is_given_none() -> None:
    """A Patient of ours would hide that the answer is about somebody else."""
    _, heard = known(bundle(BEN_THERE, flag("f1")))
    assert [json.loads(entry.raw)["id"] for entry in heard.entries] == ["b1", "f1"]


def test_an_id_that_the_server_forgot_is_looked_up_anew() -> None:
    """A stale local id is no sign that there is no record."""

    def respond(request: HttpRequest) -> Answer:
        if request.path == "Patient/a1/$everything":
            return said(json.dumps(outcome("not-found", "error")).encode(), 404)
        there = patient(ASHA.digits, "a2")
        return said(bundle(there))

    ending, heard = fetch(respond, local=LOCAL)
    assert [local.local_id for local in heard.learned] == ["a2"]
    assert (ending, len(heard.entries)) == (COMPLETE, 1)


def test_a_found_person_without_the_operation_is_no_empty_record() -> None:
    """A 404 for somebody who was just found there is a fault of the partner."""

    def respond(request: HttpRequest) -> Answer:
        body = json.dumps(outcome("not-found", "error")).encode()
        return said(body, 404) if "everything" in request.path else said(bundle(ASHA_THERE))

    ending, heard = fetch(respond)
    assert (ending, heard.pages) == (Ending(OutcomeLabel.INVALID, Cause.STATUS), [])


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (bundle(total=0), Ending(OutcomeLabel.NO_RECORD)),
        (bundle(outcome("not-found", "information")), Ending(OutcomeLabel.NO_RECORD)),
        (bundle(outcome("timeout")), Ending(OutcomeLabel.NOT_AVAILABLE, Cause.PARTNER_WARNING)),
        (bundle(BEN_THERE), Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)),
        (bundle(BEN_THERE, BEN_THERE), Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)),
        (
            bundle(ASHA_THERE, patient(ASHA.digits, "a2")),
            Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES),
        ),
        (bundle(b'{"resourceType":"Patient","id":NaN}'), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        (bundle(patient(ASHA.digits, "../Patient")), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        (bundle(patient(ASHA.digits, "..")), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        (bundle(ASHA_THERE, total=2), Ending(OutcomeLabel.INVALID, Cause.FEWER_THAN_TOTAL)),
    ],
    ids=["none", "said-none", "doubt", "other", "others", "several", "bad", "path", "dots", "unfinished"],
)
def test_nobody_is_shown_who_was_not_found_for_certain(body: bytes, ending: Ending) -> None:
    """Unknown, several, someone else, unreadable and unfinished are told apart; nothing is asked or shown."""
    got, heard = fetch(found(body))
    assert (got, heard.pages, len(heard.requests)) == (ending, [], 1)


def test_a_404_with_an_outcome_is_no_record_and_without_one_is_not() -> None:
    """Only the server's own word says that there is nobody."""
    body = json.dumps(outcome("not-found", "error")).encode()
    assert fetch(lambda _: said(body, 404))[0] == Ending(OutcomeLabel.NO_RECORD)
    assert fetch(lambda _: said(b"", 404))[0] == Ending(OutcomeLabel.INVALID, Cause.STATUS)


def test_everybody_for_an_answer_leaves_one_and_hands_on_the_rest() -> None:
    """A server that ignores the parameter: the one who holds the number is asked for, nobody is dropped."""
    ending, heard = fetch(found(bundle(BEN_THERE, ASHA_THERE, patient(OLD.digits, "c1"))))
    assert heard.requests[1].path == "Patient/a1/$everything"
    assert sorted(json.loads(entry.raw)["id"] for entry in heard.entries) == ["a1", "b1", "c1"]
    assert ending == COMPLETE


def test_a_second_match_on_a_second_page_is_found() -> None:
    """The look-up is read to its end before anybody is taken."""
    pages = [bundle(ASHA_THERE, next_link="?p=2"), bundle(patient(ASHA.digits, "a2"))]
    ending, _ = fetch(lambda _: said(pages.pop(0)))
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)


def test_a_doubtful_look_up_makes_the_record_partial() -> None:
    """A partner that warns of its own search may hold a second person."""
    ending, heard = fetch(found(bundle(ASHA_THERE, outcome("timeout"))))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)
    assert len(heard.entries) == 1


def test_dissent_at_the_source_is_named() -> None:
    """A 403 that speaks of consent is not a matter of our credentials."""
    body = json.dumps(outcome("suppressed", "error")).encode()
    assert fetch(lambda _: said(body, 403))[0] == Ending(OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
