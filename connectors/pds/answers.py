"""What PDS answers when it names nobody: statuses and Spine codes into a Traced, or a fault.

Codes: https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode.
"""

from __future__ import annotations

from typing import Any

from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse, Traced, TransportFault

_NOT_FOUND, _TOO_MANY = 404, 429
_WRONG_CREDENTIALS = frozenset({401, 403})
_SERVER_FAULTS = frozenset({408, *range(500, 600)})
_BY_CODE = {"RESOURCE_NOT_FOUND": "not-found", "INVALIDATED_RESOURCE": "invalidated"}
_SEVERAL = frozenset({"multiple-matches", "TOO_MANY_MATCHES", "MULTIPLE_MATCHES"})


def malformed() -> TransportFault:
    """An answer that PDS does not give: nothing is guessed from it."""
    return TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)


def read_refusal(answer: HttpResponse) -> Traced:
    """Not found, invalidated or several, in PDS's own codes. Raises TransportFault for anything else:
    a 404 without them may be a wrong address as well as a missing person.
    """
    said = codes_of(answer.body)
    if answer.status == _NOT_FOUND:
        for code, status in _BY_CODE.items():
            if code in said:
                return Traced(status=status)
    if said & _SEVERAL and answer.status not in _SERVER_FAULTS:
        return Traced(status="several")
    raise fault_of(answer.status)


def fault_of(status: int) -> TransportFault:
    """The fault that a status is, when it says nothing of the person."""
    if status in _WRONG_CREDENTIALS:
        return TransportFault(OutcomeLabel.REFUSED, Cause.CREDENTIALS)
    if status == _TOO_MANY:
        return TransportFault(OutcomeLabel.REFUSED, Cause.THROTTLED)
    if status in _SERVER_FAULTS:
        return TransportFault(OutcomeLabel.UNREACHABLE, Cause.STATUS)
    return TransportFault(OutcomeLabel.INVALID, Cause.STATUS)


def several_or_fault(resource: dict[str, Any]) -> Traced:
    """A 200 that is no Patient: several matches in one of PDS's two ways, or nothing that it says."""
    entries = resource.get("entry")
    if resource.get("resourceType") == "Bundle" and isinstance(entries, list) and len(entries) > 1:
        return Traced(status="several")
    if resource.get("resourceType") == "OperationOutcome" and _codes(resource) & _SEVERAL:
        return Traced(status="several")
    raise malformed()


def codes_of(body: bytes) -> frozenset[str]:
    """Every issue code and detail code of an OperationOutcome; none for anything else."""
    try:
        outcome = parse_strict(body)
    except UnreadableJson:
        return frozenset()
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return frozenset()
    return _codes(outcome)


def _codes(outcome: dict[str, Any]) -> frozenset[str]:
    issues = [issue for issue in _list(outcome.get("issue")) if isinstance(issue, dict)]
    details = [issue["details"] for issue in issues if isinstance(issue.get("details"), dict)]
    codings = [coding for one in details for coding in _list(one.get("coding")) if isinstance(coding, dict)]
    return frozenset(str(one["code"]) for one in (*issues, *codings) if isinstance(one.get("code"), str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
