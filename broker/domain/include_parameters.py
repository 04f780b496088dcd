"""Which references of which type `_include` follows, and to which types: R4's own (4.0.1, search parameters).

Left out are references to any type at all, and those to types that this record does not hold. A search's
`patient` and `subject` name the person, whom the patient index describes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_TABLE = """
AllergyIntolerance         asserter             asserter                     Practitioner,PractitionerRole,RelatedPerson
AllergyIntolerance         recorder             recorder                     Practitioner,PractitionerRole,RelatedPerson
Appointment                actor                participant.actor            Device,HealthcareService,Location,Practitioner,PractitionerRole,RelatedPerson
Appointment                based-on             basedOn                      ServiceRequest
Appointment                location             participant.actor            Location
Appointment                practitioner         participant.actor            Practitioner
Appointment                reason-reference     reasonReference              Condition,ImmunizationRecommendation,Observation,Procedure
Basic                      author               author                       Organization,Practitioner,PractitionerRole,RelatedPerson
CarePlan                   activity-reference   activity.reference           Appointment,MedicationRequest,ServiceRequest,Task
CarePlan                   based-on             basedOn                      CarePlan
CarePlan                   care-team            careTeam                     CareTeam
CarePlan                   condition            addresses                    Condition
CarePlan                   encounter            encounter                    Encounter
CarePlan                   goal                 goal                         Goal
CarePlan                   part-of              partOf                       CarePlan
CarePlan                   performer            activity.detail.performer    CareTeam,Device,HealthcareService,Organization,Practitioner,PractitionerRole,RelatedPerson
CarePlan                   replaces             replaces                     CarePlan
CareTeam                   encounter            encounter                    Encounter
CareTeam                   participant          participant.member           CareTeam,Organization,Practitioner,PractitionerRole,RelatedPerson
Composition                attester             attester.party               Organization,Practitioner,PractitionerRole,RelatedPerson
Composition                author               author                       Device,Organization,Practitioner,PractitionerRole,RelatedPerson
Composition                encounter            encounter                    Encounter,EpisodeOfCare
Composition                related-ref          relatesTo.targetReference    Composition
Condition                  asserter             asserter                     Practitioner,PractitionerRole,RelatedPerson
Condition                  encounter            encounter                    Encounter
DetectedIssue              author               author                       Device,Practitioner,PractitionerRole
DeviceUseStatement         device               device                       Device
DiagnosticReport           based-on             basedOn                      CarePlan,ImmunizationRecommendation,MedicationRequest,ServiceRequest
DiagnosticReport           encounter            encounter                    Encounter,EpisodeOfCare
DiagnosticReport           performer            performer                    CareTeam,Organization,Practitioner,PractitionerRole
DiagnosticReport           result               result                       Observation
DiagnosticReport           results-interpreter  resultsInterpreter           CareTeam,Organization,Practitioner,PractitionerRole
DiagnosticReport           specimen             specimen                     Specimen
DocumentReference          authenticator        authenticator                Organization,Practitioner,PractitionerRole
DocumentReference          author               author                       Device,Organization,Practitioner,PractitionerRole,RelatedPerson
DocumentReference          custodian            custodian                    Organization
DocumentReference          encounter            context.encounter            Encounter,EpisodeOfCare
DocumentReference          relatesto            relatesTo.target             DocumentReference
Encounter                  appointment          appointment                  Appointment
Encounter                  based-on             basedOn                      ServiceRequest
Encounter                  diagnosis            diagnosis.condition          Condition,Procedure
Encounter                  episode-of-care      episodeOfCare                EpisodeOfCare
Encounter                  location             location.location            Location
Encounter                  part-of              partOf                       Encounter
Encounter                  participant          participant.individual       Practitioner,PractitionerRole,RelatedPerson
Encounter                  practitioner         participant.individual       Practitioner
Encounter                  reason-reference     reasonReference              Condition,ImmunizationRecommendation,Observation,Procedure
Encounter                  service-provider     serviceProvider              Organization
EpisodeOfCare              care-manager         careManager                  Practitioner
EpisodeOfCare              condition            diagnosis.condition          Condition
EpisodeOfCare              incoming-referral    referralRequest              ServiceRequest
EpisodeOfCare              organization         managingOrganization         Organization
Flag                       author               author                       Device,Organization,Practitioner,PractitionerRole
Flag                       encounter            encounter                    Encounter,EpisodeOfCare
ImagingStudy               basedon              basedOn                      Appointment,CarePlan,ServiceRequest,Task
ImagingStudy               encounter            encounter                    Encounter
ImagingStudy               interpreter          interpreter                  Practitioner,PractitionerRole
ImagingStudy               performer            series.performer.actor       CareTeam,Device,Organization,Practitioner,PractitionerRole,RelatedPerson
ImagingStudy               referrer             referrer                     Practitioner,PractitionerRole
Immunization               location             location                     Location
Immunization               manufacturer         manufacturer                 Organization
Immunization               performer            performer.actor              Organization,Practitioner,PractitionerRole
Immunization               reaction             reaction.detail              Observation
Immunization               reason-reference     reasonReference              Condition,DiagnosticReport,Observation
ImmunizationRecommendation support              recommendation.supportingImmunization Immunization
List                       encounter            encounter                    Encounter,EpisodeOfCare
List                       source               source                       Device,Practitioner,PractitionerRole
MedicationAdministration   context              context                      Encounter,EpisodeOfCare
MedicationAdministration   device               device                       Device
MedicationAdministration   medication           medicationReference          Medication
MedicationAdministration   performer            performer.actor              Device,Practitioner,PractitionerRole,RelatedPerson
MedicationAdministration   request              request                      MedicationRequest
MedicationDispense         context              context                      Encounter,EpisodeOfCare
MedicationDispense         destination          destination                  Location
MedicationDispense         medication           medicationReference          Medication
MedicationDispense         performer            performer.actor              Device,Organization,Practitioner,PractitionerRole,RelatedPerson
MedicationDispense         prescription         authorizingPrescription      MedicationRequest
MedicationDispense         receiver             receiver                     Practitioner
MedicationDispense         responsibleparty     substitution.responsibleParty Practitioner,PractitionerRole
MedicationRequest          encounter            encounter                    Encounter
MedicationRequest          intended-dispenser   dispenseRequest.performer    Organization
MedicationRequest          intended-performer   performer                    CareTeam,Device,Organization,Practitioner,PractitionerRole,RelatedPerson
MedicationRequest          medication           medicationReference          Medication
MedicationRequest          requester            requester                    Device,Organization,Practitioner,PractitionerRole,RelatedPerson
MedicationStatement        context              context                      Encounter,EpisodeOfCare
MedicationStatement        medication           medicationReference          Medication
MedicationStatement        part-of              partOf                       MedicationAdministration,MedicationDispense,MedicationStatement,Observation,Procedure
MedicationStatement        source               informationSource            Organization,Practitioner,PractitionerRole,RelatedPerson
Observation                based-on             basedOn                      CarePlan,ImmunizationRecommendation,MedicationRequest,ServiceRequest
Observation                derived-from         derivedFrom                  DocumentReference,ImagingStudy,Observation,QuestionnaireResponse
Observation                device               device                       Device
Observation                encounter            encounter                    Encounter,EpisodeOfCare
Observation                has-member           hasMember                    Observation,QuestionnaireResponse
Observation                part-of              partOf                       ImagingStudy,Immunization,MedicationAdministration,MedicationDispense,MedicationStatement,Procedure
Observation                performer            performer                    CareTeam,Organization,Practitioner,PractitionerRole,RelatedPerson
Observation                specimen             specimen                     Specimen
Procedure                  based-on             basedOn                      CarePlan,ServiceRequest
Procedure                  encounter            encounter                    Encounter,EpisodeOfCare
Procedure                  location             location                     Location
Procedure                  part-of              partOf                       MedicationAdministration,Observation,Procedure
Procedure                  performer            performer.actor              Device,Organization,Practitioner,PractitionerRole,RelatedPerson
Procedure                  reason-reference     reasonReference              Condition,DiagnosticReport,DocumentReference,Observation,Procedure
QuestionnaireResponse      author               author                       Device,Organization,Practitioner,PractitionerRole,RelatedPerson
QuestionnaireResponse      based-on             basedOn                      CarePlan,ServiceRequest
QuestionnaireResponse      encounter            encounter                    Encounter
QuestionnaireResponse      part-of              partOf                       Observation,Procedure
QuestionnaireResponse      source               source                       Practitioner,PractitionerRole,RelatedPerson
ServiceRequest             based-on             basedOn                      CarePlan,MedicationRequest,ServiceRequest
ServiceRequest             encounter            encounter                    Encounter,EpisodeOfCare
ServiceRequest             performer            performer                    CareTeam,Device,HealthcareService,Organization,Practitioner,PractitionerRole,RelatedPerson
ServiceRequest             replaces             replaces                     ServiceRequest
ServiceRequest             requester            requester                    Device,Organization,Practitioner,PractitionerRole,RelatedPerson
ServiceRequest             specimen             specimen                     Specimen
Specimen                   collector            collection.collector         Practitioner,PractitionerRole
Specimen                   parent               parent                       Specimen
Task                       encounter            encounter                    Encounter
Task                       owner                owner                        CareTeam,Device,HealthcareService,Organization,Practitioner,PractitionerRole,RelatedPerson
Task                       part-of              partOf                       Task
Task                       requester            requester                    Device,Organization,Practitioner,PractitionerRole,RelatedPerson
"""  # noqa: E501 - a row is read in one piece

# Of these, `subject` is R4's other name of `patient`.
_WITH_SUBJECT = frozenset(
    {
        "Basic",
        "CarePlan",
        "CareTeam",
        "Composition",
        "Condition",
        "DeviceUseStatement",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Flag",
        "Goal",
        "ImagingStudy",
        "List",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
        "QuestionnaireResponse",
        "ServiceRequest",
        "Specimen",
        "Task",
    }
)


@dataclass(frozen=True, slots=True)
class IncludeParameter:
    """One row: the references at `elements` may name items of the `targets` types."""

    kind: str
    name: str
    elements: tuple[str, ...]
    targets: frozenset[str]


def _read() -> Mapping[str, Mapping[str, IncludeParameter]]:
    rows: dict[str, dict[str, IncludeParameter]] = defaultdict(dict)
    for line in _TABLE.strip().splitlines():
        kind, name, elements, targets = line.split()
        row = IncludeParameter(kind, name, tuple(elements.split(",")), frozenset(targets.split(",")))
        rows[kind][name] = row
    return MappingProxyType({kind: MappingProxyType(named) for kind, named in rows.items()})


INCLUDE_PARAMETERS: Final = _read()


def names_person(kind: str, name: str) -> bool:
    """Whether a reference of this name is to the person."""
    return name == "patient" or (name == "subject" and kind in _WITH_SUBJECT)


def include_names(kind: str) -> tuple[str, ...]:
    """What `_include` takes of one type, as `Type:name`."""
    own = {"patient", *INCLUDE_PARAMETERS.get(kind, ())} | ({"subject"} if kind in _WITH_SUBJECT else set())
    return tuple(f"{kind}:{name}" for name in sorted(own))
