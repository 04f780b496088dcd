"""fhirclient (SMART's own for Python) asks the broker, and reads all of it with its strict R4 models.

Stdin: one JSON object with `base`, `token`, `number`, `count` and `gone`, the path of a page that is over.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from fhirclient._utils import iter_pages
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRServer

NHS = "https://fhir.nhs.uk/Id/nhs-number"


def names(bundle: Any) -> list[str]:
    """`Type/id` of each entry's resource."""
    return [f"{one.resource.resource_type}/{one.resource.id or ''}" for one in bundle.entry]


def refused(asked: Callable[[], Any]) -> str:
    """What it raises."""
    try:
        asked()
    except Exception as error:  # noqa: BLE001 - whatever the library raises is what is looked at
        return f"{type(error).__name__}: {error}"
    return ""


def asks(server: FHIRServer, given: dict[str, Any]) -> dict[str, Any]:
    """Everything, in the library's own words."""
    version = server.capabilityStatement.fhirVersion
    search = Patient.where({"identifier": f"{NHS}|{given['number']}"})
    found = list(search.perform_resources_iter(server))
    patient = next(one for one in found if one.resource_type == "Patient")
    everything = Bundle.read_from(f"Patient/{patient.id}/$everything", server)
    first = Bundle.read_from(f"Patient/{patient.id}/$everything?_count={given['count']}", server)
    pages = [names(page) for page in iter_pages(first, server)]
    search = Observation.where({"patient": patient.id, "_count": str(given["count"])})
    observations = [
        one.id for one in search.perform_resources_iter(server) if one.resource_type == "Observation"
    ]
    part = {"patient": patient.id, "status": "final", "date": "ge2020", "_sort": "-date"}
    narrowed = Observation.where(part).perform_resources_iter(server)
    by_id = Observation.where({"patient": patient.id, "_id": observations[0]})
    one = next(one for one in by_id.perform_resources_iter(server) if one.resource_type == "Observation")
    return {
        "found": [one.resource_type for one in found],
        "read": Patient.read(patient.id, server).id,
        "everything": names(everything),
        "pages": pages,
        "observations": observations,
        "one": one.id,
        "narrowed": [one.id for one in narrowed if one.resource_type == "Observation"],
        "metadata": version,
        "summary": Bundle.read_from(f"Patient/{patient.id}/$summary", server).type,
        "gone": refused(lambda: Bundle.read_from(given["gone"], server)),
        "item read": refused(lambda: Observation.read(observations[0], server)),
        "total": str(first.total),
    }


def main() -> None:
    """From stdin to stdout. The library takes a token from an authorisation of its own alone, so the session
    carries ours.
    """
    given = json.load(sys.stdin)
    server = FHIRServer(None, base_uri=given["base"])
    server.session.headers["Authorization"] = f"Bearer {given['token']}"
    json.dump(asks(server, given), sys.stdout)


main()
