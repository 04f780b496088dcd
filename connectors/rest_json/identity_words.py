"""What the patient index knows of a person into the parameters of a partner's search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from broker.domain.identity import NHS_NUMBER_SYSTEM, PatientIdentity
from connectors.rest_json.mapping import Search

# Without these a search still finds the person, among more candidates.
_MAY_BE_MISSING = frozenset({"postcode", "given"})


class _Period(msgspec.Struct, gc=False):
    end: str | None = None


class _Address(msgspec.Struct, gc=False):
    use: str | None = None
    postalCode: str | None = None  # noqa: N815 - FHIR's own name
    period: _Period | None = None


class _Patient(msgspec.Struct, gc=False):
    address: list[_Address] = []


_PATIENT = msgspec.json.Decoder(_Patient)


def searched(person: PatientIdentity, search: Search) -> tuple[tuple[str, str], ...] | None:
    """The parameters with their values; None when one is not known without which nobody can be found."""
    known = _words(person, search.birth_date_form)
    parameters = []
    for parameter, word in search.asks:
        value = known[word]
        if value:
            parameters.append((parameter, value))
        elif word not in _MAY_BE_MISSING:
            return None
    return tuple(parameters)


def _words(person: PatientIdentity, birth_date_form: str) -> Mapping[str, str]:
    return {
        "number": person.number.digits,
        "nhs_identifier": f"{NHS_NUMBER_SYSTEM}|{person.number.digits}",
        "number_spaced": person.number.spaced,
        "family": person.family,
        "given": person.given[0] if person.given else "",
        "birth_date": _spelt(person.birth_date, birth_date_form),
        "postcode": _postcode(person.resource),
    }


def _spelt(birth_date: str, form: str) -> str:
    """A whole day in the partner's spelling. A year or a month alone cannot be asked for."""
    parts = birth_date.split("-")
    if len(parts) != len(("year", "month", "day")):
        return ""
    return "/".join(reversed(parts)) if form == "day-first" else birth_date


def _postcode(resource: bytes) -> str:
    """The home postcode that holds now, as the index has it; empty when there is none to be read."""
    if not resource:
        return ""
    try:
        patient: Any = _PATIENT.decode(resource)
    except msgspec.DecodeError:
        return ""
    homes = (one for one in patient.address if one.use == "home" and not (one.period and one.period.end))
    return next((one.postalCode for one in homes if one.postalCode), "")
