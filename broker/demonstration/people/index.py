"""A person into the Patient that the patient index has of them, location left out where it is restricted."""

from __future__ import annotations

from broker.demonstration.people.person import Story, Tree
from broker.demonstration.people.words import TERMINOLOGY
from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM

_CONFIDENTIALITY = {"U": "unrestricted", "R": "restricted", "V": "very restricted"}
_REGISTERED_SINCE = "2004-04-01"


def index_patient(story: Story) -> Tree:
    """The index's Patient, under the person's current number."""
    who = story.demographics
    patient: Tree = {
        "resourceType": "Patient",
        "id": who.number,
        "meta": {"versionId": "7", "security": [_label(story.restriction)]},
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": who.number}],
        "name": [{"use": "usual", "prefix": [who.prefix], "given": [who.given], "family": who.family}],
        "gender": who.gender,
        "birthDate": who.birth_date,
    }
    if who.deceased:
        patient["deceasedDateTime"] = who.deceased
    # The index never says where a restricted person is: no address, no telephone, no practice.
    return patient if story.restriction != "U" else {**patient, **_whereabouts(story)}


def _label(code: str) -> Tree:
    system = f"{TERMINOLOGY}/v3-Confidentiality"
    return {"system": system, "code": code, "display": _CONFIDENTIALITY[code]}


def _whereabouts(story: Story) -> Tree:
    who = story.demographics
    lines = [who.street, who.town]
    since = {"start": _REGISTERED_SINCE}
    practice = {"system": ODS_SYSTEM, "value": who.practice, "period": since}
    return {
        "address": [{"id": "address-1", "use": "home", "line": lines, "postalCode": who.postcode}],
        "telecom": [{"id": "telecom-1", "system": "phone", "value": who.telephone, "use": "home"}],
        "generalPractitioner": [{"id": "gp-1", "type": "Organization", "identifier": practice}],
    }
