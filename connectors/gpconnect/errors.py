"""GP Connect's and the Spine Secure Proxy's own errors into labels and causes: the one table.

Codes are matched whatever their system, which differs between guides and suppliers, and in either
spelling of the guides (`ACCESS DENIED`, `ACCESS_DENIED`). Where status and code disagree the stricter
holds: a dissent in a 500 is a dissent, and a 403 that names a missing person is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse
from connectors.operation_outcome import Issue, issues_in

Refusal = tuple[OutcomeLabel, Cause]

OK = 200
_INVALID: Refusal = (OutcomeLabel.INVALID, Cause.STATUS)
_NO_RIGHT: Refusal = (OutcomeLabel.REFUSED, Cause.CREDENTIALS)
_DISSENT: Refusal = (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
# Any of five things, and the guide says not which: registered elsewhere, temporary, deceased or left, not
# traced, sensitive. So it is never "no record", and nobody here guesses.
_NOT_AVAILABLE: Refusal = (OutcomeLabel.NOT_AVAILABLE, Cause.NONE)
_NOT_OFFERED: Refusal = (OutcomeLabel.NOT_AVAILABLE, Cause.NOT_OFFERED)
_DOWN: Refusal = (OutcomeLabel.UNREACHABLE, Cause.STATUS)
MALFORMED: Refusal = (OutcomeLabel.INVALID, Cause.MALFORMED)

# Error handling guidance 1.6.2, and the names that 1.2.7 had for the same.
BY_CODE: Mapping[str, Refusal] = {
    "INVALID_IDENTIFIER_SYSTEM": _INVALID,
    "INVALID_IDENTIFIER_VALUE": _INVALID,
    "INVALID_NHS_NUMBER": _INVALID,
    "INVALID_PATIENT_DEMOGRAPHICS": _INVALID,
    "BAD_REQUEST": _INVALID,
    "CONFLICTING_VALUES": _INVALID,
    "NO_PATIENT_CONSENT": _DISSENT,
    "NO_ORGANISATION_CONSENT": _NO_RIGHT,
    "ACCESS_DENIED": _NO_RIGHT,
    "NO_RELATIONSHIP": _NO_RIGHT,
    "PATIENT_NOT_FOUND": _NOT_AVAILABLE,
    "NO_RECORD_FOUND": _NOT_AVAILABLE,
    "ORGANISATION_NOT_FOUND": _INVALID,
    "PRACTITIONER_NOT_FOUND": _INVALID,
    "DUPLICATE_REJECTED": _INVALID,
    "INVALID_RESOURCE": _INVALID,
    "INVALID_PARAMETER": _INVALID,
    "REFERENCE_NOT_FOUND": _INVALID,
    "INTERNAL_SERVER_ERROR": _DOWN,
    "NOT_IMPLEMENTED": _NOT_OFFERED,
}
# The proxy writes the HTTP number as its code and this, with the parties appended, as its display.
BY_PROXY_WORD: Mapping[str, Refusal] = {
    "ENDPOINT_": _INVALID,
    "ASID_CHECK_FAILED_": _NO_RIGHT,
    "PARTYKEY_INTERACTION_CHECK_FAILED_": _NO_RIGHT,
    "FOT_CHECK_FAILED_": _NO_RIGHT,
    "UNSUPPORTED_MEDIA_TYPE": _INVALID,
    "ERROR_COMMUNICATING_TO_ENDPOINT_URL_": (OutcomeLabel.UNREACHABLE, Cause.CONNECT),
}
_BY_STATUS: Mapping[int, Refusal] = {
    401: _NO_RIGHT,
    403: _NO_RIGHT,
    408: _DOWN,
    410: (OutcomeLabel.NOT_AVAILABLE, Cause.STATUS),
    429: (OutcomeLabel.REFUSED, Cause.THROTTLED),
}
_REDIRECTS, _SERVER_FAULTS_FROM = range(300, 400), 500
_STRICTEST_FIRST = (
    OutcomeLabel.REFUSED,
    OutcomeLabel.NOT_AVAILABLE,
    OutcomeLabel.INVALID,
    OutcomeLabel.UNREACHABLE,
)
_FAILURES = frozenset({"error", "fatal"})


def refusal_of(answer: HttpResponse, by_code: Mapping[str, Refusal] = BY_CODE) -> Refusal | None:
    """What an answer without a Bundle says; None for a 200 that names no error. `by_code` are the words
    of another of Spine's services.
    """
    said = _refusals(issues_in(answer.body) or (), by_code)
    if answer.status != OK:
        # The code tells more than the status, so it comes first among equals.
        said = [*said, _of_status(answer.status)]
    return _strictest(said)


def refusal_within(outcomes: Iterable[bytes]) -> Refusal | None:
    """What OperationOutcomes inside a Bundle refuse: a failure, and a dissent however mildly it is put."""
    issues = [issue for outcome in outcomes for issue in issues_in(outcome) or ()]
    failures = _refusals(issue for issue in issues if issue.severity in _FAILURES)
    dissents = [one for one in _refusals(issues) if one == _DISSENT]
    return _strictest([*dissents, *failures])


def warning_of(outcome: bytes) -> Cause:
    """What a warning inside a Bundle takes from it: NONE where it only informs."""
    issues = issues_in(outcome)
    if issues is None:
        return Cause.PARTNER_WARNING
    causes = [_cause_of(issue) for issue in issues]
    return next((cause for cause in causes if cause is not Cause.NONE), Cause.NONE)


def _cause_of(issue: Issue) -> Cause:
    if _NOT_OFFERED in _refusals([issue]) or issue.code == "not-supported":
        return Cause.NOT_OFFERED
    return Cause.NONE if issue.severity == "information" else Cause.PARTNER_WARNING


def _refusals(issues: Iterable[Issue], by_code: Mapping[str, Refusal] = BY_CODE) -> list[Refusal]:
    return [refusal for word in _words(issues) for refusal in _of_word(word, by_code)]


def _words(issues: Iterable[Issue]) -> Iterator[str]:
    for issue in issues:
        for coding in issue.codings:
            for word in (coding.code, coding.display):
                yield (word or "").upper().replace(" ", "_")


def _of_word(word: str, by_code: Mapping[str, Refusal]) -> Iterator[Refusal]:
    if word in by_code:
        yield by_code[word]
    yield from (refusal for start, refusal in BY_PROXY_WORD.items() if word.startswith(start))


def _of_status(status: int) -> Refusal:
    if status in _REDIRECTS:
        return OutcomeLabel.INVALID, Cause.REDIRECT
    return _BY_STATUS.get(status, _DOWN if status >= _SERVER_FAULTS_FROM else _INVALID)


def _strictest(refusals: list[Refusal]) -> Refusal | None:
    if _DISSENT in refusals:
        return _DISSENT
    return min(refusals, key=lambda one: _STRICTEST_FIRST.index(one[0]), default=None)
