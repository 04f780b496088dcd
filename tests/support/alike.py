"""One item of each kind with all that its row of the grouping table compares."""

from __future__ import annotations

from typing import Any

from tests.support.merged import SNOMED, coded, state
from tests.support.records import item

DOSE = [{"text": "One tablet twice a day", "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}]}]
ALIKE: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": {
        "code": coded((SNOMED, "91936005")),
        "onsetDateTime": "2016",
        "clinicalStatus": state("active"),
    },
    "Condition": {
        "code": coded((SNOMED, "44054006")),
        "onsetDateTime": "2016-03-01",
        "clinicalStatus": state("active"),
    },
    "MedicationRequest": {
        "medicationCodeableConcept": coded((SNOMED, "325072002")),
        "authoredOn": "2026-03-01",
        "status": "active",
        "intent": "order",
        "dosageInstruction": DOSE,
    },
    "MedicationStatement": {
        "medicationCodeableConcept": coded((SNOMED, "325072002")),
        "effectivePeriod": {"start": "2026-03-01"},
        "status": "active",
        "dosage": DOSE,
    },
    "MedicationDispense": {
        "medicationCodeableConcept": coded((SNOMED, "325072002")),
        "whenHandedOver": "2026-03-01",
        "status": "completed",
        "dosageInstruction": DOSE,
    },
    "Immunization": {
        "vaccineCode": coded((SNOMED, "39115011000001105")),
        "occurrenceDateTime": "2026-10-02",
        "status": "completed",
    },
    "Observation": {
        "code": coded(("http://loinc.org", "2160-0")),
        "effectiveDateTime": "2026-09-30T09:12:00+01:00",
        "status": "final",
        "valueQuantity": {"value": 72, "unit": "umol/L"},
    },
    "DiagnosticReport": {
        "code": coded((SNOMED, "721981007")),
        "issued": "2026-09-30T09:12:00Z",
        "status": "final",
        "conclusion": "No growth",
    },
    "Procedure": {
        "code": coded((SNOMED, "80146002")),
        "performedDateTime": "2019-05-04",
        "status": "completed",
    },
    "Encounter": {
        "type": [coded((SNOMED, "4525004"))],
        "period": {"start": "2026-05-04T10:00:00Z"},
        "status": "finished",
        "class": {"code": "EMER"},
    },
    "ServiceRequest": {
        "code": coded((SNOMED, "306206005")),
        "authoredOn": "2026-05-04",
        "status": "active",
        "intent": "order",
    },
    "CarePlan": {"title": "Asthma plan", "created": "2026-05-04", "status": "active", "intent": "plan"},
    "Appointment": {
        "serviceType": [coded((SNOMED, "310000008"))],
        "start": "2026-12-04T10:00:00Z",
        "status": "booked",
    },
    "DocumentReference": {
        "type": coded((SNOMED, "823681000000100")),
        "date": "2026-05-04T10:00:00Z",
        "status": "current",
        "author": [{"display": "Dr A. Teal"}],
        "content": [{"attachment": {"title": "Outpatient letter", "url": "https://a.example/1"}}],
    },
    "Flag": {"code": coded((SNOMED, "225913004")), "period": {"start": "2026-05-04"}, "status": "active"},
}


def one(kind: str, local_id: str = "1", **changes: Any) -> dict[str, Any]:
    """An item of a kind with all that its row compares; a member that is None is left out."""
    members = {name: value for name, value in {**ALIKE[kind], **changes}.items() if value is not None}
    return item(kind, local_id, **members)
