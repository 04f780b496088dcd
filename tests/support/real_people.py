"""A person of our own writing into a real server that takes transactions, beside the people it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from tests.support.real_servers import RealServer, post
from tests.support.synthea import SyntheaPerson

# What an item's `subject` holds; the server writes its own id there.
PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000001"
BORN = "1951-04-09"


def stored(server: RealServer, number: NhsNumber, items: Mapping[str, dict[str, Any]]) -> SyntheaPerson:
    """Store a Patient with this number, and `items` by the address that others of them refer to."""
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": number.digits}],
        "name": [{"family": "Invented"}],
        "birthDate": BORN,
    }
    entries = [
        {
            "fullUrl": address,
            "resource": one,
            "request": {"method": "POST", "url": one["resourceType"]},
        }
        for address, one in {PATIENT: patient, **items}.items()
    ]
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    transact(server, body)
    return person_of(number, body)


def person_of(number: NhsNumber, transaction: bytes = b"", born: str = BORN) -> SyntheaPerson:
    """Somebody of ours in the form in which Synthea's people are handed about."""
    return SyntheaPerson(
        number=number, birth_date=born, family="Invented", synthea_id="", transaction=transaction
    )


def transact(server: RealServer, body: bytes) -> Any:
    """POST a transaction to a server that takes them; returns its answer's value."""
    base = urlsplit(server.base_url)
    return post(base.port or 0, base.path or "/", body)
