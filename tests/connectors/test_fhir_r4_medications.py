"""No prescription is left without its drug by a server that ignores `_include`: fhir_r4 asks for it by id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, HttpRequest
from tests.support.fhir_server import ASHA_THERE, COMPLETE, LOCAL, bundle, fetch, outcome
from tests.support.sender import Heard, said

BY_TYPE: dict[str, object] = {
    "ask": "by-type",
    "search_by": "get",
    "types": ["MedicationRequest", "Medication"],
}
MEDICINES = frozenset({Category.MEDICINES})


def request(request_id: str, reference: str) -> dict[str, Any]:
    """A prescription of Asha's that names its drug."""
    return {
        "resourceType": "MedicationRequest",
        "id": request_id,
        "subject": {"reference": "Patient/a1"},
        "medicationReference": {"reference": reference},
    }


def drug(drug_id: str) -> dict[str, Any]:
    """A Medication."""
    return {"resourceType": "Medication", "id": drug_id, "code": {"text": drug_id}}


class Server:
    """Answers a search for prescriptions with `found`, and one for drugs by id with those of `drugs`."""

    def __init__(self, found: bytes, drugs: set[str], refusal: int = 0) -> None:
        self.found, self.drugs, self.refusal = found, drugs, refusal
        self.wanted: list[list[str]] = []

    def __call__(self, request: HttpRequest) -> Answer:
        if request.path != "Medication":
            return said(self.found)
        ids = dict(request.query)["_id"].split(",")
        self.wanted.append(ids)
        if self.refusal:
            return said(b"", self.refusal)
        return said(bundle(*[drug(one) for one in ids if one in self.drugs]))


def asked(server: Server, settings: dict[str, object] | None = None, **ask: Any) -> tuple[Ending, Heard]:
    """One ask for Asha's medicines, her local id known."""
    return fetch(server, settings or BY_TYPE, local=LOCAL, **{"categories": MEDICINES, **ask})


def test_drugs_that_did_not_come_along_are_asked_for_once_and_together() -> None:
    """Two prescriptions, one of them twice: both drugs by one search, and the answer is whole."""
    found = bundle(
        request("m1", "Medication/d1"), request("m2", "Medication/d2"), request("m3", "Medication/d1")
    )
    server = Server(found, {"d1", "d2"})
    ending, heard = asked(server)
    assert (ending, server.wanted) == (COMPLETE, [["d1", "d2"]])
    assert [json.loads(entry.raw)["id"] for entry in heard.entries] == ["a1", "m1", "m2", "m3", "d1", "d2"]


def test_a_drug_that_came_along_is_not_asked_for_again() -> None:
    """A server that includes them costs no call more; nor does a drug that stands in its prescription."""
    server = Server(bundle(request("m1", "Medication/d1"), request("m2", "#within"), drug("d1")), set())
    ending, heard = asked(server)
    assert (ending, server.wanted, len(heard.requests)) == (COMPLETE, [], 1)


@pytest.mark.parametrize("refusal", [0, 404, 500])
def test_a_drug_that_is_not_to_be_had_makes_it_partial(refusal: int) -> None:
    """The server has lost it, or will not be asked: the prescription is shown, and what it lacks is said."""
    ending, heard = asked(Server(bundle(request("m1", "Medication/d1")), set(), refusal))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.MEDICATION_MISSING)
    assert len(heard.entries) == 2


def test_a_server_without_medications_is_not_asked_for_them() -> None:
    """Its registration says so; a prescription that names one all the same is short of its drug."""
    server = Server(bundle(request("m1", "Medication/d1")), {"d1"})
    ending, _ = asked(server, {**BY_TYPE, "types": ["MedicationRequest"]})
    assert (ending.cause, server.wanted) == (Cause.MEDICATION_MISSING, [])


def test_another_servers_drug_is_never_asked_for_under_its_id() -> None:
    """The same id is another drug here."""
    server = Server(bundle(request("m1", "https://elsewhere.example/fhir/Medication/d1")), {"d1"})
    ending, heard = asked(server)
    assert (server.wanted, len(heard.entries)) == ([], 2)
    assert ending.label is OutcomeLabel.COMPLETE


def test_everything_may_lack_drugs_as_well() -> None:
    """What `$everything` left out is asked for in the same way."""
    server = Server(bundle(ASHA_THERE, request("m1", "Medication/d1/_history/2")), {"d1"})
    ending, heard = asked(server, {"search_by": "get"}, categories=frozenset(Category))
    assert (ending, server.wanted) == (COMPLETE, [["d1"]])
    assert heard.requests[0].path == "Patient/a1/$everything"


def test_prescriptions_that_nobody_may_see_are_not_followed() -> None:
    """They came unasked for with everything; their drugs are nobody's business."""
    server = Server(bundle(ASHA_THERE, request("m1", "Medication/d1")), {"d1"})
    ending, _ = asked(server, {"search_by": "get"}, categories=frozenset({Category.ALERTS}))
    assert (ending, server.wanted) == (COMPLETE, [])


def test_many_drugs_are_asked_for_fifty_at_a_time() -> None:
    """No address grows without end; each drug is asked for once."""
    ids = [f"d{place:03d}" for place in range(120)]
    server = Server(bundle(*[request(f"m{one}", f"Medication/{one}") for one in ids]), set(ids))
    ending, _ = asked(server, {**BY_TYPE, "count": 1000})
    assert ending == COMPLETE
    assert [len(wanted) for wanted in server.wanted] == [50, 50, 20]
    assert sorted(one for wanted in server.wanted for one in wanted) == ids


def test_what_is_missing_of_the_prescriptions_is_named_first() -> None:
    """A warning on them weighs more than a drug that one of them lacks."""
    ending, _ = asked(Server(bundle(request("m1", "Medication/d1"), outcome("incomplete")), set()))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)
