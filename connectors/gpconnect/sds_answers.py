"""For the simulator: the Spine Directory Service's word on where each practice's services are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from broker.domain.identity import ODS_SYSTEM
from broker.domain.json_bytes import write_tree
from connectors.gpconnect.calls import STRUCTURED_RECORD
from connectors.gpconnect.directory import ASID_SYSTEM, INTERACTION_SYSTEM
from connectors.gpconnect.strictness import Refused
from connectors.gpconnect.world import Practices

NONE, SEVERAL, FOREIGN = "none", "several", "foreign"
_ANOTHER = "D99999"


def root_of(ods: str, interaction: str) -> str:
    """The service root of one practice: one for records, another for documents."""
    capability = "structured" if interaction == STRUCTURED_RECORD else "documents"
    return f"https://{ods.lower()}.practice.example/{ods}/STU3/1/gpconnect/{capability}/fhir"


class SdsAnswers:
    """The directory. `manner` is empty, or `none`, `several` or `foreign`: how it is wrong."""

    def __init__(self, practices: Practices, manner: str) -> None:
        """It knows the practices of the world, and no other."""
        self._practices, self._manner = practices, manner

    def answer(self, query: Mapping[str, str], kind: str) -> bytes:
        """The Bundle that a search for Device or Endpoint gives."""
        ods = _value(query.get("organization", ""), ODS_SYSTEM)
        interaction = _value(query.get("identifier", ""), INTERACTION_SYSTEM)
        known = ods in self._practices.codes and self._manner != NONE
        make = self._devices if kind == "Device" else self._endpoints
        entries = [{"resource": one} for one in make(ods, interaction)] if known else []
        bundle = {"resourceType": "Bundle", "id": str(uuid.uuid4()), "type": "searchset"}
        return write_tree({**bundle, "total": len(entries), "entry": entries})

    def _devices(self, ods: str, _interaction: str) -> Iterator[dict[str, Any]]:
        asids = [self._practices.asid_of(ods)]
        if self._manner == SEVERAL:
            asids.append(self._practices.asid_of(_ANOTHER))
        for asid in asids:
            yield {
                "resourceType": "Device",
                "id": str(uuid.uuid4()),
                "identifier": [{"system": ASID_SYSTEM, "value": asid}],
                "owner": self._owner(ods),
            }

    def _endpoints(self, ods: str, interaction: str) -> Iterator[dict[str, Any]]:
        yield {
            "resourceType": "Endpoint",
            "id": str(uuid.uuid4()),
            "status": "active",
            "connectionType": {
                "system": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
                "code": "hl7-fhir-rest",
            },
            "address": f"{root_of(ods, interaction)}/",
            "managingOrganization": self._owner(ods),
        }

    def _owner(self, ods: str) -> dict[str, Any]:
        owner = _ANOTHER if self._manner == FOREIGN else ods
        return {"identifier": {"system": ODS_SYSTEM, "value": owner}}


def _value(token: str, system: str) -> str:
    """The value of `system|value`. Another system, or none, is no question that the directory takes."""
    given, _, value = token.partition("|")
    if given != system or not value:
        raise Refused("BAD_REQUEST")
    return value
