"""FHIR servers that are a function from request to answer, and what fhir_r4 makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from broker.domain.outcome import OutcomeLabel
from broker.domain.query import LocalIdentity
from broker.ports.connector import Answer, Ending, HttpRequest
from connectors.fhir_r4 import PLUGIN
from connectors.fhir_r4.simulator import EPIC_OUTCOMES
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import Heard, ask_for, said, scripted

Responder = Callable[[HttpRequest], Answer]
LOCAL = LocalIdentity(local_id="a1", patient=json.dumps(patient(ASHA.digits, "a1")).encode())
COMPLETE = Ending(OutcomeLabel.COMPLETE)


def bundle(*resources: Any, next_link: str = "", self_link: str = "", total: int | None = None) -> bytes:
    """A searchset; a resource that is bytes goes in as it is."""
    raws = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in resources]
    links = [
        {"relation": name, "url": url} for name, url in (("next", next_link), ("self", self_link)) if url
    ]
    tail = b"" if total is None else b',"total":%d' % total
    entries = b",".join(b'{"resource":' + raw + b"}" for raw in raws)
    return b'{"resourceType":"Bundle","entry":[%b],"link":%b%b}' % (entries, json.dumps(links).encode(), tail)


def outcome(code: str, severity: str = "warning", epic: str = "") -> dict[str, Any]:
    """An OperationOutcome with one issue."""
    issue: dict[str, Any] = {"severity": severity, "code": code}
    if epic:
        issue["details"] = {"coding": [{"system": EPIC_OUTCOMES, "code": epic}]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def flag(flag_id: str) -> dict[str, Any]:
    """A resource of Asha's."""
    return {"resourceType": "Flag", "id": flag_id, "subject": {"reference": "Patient/a1"}}


ASHA_THERE, BEN_THERE = patient(ASHA.digits, "a1"), patient(BEN.digits, "b1")


def fetch(respond: Responder, settings: dict[str, object] | None = None, **ask: Any) -> tuple[Ending, Heard]:
    """One conversation with a server that is a function."""
    return scripted(PLUGIN.create(settings or {}).fetch(ask_for(**ask)), respond)


def found(body: bytes, rest: bytes = b"") -> Responder:
    """A server that answers the look-up with `body`, and everything else with `rest`."""
    return lambda request: said(body if request.path.startswith("Patient/_search") else rest or bundle())


def known(*pages: bytes, settings: dict[str, object] | None = None, **ask: Any) -> tuple[Ending, Heard]:
    """Asha's local id is known; `$everything` answers with these pages in turn, then with 500."""
    left = list(pages)
    return fetch(lambda _: said(left.pop(0)) if left else said(b"", 500), settings, local=LOCAL, **ask)
