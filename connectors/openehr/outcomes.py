"""HTTP statuses of an openEHR server into labels and causes. ITS-REST has no standard body for an error."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse

Refusal = tuple[OutcomeLabel, Cause]

OK, NOT_FOUND = 200, 404
_QUERY_TIMEOUT = 408
_REDIRECTS = range(300, 400)
_SERVER_FAULTS = frozenset({408, *range(500, 600)})
_BY_STATUS: Mapping[int, Refusal] = {
    401: (OutcomeLabel.REFUSED, Cause.CREDENTIALS),
    403: (OutcomeLabel.REFUSED, Cause.CREDENTIALS),
    410: (OutcomeLabel.NOT_AVAILABLE, Cause.STATUS),
    429: (OutcomeLabel.REFUSED, Cause.THROTTLED),
}


def refusal_of(answer: HttpResponse) -> Refusal | None:
    """What a status other than 200 says of the partner; None when there is a body to read."""
    if answer.status == OK:
        return None
    if answer.status in _REDIRECTS:
        return OutcomeLabel.INVALID, Cause.REDIRECT
    if answer.status in _SERVER_FAULTS:
        return OutcomeLabel.UNREACHABLE, Cause.STATUS
    return _BY_STATUS.get(answer.status, (OutcomeLabel.INVALID, Cause.STATUS))


def refused_query(answer: HttpResponse) -> Refusal | None:
    """The same for a query, of which 408 says that the server gave it up for the time it took."""
    if answer.status == _QUERY_TIMEOUT:
        return OutcomeLabel.TIMED_OUT, Cause.SLOW
    return refusal_of(answer)
