"""Answers of a patient index for tests, and what the connector makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.identity import ODS_SYSTEM, PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpRequest, Traced, TransportFault
from connectors.pds import PLUGIN
from tests.support.patients import ASHA, patient
from tests.support.sender import CORRELATION, said, scripted

DATE = {"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}


def trace(body: Any, status: int = 200, correlation: str = CORRELATION) -> tuple[Traced, HttpRequest]:
    """What becomes of one answer to a question for Asha."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    traced, heard = scripted(PLUGIN.create({}).trace(ASHA, correlation), lambda _: said(raw, status, DATE))
    return traced, heard.requests[0]


def identity(**changes: Any) -> PatientIdentity:
    """The identity in Asha's Patient with these members changed."""
    found = trace({**patient(ASHA.digits, ASHA.digits), **changes})[0].identity
    assert found is not None
    return found


def fault(body: Any, status: int = 200) -> tuple[OutcomeLabel, Cause]:
    """The fault that this answer is."""
    with pytest.raises(TransportFault) as raised:
        trace(body, status)
    return raised.value.label, raised.value.cause


def labelled(*codes: Any) -> dict[str, Any]:
    """A meta element with these confidentiality codes."""
    return {"versionId": "1", "security": [{"code": code} for code in codes]}


def practice(code: str, **period: str) -> dict[str, Any]:
    """One registration with a practice."""
    return {"identifier": {"system": ODS_SYSTEM, "value": code, "period": period}}


def spine(code: str, issue: str = "not-found") -> dict[str, Any]:
    """An OperationOutcome with one of the index's own codes."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"code": issue, "details": {"coding": [{"code": code}]}}],
    }
