"""What a mapping may write: the closed table of R4 types, their members, and what each member holds.

From HL7 FHIR R4 4.0.1. The table decides how a value is read (text, date, code ...), so a mapping says
only where the value stands; and what is not in the table stops the start, so what is written is valid R4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors.rest_json import r4_codes as codes
from connectors.rest_json import targets as parts
from connectors.rest_json.targets import Members


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type that can be written, with the member that says whom it is about."""

    members: Members
    about: str = "subject"


_TYPES: Mapping[str, ResourceType] = MappingProxyType(
    {
        "Patient": ResourceType(
            {
                **parts.PERSON,
                "deceasedBoolean": parts.BOOLEAN,
                "deceasedDateTime": parts.DATE_TIME,
                "maritalStatus": parts.CONCEPT,
            },
            about="",
        ),
        "RelatedPerson": ResourceType(
            {**parts.PERSON, "relationship": parts.CONCEPTS, "period": parts.PERIOD}, about="patient"
        ),
        "Task": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.TASK_STATUS, required=True),
                "intent": parts.code(codes.TASK_INTENT, required=True),
                "statusReason": parts.CONCEPT,
                "businessStatus": parts.CONCEPT,
                "code": parts.CONCEPT,
                "description": parts.TEXT,
                "executionPeriod": parts.PERIOD,
                "authoredOn": parts.DATE_TIME,
                "lastModified": parts.DATE_TIME,
                "requester": parts.REFERENCE,
                "owner": parts.REFERENCE,
                "reasonCode": parts.CONCEPT,
                "note": parts.NOTES,
            },
            about="for",
        ),
        "Flag": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.FLAG_STATUS, required=True),
                "category": parts.CONCEPTS,
                "code": parts.concept(required=True),
                "period": parts.PERIOD,
                "author": parts.REFERENCE,
            }
        ),
        "Encounter": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.ENCOUNTER_STATUS, required=True),
                "class": parts.group(required=True, system=parts.URI, code=parts.TOKEN, display=parts.TEXT),
                "type": parts.CONCEPTS,
                "serviceType": parts.CONCEPT,
                "period": parts.PERIOD,
                "reasonCode": parts.CONCEPTS,
                "participant": parts.group(
                    repeats=True, type=parts.CONCEPTS, individual=parts.REFERENCE, period=parts.PERIOD
                ),
                "location": parts.group(repeats=True, location=parts.reference(required=True)),
                "serviceProvider": parts.REFERENCE,
            }
        ),
        "CareTeam": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.CARE_TEAM_STATUS),
                "category": parts.CONCEPTS,
                "name": parts.TEXT,
                "period": parts.PERIOD,
                "participant": parts.group(
                    repeats=True, role=parts.CONCEPTS, member=parts.REFERENCE, period=parts.PERIOD
                ),
                "reasonCode": parts.CONCEPTS,
                "managingOrganization": parts.REFERENCES,
                "note": parts.NOTES,
            }
        ),
        "EpisodeOfCare": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.EPISODE_STATUS, required=True),
                "type": parts.CONCEPTS,
                "period": parts.PERIOD,
                "managingOrganization": parts.REFERENCE,
                "careManager": parts.REFERENCE,
            },
            about="patient",
        ),
        "CarePlan": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.REQUEST_STATUS, required=True),
                "intent": parts.code(codes.CARE_PLAN_INTENT, required=True),
                "category": parts.CONCEPTS,
                "title": parts.TEXT,
                "description": parts.TEXT,
                "period": parts.PERIOD,
                "created": parts.DATE_TIME,
                "author": parts.REFERENCE,
                "contributor": parts.REFERENCES,
                "activity": parts.group(
                    repeats=True,
                    detail=parts.group(
                        required=True,
                        status=parts.code(codes.ACTIVITY_STATUS, required=True),
                        code=parts.CONCEPT,
                        description=parts.TEXT,
                    ),
                ),
                "note": parts.NOTES,
            }
        ),
        "ServiceRequest": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.REQUEST_STATUS, required=True),
                "intent": parts.code(codes.REQUEST_INTENT, required=True),
                "priority": parts.code(codes.PRIORITY),
                "category": parts.CONCEPTS,
                "code": parts.CONCEPT,
                "quantityQuantity": parts.QUANTITY,
                "occurrenceDateTime": parts.DATE_TIME,
                "occurrencePeriod": parts.PERIOD,
                "authoredOn": parts.DATE_TIME,
                "requester": parts.REFERENCE,
                "performer": parts.REFERENCES,
                "reasonCode": parts.CONCEPTS,
                "note": parts.NOTES,
                "patientInstruction": parts.TEXT,
            }
        ),
        "DeviceUseStatement": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.DEVICE_USE_STATUS, required=True),
                "device": parts.reference(required=True),
                "timingDateTime": parts.DATE_TIME,
                "timingPeriod": parts.PERIOD,
                "recordedOn": parts.DATE_TIME,
                "reasonCode": parts.CONCEPTS,
                "note": parts.NOTES,
            }
        ),
        "Condition": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "clinicalStatus": parts.CONCEPT,
                "verificationStatus": parts.CONCEPT,
                "category": parts.CONCEPTS,
                "code": parts.CONCEPT,
                "onsetDateTime": parts.DATE_TIME,
                "abatementDateTime": parts.DATE_TIME,
                "recordedDate": parts.DATE_TIME,
                "recorder": parts.REFERENCE,
                "note": parts.NOTES,
            }
        ),
        "Observation": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.OBSERVATION_STATUS, required=True),
                "category": parts.CONCEPTS,
                "code": parts.concept(required=True),
                "effectiveDateTime": parts.DATE_TIME,
                "effectivePeriod": parts.PERIOD,
                "issued": parts.INSTANT,
                "performer": parts.REFERENCES,
                "valueQuantity": parts.QUANTITY,
                "valueString": parts.TEXT,
                "valueCodeableConcept": parts.CONCEPT,
                "note": parts.NOTES,
            }
        ),
        "DocumentReference": ResourceType(
            {
                "identifier": parts.IDENTIFIERS,
                "status": parts.code(codes.DOCUMENT_STATUS, required=True),
                "docStatus": parts.code(codes.COMPOSITION_STATUS),
                "type": parts.CONCEPT,
                "category": parts.CONCEPTS,
                "date": parts.INSTANT,
                "author": parts.REFERENCES,
                "description": parts.TEXT,
                "content": parts.group(repeats=True, required=True, attachment=parts.ATTACHMENT),
            }
        ),
    }
)
TYPES: Mapping[str, ResourceType] = MappingProxyType(
    {name: ResourceType({"meta": parts.META, **kind.members}, kind.about) for name, kind in _TYPES.items()}
)
# R4 lets a resource have one member of each of these families.
CHOICES = ("deceased", "occurrence", "timing", "effective", "value", "onset", "abatement")
