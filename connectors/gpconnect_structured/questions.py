"""The areas that are wanted of one person, into the Parameters that ask for them."""

from __future__ import annotations

from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import write_tree
from broker.domain.query import PartnerAsk
from connectors.gpconnect.areas import Area

OPERATION = "Patient/$gpc.getstructuredrecord"


def parameters(ask: PartnerAsk, areas: tuple[Area, ...]) -> bytes:
    """The body of the operation. The person is named by the number that the index holds current."""
    number = {"system": NHS_NUMBER_SYSTEM, "value": ask.patient.number.digits}
    included = [_included(area) for area in areas]
    return write_tree(
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "patientNHSNumber", "valueIdentifier": number}, *included],
        }
    )


def _included(area: Area) -> dict[str, Any]:
    """A parameter without parts is the guide's own form for an area without options."""
    if not area.flags:
        return {"name": area.parameter}
    return {"name": area.parameter, "part": [{"name": flag, "valueBoolean": True} for flag in area.flags]}
