"""A summary asked for over the API: judged, disclosed and refused like any other answer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from broker.http.answers import SECURITY_HEADERS
from tests.support import trail
from tests.support.network import Client, object_to, objections_desk, resources, simulated
from tests.support.real_network import newest_release
from tests.support.small_network import NUMBER, patient, small_network

MINE = {"subject": {"reference": "Patient/1"}}
ASTHMA = {"resourceType": "Condition", "id": "c1", "code": {"text": "Asthma"}, **MINE}
NURSE = {"resourceType": "Practitioner", "id": "n1", "name": [{"text": "Nurse Imaginary"}]}
CHECK = {"resourceType": "Procedure", "id": "r1", "status": "completed", **MINE}
SEEN = {**CHECK, "code": {"text": "Review"}, "performer": [{"actor": {"reference": "Practitioner/n1"}}]}
VISIT = {
    "resourceType": "Appointment",
    "id": "x1",
    "status": "booked",
    "participant": [{"actor": {"reference": "Patient/1"}, "status": "accepted"}],
}
HELD = [patient(), ASTHMA, NURSE, SEEN, VISIT]
OURS = {"Composition", "Device", "OperationOutcome"}


async def summary(client: Client, accept: str = "application/fhir+json") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of `$summary` of the one person."""
    url = f"{client.door.url}/Patient/{await client.patient_id(NUMBER)}/$summary"
    async with client.session.get(url, headers={**client.headers(), "Accept": accept}) as answer:
        return answer.status, dict(answer.headers), await answer.read()


def chart() -> Any:
    """A partner that holds the person's record."""
    return simulated("fhir_r4", {NUMBER: HELD})


async def test_the_disclosure_names_exactly_what_stands_in_the_document(tmp_path: Path) -> None:
    """In JSON what the items name as well, on the page what has words there, and neither the appointment."""
    async with small_network(tmp_path, {"alder": chart()}) as small:
        status, _, body = await summary(small.client)
        assert status == 200
        in_json = await newest_release(small.client, NhsNumber.parse(NUMBER))
        _, _, page = await summary(small.client, "text/html")
        on_page = await newest_release(small.client, NhsNumber.parse(NUMBER))
    shown = [one["resourceType"] for one in resources(json.loads(body)) if one["resourceType"] not in OURS]
    shown.remove("Patient")  # the index's own, which is disclosed as the index's
    assert Counter(kind for kind, _ in in_json.items) == Counter(shown)
    assert {name for _, name in in_json.items} == {"c1", "n1", "r1"}
    assert {name for _, name in on_page.items} == {"c1", "r1"}
    assert b"Asthma" in page
    assert b"Nurse Imaginary" not in page


async def test_a_page_leaves_under_a_policy_that_lets_nothing_run(tmp_path: Path) -> None:
    """Every other header is that of every answer, and nothing is kept on the way."""
    async with small_network(tmp_path, {"alder": chart()}) as small:
        status, headers, _ = await summary(small.client, "text/html")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("sandbox")
    for name in SECURITY_HEADERS.keys() - {"Content-Security-Policy"}:
        assert headers[name] == SECURITY_HEADERS[name]


async def test_an_objection_closes_a_summary_as_it_closes_a_record(tmp_path: Path) -> None:
    """In either form, with the same words; no partner is asked."""
    async with small_network(tmp_path, {"alder": chart()}) as small:
        client = small.client
        patient_id = await client.patient_id(NUMBER)
        async with objections_desk(client.settings) as register:
            await object_to(register, NUMBER)
        said = []
        for path in ("$everything", "$summary", "$summary?_format=html"):
            status, body = await client.get(f"Patient/{patient_id}/{path}")
            outcome = json.loads(body)
            del outcome["issue"][0]["diagnostics"]
            said.append((status, outcome))
        assert small.ears["alder"].calls == 0
        await trail.all_ended(client.settings)
        refused = trail.of_kind(client.settings, RecordKind.REFUSAL)
    assert said[0][0] == 403
    assert said[0] == said[1] == said[2]
    assert [row.body.interaction for row in refused][-2:] == ["summary", "summary"]


async def test_where_nobody_answers_there_is_no_summary(tmp_path: Path) -> None:
    """A page that shows nothing would be read as a person who has nothing."""
    down = simulated("fhir_r4", {NUMBER: HELD}, down_for=[NUMBER])
    async with small_network(tmp_path, {"alder": down}) as small:
        for accept in ("application/fhir+json", "text/html"):
            status, _, body = await summary(small.client, accept)
            assert status in {502, 504}
            assert json.loads(body)["resourceType"] == "OperationOutcome"
