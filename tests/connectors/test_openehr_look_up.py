"""How openehr finds a person's EHR, and when it refuses to choose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from tests.connectors.openehr.scripted import (
    EHR,
    LOCAL,
    OTHER_EHR,
    body_of,
    ehr,
    fetched,
    judged,
    result,
    server,
    status,
)
from tests.support.patients import ASHA, BEN, OLD
from tests.support.sender import said

NOT_FOUND = said(b"", 404)
COMPLETE = Ending(OutcomeLabel.COMPLETE)


def mismatch(cause: Cause) -> Ending:
    """An answer that is somebody else's, or nobody's."""
    return Ending(OutcomeLabel.IDENTITY_MISMATCH, cause)


def by_number(answers: dict[str, Answer], queried: Answer | None = None) -> Any:
    """A server that knows these subjects."""

    def respond(request: HttpRequest) -> Answer:
        if request.method == "GET":
            return answers.get(dict(request.query).get("subject_id", ""), NOT_FOUND)
        return queried or result([])

    return respond


def test_the_person_is_asked_for_in_the_registered_namespace() -> None:
    """A number means something in its namespace alone."""
    namespace = "urn:trust:nhs"
    settings: dict[str, object] = {"subject_namespace": namespace}
    ending, heard = fetched(server({}, ehr(**status(namespace=namespace))), settings)
    assert ending == COMPLETE
    assert heard.requests[0].query == (("subject_id", ASHA.digits), ("subject_namespace", namespace))
    assert [one.local_id for one in heard.learned] == [EHR]


def test_a_number_in_another_namespace_proves_nobody() -> None:
    """The EHR that came is of some other kind of number."""
    ending, heard = fetched(server({}, ehr(**status(namespace="hospital"))))
    assert (ending, heard.entries) == (mismatch(Cause.NO_PROOF), [])


def test_not_found_is_no_record_only_when_a_query_finds_nobody_either() -> None:
    """A 404 may be a wrong address. A result without rows is the server's own word."""
    ending, heard = fetched(by_number({}))
    assert ending == Ending(OutcomeLabel.NO_RECORD)
    assert body_of(heard.requests[-1])["query_parameters"] == {"subject_id": ASHA.digits}


@pytest.mark.parametrize(
    ("queried", "ending"),
    [
        (NOT_FOUND, Ending(OutcomeLabel.INVALID, Cause.STATUS)),
        (said(b"{}"), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        (said(b"", 408), Ending(OutcomeLabel.UNREACHABLE, Cause.STATUS)),
        (result([[EHR]]), mismatch(Cause.NO_PROOF)),
        (TransportFault(OutcomeLabel.TIMED_OUT, Cause.SLOW), Ending(OutcomeLabel.TIMED_OUT, Cause.SLOW)),
    ],
)
def test_not_found_without_the_servers_word_is_no_empty_record(queried: Answer, ending: Ending) -> None:
    """What answers neither the look-up nor the query is not an endpoint that has nobody of that number."""
    found, heard = fetched(by_number({}, queried))
    assert (found, heard.entries) == (ending, [])


def test_a_superseded_number_finds_the_same_person() -> None:
    """Every number of the index is asked for; the EHR under the old one is theirs."""
    old = ehr(**status(OLD.digits))
    ending, heard = fetched(by_number({OLD.digits: old}), numbers=frozenset({OLD}))
    assert ending == COMPLETE
    assert [dict(one.query)["subject_id"] for one in heard.requests[:2]] == sorted([ASHA.digits, OLD.digits])


def test_two_ehrs_are_not_chosen_between() -> None:
    """One under each number: neither is taken, and none is queried."""
    answers = {ASHA.digits: ehr(), OLD.digits: ehr(OTHER_EHR, **status(OLD.digits))}
    ending, heard = fetched(by_number(answers), numbers=frozenset({OLD}))
    assert (ending, heard.entries) == (mismatch(Cause.SEVERAL_MATCHES), [])
    assert all(request.method == "GET" for request in heard.requests)


def test_a_status_that_came_as_a_reference_is_read() -> None:
    """Whose the EHR is, is asked of the status itself."""

    def respond(request: HttpRequest) -> Answer:
        if request.path.endswith("/ehr_status"):
            return said(json.dumps(status(BEN.digits)).encode())
        return server({}, ehr(type="EHR_STATUS"))(request)

    ending, heard = fetched(respond)
    assert (ending, heard.entries) == (mismatch(Cause.WRONG_PATIENT), [])
    assert heard.requests[-1].path == f"v1/ehr/{EHR}/ehr_status"


@pytest.mark.parametrize("answer", [NOT_FOUND, said(b"[]"), said(b"x")])
def test_a_status_that_cannot_be_read_proves_nobody(answer: Answer) -> None:
    """Without it nobody says whose the EHR is, and nothing is queried."""

    def respond(request: HttpRequest) -> Answer:
        return answer if request.path.endswith("/ehr_status") else ehr(type="EHR_STATUS")

    ending, heard = fetched(respond)
    assert ending == Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    assert all(request.method == "GET" for request in heard.requests)


@pytest.mark.parametrize("local_id", ["", "..", "a/b", "a b", "x" * 65])
def test_an_ehr_id_that_is_no_part_of_a_path_is_refused(local_id: str) -> None:
    """It would be sent again, so it is never taken as it comes."""
    ending, _ = fetched(server({}, ehr(local_id)))
    assert ending == Ending(OutcomeLabel.INVALID, Cause.MALFORMED)


def test_a_known_id_that_is_gone_is_looked_up_anew() -> None:
    """The server has given the person another EHR since; it is found by number, once."""

    def respond(request: HttpRequest) -> Answer:
        if request.path == f"v1/ehr/{EHR}":
            return NOT_FOUND
        return server({}, ehr(OTHER_EHR, **status()))(request)

    ending, heard = fetched(respond, local=LOCAL)
    assert ending == COMPLETE
    assert [one.local_id for one in heard.learned] == [OTHER_EHR]


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (ehr(**status(BEN.digits)), mismatch(Cause.WRONG_PATIENT)),
        (ehr(OTHER_EHR, **status()), mismatch(Cause.WRONG_PATIENT)),
        (said(b"", 403), Ending(OutcomeLabel.REFUSED, Cause.CREDENTIALS)),
        (said(b"{}"), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
    ],
)
def test_a_known_id_that_no_longer_proves_the_person_shows_nothing(answer: Answer, ending: Ending) -> None:
    """The queries have been answered by then, and none of it is handed on."""
    found, heard = fetched(server({}, answer), local=LOCAL)
    assert (found, heard.entries) == (ending, [])


def test_an_ehr_that_queries_may_leave_out_is_partial() -> None:
    """Where `is_queryable` is false, an empty answer is no word that there is nothing."""
    ending, _ = fetched(server({}, ehr(**status(is_queryable=False))))
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)


def test_the_patient_is_what_the_status_says_and_no_more() -> None:
    """Its number comes from the answer and not from the question; other details are carried."""
    details = {
        "_type": "ITEM_TREE",
        "items": [
            {
                "_type": "ELEMENT",
                "name": {"value": "Preferred name"},
                "archetype_node_id": "at0004",
                "value": {"_type": "DV_TEXT", "value": "Ash"},
            }
        ],
    }
    ending, heard = fetched(server({}, ehr(**status(other_details=details))))
    patient = json.loads(heard.entries[0].raw)
    assert [one["value"] for one in patient["identifier"]] == [ASHA.digits, EHR]
    assert '"valueString": "Ash"' in json.dumps(patient)
    assert "birthDate" not in patient
    assert judged(ending, heard).ending == COMPLETE


@pytest.mark.parametrize("setting", ["alerts=x", "dreams=openEHR-EHR-EVALUATION.x.v1", "alerts"])
def test_a_partners_archetypes_are_checked(setting: str) -> None:
    """Each is a category and an archetype's id; the complaint names the setting."""
    with pytest.raises(ValueError, match="`archetypes`"):
        fetched(server({}), {"archetypes": setting})
