"""HTTP statuses and OperationOutcomes, ours and Epic's own codes, into labels and causes."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse
from connectors.fhir_r4.manner import Manner
from connectors.operation_outcome import Issue, issues_in

Refusal = tuple[OutcomeLabel, Cause]

_OK, _NOT_FOUND = 200, 404
_BY_STATUS: Mapping[int, Refusal] = {
    410: (OutcomeLabel.NOT_AVAILABLE, Cause.STATUS),
    429: (OutcomeLabel.REFUSED, Cause.THROTTLED),
}
_WRONG_CREDENTIALS = frozenset({401, 403})
_REDIRECTS = range(300, 400)
_SERVER_FAULTS = frozenset({408, *range(500, 600)})

_EPIC_SYSTEM = "urn:oid:1.2.840.114350."
# Epic on FHIR, "Troubleshooting": nothing found, a parameter ignored.
_EPIC_HARMLESS = frozenset({"4101", "4122", "59100"})
_EPIC_UNAUTHORISED = frozenset({"4118", "59204", "59205"})
_EPIC_MERGED = "4107"
_EPIC_BREAK_THE_GLASS = frozenset({"4130", "4131", "4134"})

_CONSENT_CODES = frozenset({"suppressed", "NO_PATIENT_CONSENT", "no-patient-consent", "consent"})
# What widens an answer, or says nothing of it, leaves it whole. Any other warning may have narrowed it.
_HARMLESS_CODES = frozenset({"informational", "not-found", "not-supported"})
_NARROWING_CODES = frozenset({"incomplete", "suppressed", "timeout", "transient", "too-costly", "throttled"})


def is_outcome(body: bytes) -> bool:
    """True when the body is an OperationOutcome."""
    return issues_in(body) is not None


def refusal_of(answer: HttpResponse, manner: Manner) -> Refusal | None:
    """What a status other than 200 says of the partner; None when there is a body to read."""
    if answer.status == _OK:
        return None
    issues = issues_in(answer.body) or []
    if answer.status in _WRONG_CREDENTIALS:
        return OutcomeLabel.REFUSED, _why_refused(issues, manner)
    if answer.status in _REDIRECTS or _EPIC_MERGED in _epic_codes(issues, manner):
        return OutcomeLabel.INVALID, Cause.REDIRECT
    if answer.status in _SERVER_FAULTS:
        return OutcomeLabel.UNREACHABLE, Cause.STATUS
    return _BY_STATUS.get(answer.status, (OutcomeLabel.INVALID, Cause.STATUS))


def person_unknown(answer: HttpResponse) -> bool:
    """True when a look-up's 404 is the server's own word that it has no such person."""
    return answer.status == _NOT_FOUND and is_outcome(answer.body)


def warning_of(outcome: bytes, manner: Manner) -> Cause:
    """What an OperationOutcome inside an answer says of it: NONE when the answer is whole all the same."""
    issues = issues_in(outcome)
    if issues is None:
        return Cause.PARTNER_WARNING
    if _EPIC_UNAUTHORISED & _epic_codes(issues, manner):
        return Cause.CREDENTIALS
    if all(_is_harmless(issue, manner) for issue in issues):
        return Cause.NONE
    return Cause.PARTNER_WARNING


def _is_harmless(issue: Issue, manner: Manner) -> bool:
    epic = _epic_codes([issue], manner)
    if epic:
        return epic <= _EPIC_HARMLESS
    if issue.severity == "information":
        return issue.code not in _NARROWING_CODES
    return issue.severity == "warning" and issue.code in _HARMLESS_CODES


def _why_refused(issues: list[Issue], manner: Manner) -> Cause:
    said = {issue.code for issue in issues} | {coding.code for issue in issues for coding in issue.codings}
    if said & _CONSENT_CODES:
        return Cause.DISSENT_AT_SOURCE
    if _EPIC_BREAK_THE_GLASS & _epic_codes(issues, manner):
        return Cause.PARTNER_WARNING
    return Cause.CREDENTIALS


def _epic_codes(issues: list[Issue], manner: Manner) -> set[str]:
    if not manner.is_epic:
        return set()
    codings = [coding for issue in issues for coding in issue.codings]
    return {one.code for one in codings if one.code and (one.system or "").startswith(_EPIC_SYSTEM)}
