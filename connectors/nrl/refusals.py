"""What the locator says instead of pointers, into labels and causes: the one table.

A person without pointers is an empty searchset. So no error of a search means that nothing is held: where
the locator finds no resource, the question went to the wrong place.
"""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.outcome import Cause, OutcomeLabel
from connectors.fhir_r4.paging import Search
from connectors.gpconnect.errors import Refusal, refusal_of

_INVALID: Refusal = (OutcomeLabel.INVALID, Cause.STATUS)
_NO_RIGHT: Refusal = (OutcomeLabel.REFUSED, Cause.CREDENTIALS)
_THROTTLED: Refusal = (OutcomeLabel.REFUSED, Cause.THROTTLED)
_DOWN: Refusal = (OutcomeLabel.UNREACHABLE, Cause.STATUS)

# Spine-ErrorOrWarningCode-1, spaces as underscores: the locator writes `ACCESS DENIED`.
BY_CODE: Mapping[str, Refusal] = {
    "MESSAGE_NOT_WELL_FORMED": _INVALID,  # 400: a parameter too many, or too few
    "BAD_REQUEST": _INVALID,  # 400: a header
    "INVALID_PARAMETER": _INVALID,  # 400
    "INVALID_NHS_NUMBER": _INVALID,  # 400
    "INVALID_CODE_SYSTEM": _INVALID,  # 400
    "INVALID_CODE_VALUE": _INVALID,  # 400
    "INVALID_IDENTIFIER_SYSTEM": _INVALID,  # 400
    "INVALID_IDENTIFIER_VALUE": _INVALID,  # 400
    "ACCESS_DENIED": _NO_RIGHT,  # 401, 403: the organisation may see no type of pointer
    "NO_RECORD_FOUND": _INVALID,  # 404
    "RESOURCE_NOT_FOUND": _INVALID,  # 404
    "DUPLICATE_REJECTED": _INVALID,  # 409
    "INVALID_RESOURCE": _INVALID,  # 422
    "TOO_MANY_REQUESTS": _THROTTLED,  # 429
    "INTERNAL_SERVER_ERROR": _DOWN,  # 500
    "SERVICE_UNAVAILABLE": _DOWN,  # 503
}


def why_failed(search: Search) -> Refusal:
    """Label and cause of a search that brought nothing: the locator's own word before the bare status."""
    own = None if search.first is None else refusal_of(search.first, BY_CODE)
    return own or search.refusal
