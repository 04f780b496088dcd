"""GP Connect records that this project did not write, into the people of a GP's STU3 server.

The first person has documents: DocumentReferences of ours that lead to Binaries of others' making.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber

_STRUCTURED = (
    "EMISPatientStructurede2eResponsePWTP2.json",
    "EMISPatientStructurede2eResponsePWTP3.json",
    "EMISPatientStructurede2eResponsePWTP5.json",
    "EMISPatientStructurede2eResponsePWTP6.json",
    "TPPPatientStructuredRecordE2EPWTP7.json",
)
_DOCUMENTS = "9388098431.document-*.json"
# The server of asymmetrik.mjs writes its own base here.
_BASE = "{{base}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GpRecord:
    """One person at a practice. `structured` is the whole searchset, `binaries` are their documents."""

    number: NhsNumber
    patient: dict[str, Any] = field(repr=False)
    structured: dict[str, Any] = field(repr=False)
    binaries: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    @property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """A DocumentReference for each Binary."""
        return tuple(_reference_to(binary, self.patient["id"]) for binary in self.binaries)


def read_gp_records(real_data: Path) -> tuple[GpRecord, ...]:
    """Five people from `gpconnect` under the folder of real material."""
    folder = real_data / "gpconnect"
    paths = sorted((folder / "documents-errors-sds").glob(_DOCUMENTS))
    binaries = tuple(json.loads(path.read_bytes()) for path in paths)
    texts = [(folder / "structured" / name).read_bytes() for name in _STRUCTURED]
    return tuple(_record(json.loads(text), () if place else binaries) for place, text in enumerate(texts))


def gp_world(records: Iterable[GpRecord]) -> dict[str, Any]:
    """What asymmetrik.mjs reads."""
    return {
        record.number.digits: {
            "patient": record.patient,
            "structured": record.structured,
            "documents": record.documents,
            "binaries": record.binaries,
        }
        for record in records
    }


async def structured(base: str, number: NhsNumber) -> tuple[int, str]:
    """The operation asked for one number by a plain client: status and text, as the server spells it."""
    value = {"system": NHS_NUMBER_SYSTEM, "value": number.digits}
    asked = {"name": "patientNHSNumber", "valueIdentifier": value}
    body = json.dumps({"resourceType": "Parameters", "parameter": [asked]})
    headers = {"Content-Type": "application/fhir+json"}
    url = f"{base}/Patient/$gpc.getstructuredrecord"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


def _record(whole: dict[str, Any], binaries: tuple[dict[str, Any], ...]) -> GpRecord:
    held = [entry["resource"] for entry in whole["entry"]]
    [patient] = [one for one in held if one["resourceType"] == "Patient"]
    [digits] = [one["value"] for one in patient["identifier"] if one["system"] == NHS_NUMBER_SYSTEM]
    return GpRecord(number=NhsNumber.parse(digits), patient=patient, structured=whole, binaries=binaries)


def _reference_to(binary: dict[str, Any], patient_id: str) -> dict[str, Any]:
    attachment = {"contentType": binary["contentType"], "url": f"{_BASE}/Binary/{binary['id']}"}
    return {
        "resourceType": "DocumentReference",
        "id": f"reference-to-{binary['id'][-2:]}",
        "status": "current",
        "type": {"text": "Letter"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "indexed": "2021-07-14T09:30:00+01:00",
        "content": [{"attachment": attachment}],
    }
