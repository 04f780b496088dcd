"""PDS's Patient to the traced person. Anything that is not as PDS writes it is a fault, never a guess."""

from __future__ import annotations

import re
from typing import Any

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber, PatientIdentity, Restriction
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.ports.connector import HttpResponse, Traced
from connectors.pds.answers import malformed, several_or_fault
from connectors.pds.names import usual_name
from connectors.pds.periods import day_of
from connectors.pds.practice import practice_of
from connectors.pds.shapes import mapping, mappings, optional_text, text
from connectors.pds.whereabouts import without_whereabouts

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)
_DATE_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]{5,18}(Z|[+-][0-9:]{5})?)?)?)?", re.ASCII)
_STRICTEST_FIRST = (Restriction.VERY_RESTRICTED, Restriction.RESTRICTED, Restriction.NONE)
_CODES = {
    "U": Restriction.NONE,
    "R": Restriction.RESTRICTED,
    "REDACTED": Restriction.RESTRICTED,
    "V": Restriction.VERY_RESTRICTED,
}


def read_person(answer: HttpResponse, asked: NhsNumber) -> Traced:
    """The person in a 200. Raises TransportFault when it is no Patient as PDS writes one."""
    try:
        patient = parse_strict(answer.body)
    except UnreadableJson:
        raise malformed() from None
    if not isinstance(patient, dict):
        raise malformed()
    if patient.get("resourceType") != "Patient":
        return several_or_fault(patient)
    return Traced(status="found", identity=_identity(patient, answer, asked))


def _identity(patient: dict[str, Any], answer: HttpResponse, asked: NhsNumber) -> PatientIdentity:
    number, restriction = _number(patient), _restriction(patient)
    today = day_of(answer.headers)
    family, given = usual_name(patient, today)
    hidden = restriction.hides_location
    return PatientIdentity(
        number=number,
        numbers=frozenset({number, asked}),
        birth_date=_date(patient, "birthDate", _DATE) or "",
        family=family,
        given=given,
        restriction=restriction,
        practice_ods=None if hidden else practice_of(patient, today),
        deceased_on=_deceased_on(patient),
        resource=without_whereabouts(answer.body) if hidden else answer.body,
    )


def _number(patient: dict[str, Any]) -> NhsNumber:
    """The current number: the Patient's id, which its NHS number identifier must repeat."""
    numbers = {
        text(identifier, "value")
        for identifier in mappings(patient, "identifier")
        if identifier.get("system") == NHS_NUMBER_SYSTEM
    }
    try:
        number = NhsNumber.parse(text(patient, "id"))
    except InvalidNhsNumber:
        raise malformed() from None
    if numbers != {number.digits}:
        raise malformed()
    return number


def _restriction(patient: dict[str, Any]) -> Restriction:
    """The strictest label. None at all, or one that is not known, protects as the strictest does."""
    labels = mappings(mapping(patient, "meta"), "security")
    found = {_CODES.get(optional_text(label, "code") or "", Restriction.VERY_RESTRICTED) for label in labels}
    return next((one for one in _STRICTEST_FIRST if one in found), Restriction.VERY_RESTRICTED)


def _deceased_on(patient: dict[str, Any]) -> str | None:
    if patient.get("deceasedBoolean", False) is not False:
        raise malformed()  # PDS gives a date; without one nothing here can say when
    return _date(patient, "deceasedDateTime", _DATE_TIME)


def _date(patient: dict[str, Any], name: str, form: re.Pattern[str]) -> str | None:
    date = optional_text(patient, name)
    if date is not None and not form.fullmatch(date):
        raise malformed()
    return date
