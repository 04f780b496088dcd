"""An openEHR server out of a function: an EHR, and the rows that each query is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from broker.domain.query import LocalIdentity, PartnerAsk
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import Answer, Ending, HttpRequest
from connectors.openehr import PLUGIN
from connectors.openehr.aql import QUERY_PATH
from tests.support.patients import ASHA
from tests.support.records import finished
from tests.support.sender import Heard, ask_for, said, scripted

EHR = "0f9a6c1e-5d0b-4a53-8d1a-7c5e4b3a2f10"
OTHER_EHR = "1f9a6c1e-5d0b-4a53-8d1a-7c5e4b3a2f11"
NAMESPACE = "uk.nhs.nhs_number"
LOCAL = LocalIdentity(local_id=EHR, patient=b"{}")

Rows = Sequence[Sequence[Any]]
Respond = Callable[[HttpRequest], Answer]


def status(number: str = ASHA.digits, namespace: str = NAMESPACE, **more: Any) -> dict[str, Any]:
    """An EHR_STATUS whose subject has this number."""
    reference = {"id": {"value": number}, "namespace": namespace, "type": "PERSON"}
    return {"subject": {"_type": "PARTY_SELF", "external_ref": reference}, "is_queryable": True, **more}


def ehr(ehr_id: str = EHR, **told: Any) -> Answer:
    """An EHR as the server answers it."""
    return said(json.dumps({"ehr_id": {"value": ehr_id}, "ehr_status": told or status()}).encode())


def entry(rm_class: str, concept: str, **more: Any) -> dict[str, Any]:
    """An entry of an archetype."""
    archetype = f"openEHR-EHR-{rm_class}.{concept}"
    name = {"_type": "DV_TEXT", "value": concept}
    return {"_type": rm_class, "name": name, "archetype_node_id": archetype, **more}


RISK = entry("EVALUATION", "health_risk.v1")


def row(given: Any = RISK, ehr_id: str = EHR, uid: str = "c1::trust::1") -> list[Any]:
    """A row in the order of the query's columns."""
    return [ehr_id, uid, "Report", "openEHR-EHR-COMPOSITION.report.v1", None, None, None, given]


def result(rows: Rows) -> Answer:
    """A result set that names no column."""
    return said(json.dumps({"rows": rows}).encode())


def body_of(request: HttpRequest) -> dict[str, Any]:
    """What a query said."""
    asked: dict[str, Any] = json.loads(request.body or b"{}")
    return asked


def queries_of(heard: Heard) -> list[str]:
    """The AQL that was sent, in order."""
    return [body_of(request)["q"] for request in heard.requests if request.path == QUERY_PATH]


def kinds_of(heard: Heard) -> list[str]:
    """The kinds of what came, in order."""
    return [json.loads(one.raw)["resourceType"] for one in heard.entries if one.readable]


def server(pages: Mapping[str, Sequence[Rows | Answer]], found: Answer | None = None) -> Respond:
    """Answers a query for archetypes that hold a word with that word's pages, and any other without rows."""

    def respond(request: HttpRequest) -> Answer:
        if request.method == "GET":
            return found or ehr()
        asked = body_of(request)
        for word, answers in pages.items():
            if word in asked["q"].partition(" matches ")[2]:
                return _page(answers, asked["offset"])
        return result([])

    return respond


def _page(answers: Sequence[Rows | Answer], offset: int) -> Answer:
    begins = 0
    for answer in answers:
        if not isinstance(answer, (list, tuple)):
            return answer
        if begins == offset:
            return result(answer)
        begins += len(answer)
    return result([])


def fetched(
    respond: Respond, settings: Mapping[str, object] | None = None, **asked: Any
) -> tuple[Ending, Heard]:
    """Asha's record from a scripted server."""
    return scripted(PLUGIN.create(settings or {}).fetch(ask_for(**asked)), respond)


def judged(ending: Ending, heard: Heard, ask: PartnerAsk | None = None) -> Normalised:
    """What the pipeline makes of it."""
    patient = replace((ask or ask_for()).patient, birth_date="1951-04-09")
    return finished(
        normalise(
            "trust", heard.entries, ending, proof=PLUGIN.manifest.proof, patient=patient, endpoint="http://t"
        )
    )
