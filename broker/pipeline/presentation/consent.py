"""The newest step of an objection as one FHIR R4 Consent, in the shape of IHE's PCF. Pure.

It says what binds and for whom. Who took the objection, what they noted, and where the person is reached
stay in the register.
"""

from __future__ import annotations

from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM, NhsNumber
from broker.domain.objection import Objection
from broker.domain.objection_life import ObjectionEvent
from broker.pipeline.presentation.consent_provision import EXTENSION, Known, provision_of

ACTIVE, INACTIVE = "active", "inactive"
OBJECTION_SYSTEM = "https://watersmeet.example/fhir/Id/objection"
POLICY_URI = "https://watersmeet.example/policies/objections"
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_CATEGORIES = (("http://loinc.org", "59284-0"), ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "INFA"))
_PERSON = "person"


def status_of(objection: Objection, known: Known) -> str:
    """`active` while it binds, also before it is decided: R4's `proposed` would bind nobody yet."""
    return INACTIVE if objection.state in known.policies.objections.ends else ACTIVE


def consent_of(event: ObjectionEvent, known: Known, *, asked: NhsNumber | None = None) -> dict[str, Any]:
    """A Consent resource. `asked` is the number that it was found by, which is one of the person's."""
    objection = event.objection
    keeper = known.policies.objections.governance.kept_by
    numbers = _numbers(event, asked)
    return {
        "resourceType": "Consent",
        "id": objection.objection_id,
        "meta": {"lastUpdated": event.at.isoformat(timespec="milliseconds")},
        **({"contained": [_person(numbers)]} if len(numbers) > 1 else {}),
        "extension": _extensions(objection, known),
        "identifier": [{"system": OBJECTION_SYSTEM, "value": objection.objection_id}],
        "status": status_of(objection, known),
        "scope": {"coding": [{"system": _SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": system, "code": code}]} for system, code in _CATEGORIES],
        "patient": {
            **({"reference": f"#{_PERSON}"} if len(numbers) > 1 else {}),
            "type": "Patient",
            "identifier": _nhs_number(numbers[0]),
        },
        "dateTime": objection.acknowledged_at.isoformat(timespec="seconds"),
        **({"organization": [_organisation(keeper)]} if keeper else {}),
        "policy": [{"uri": POLICY_URI}],
        "verification": [{"verified": objection.verified}],
        "provision": provision_of(objection, known),
    }


def _numbers(event: ObjectionEvent, asked: NhsNumber | None) -> list[str]:
    """Every number that it binds under, the one asked for first, and one that is no longer known last."""
    every = event.numbers | (frozenset() if asked is None else {asked})
    return [
        number.digits
        for number in sorted(every, key=lambda one: (one != asked, one in event.invalidated, one.digits))
    ]


def _nhs_number(digits: str) -> dict[str, str]:
    return {"system": NHS_NUMBER_SYSTEM, "value": digits}


def _person(numbers: list[str]) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": _PERSON,
        "identifier": [_nhs_number(digits) for digits in numbers],
    }


def _organisation(code: str) -> dict[str, Any]:
    return {"type": "Organization", "identifier": {"system": ODS_SYSTEM, "value": code}}


def _extensions(objection: Objection, known: Known) -> list[dict[str, str]]:
    """Where it stands in its life, and names that nobody knows: R4 has a place for neither."""
    state = {"url": f"{EXTENSION}/objection-state", "valueCode": str(objection.state)}
    unknown = known.unknown(objection.scope)
    url = f"{EXTENSION}/objection-unknown-organisation"
    return [state, *({"url": url, "valueString": name} for name in unknown)]
