"""One NHS number to the person whom PDS names for it at this moment, or why not."""

from __future__ import annotations

import re
import uuid
from collections.abc import Generator, Mapping
from typing import Any

from broker.domain.identity import NhsNumber, check_digit_holds
from broker.ports.connector import HttpRequest, HttpResponse, Step, Traced
from connectors.pds.answers import read_refusal
from connectors.pds.person import read_person
from connectors.settings import Settings

_OK = 200
_ODS_CODE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
_TEN_DIGITS_WITHIN = re.compile(r"(?=([0-9]{10}))", re.ASCII)
_ROLE_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


class Pds:
    """Bound to one organisation's access. Holds nothing of anybody between calls."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """`headers` say on whose behalf PDS is asked."""
        self._headers = dict(headers)

    def trace(self, number: NhsNumber, correlation_id: str, /) -> Generator[Step, Any, Traced]:
        """Ask once. Raises TransportFault for everything but a person, or PDS's own word why not."""
        answer: HttpResponse = yield HttpRequest(
            method="GET", path=f"Patient/{number.digits}", headers=self._headers | _ids(correlation_id)
        )
        if answer.status != _OK:
            return read_refusal(answer)
        return read_person(answer, number)


def _ids(correlation_id: str) -> dict[str, str]:
    """PDS takes UUIDs only, and knows a repeated call by its X-Request-ID: the same trace, the same id.

    One UUID in some dozens has ten digits in a row that pass the check digit, and the transport would
    refuse it as somebody's number: its successor stands for it.
    """
    try:
        correlation = uuid.UUID(correlation_id)
    except ValueError:
        correlation = uuid.uuid5(uuid.NAMESPACE_URL, correlation_id)
    while _reads_as_a_number(correlation):
        correlation = uuid.uuid5(uuid.NAMESPACE_URL, str(correlation))
    return {"X-Request-ID": str(correlation), "X-Correlation-ID": str(correlation)}


def _reads_as_a_number(correlation: uuid.UUID) -> bool:
    return any(check_digit_holds(digits) for digits in _TEN_DIGITS_WITHIN.findall(correlation.hex))


def create(settings: Mapping[str, object]) -> Pds:
    """Raises ValueError naming the setting and the remedy."""
    given = Settings(settings)
    organisation = given.text("organisation_ods", _ODS_CODE, "an ODS code of capitals and digits")
    role = given.text("role_id", _ROLE_ID, "a role profile's digits")
    given.finish()
    headers = {"Accept": "application/fhir+json"}
    if organisation:
        headers["NHSD-End-User-Organisation-ODS"] = organisation
    if role:
        headers["NHSD-Session-URID"] = role
    return Pds(headers)
