"""Which element of which type a search parameter looks at, in one table: R4's own (4.0.1).

A `token` looks for codes, a `date` for dates. `[x]` is whichever of the type's choices can be such: of
`effective[x]` a dateTime, an instant, a Period or a Timing. Several elements stand with commas. The last
column is the code system that an element without one is bound to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

TOKEN: Final = "token"  # noqa: S105 - FHIR's word for a search by code
DATE: Final = "date"

_HL7 = "http://hl7.org/fhir/"
_THO = "http://terminology.hl7.org/CodeSystem/"
_TABLE = """
AllergyIntolerance         category             token  category                                hl7:allergy-intolerance-category
AllergyIntolerance         clinical-status      token  clinicalStatus
AllergyIntolerance         code                 token  code,reaction.substance
AllergyIntolerance         criticality          token  criticality                             hl7:allergy-intolerance-criticality
AllergyIntolerance         date                 date   recordedDate
AllergyIntolerance         last-date            date   lastOccurrence
AllergyIntolerance         onset                date   reaction.onset
AllergyIntolerance         type                 token  type                                    hl7:allergy-intolerance-type
AllergyIntolerance         verification-status  token  verificationStatus
Appointment                appointment-type     token  appointmentType
Appointment                date                 date   start
Appointment                service-category     token  serviceCategory
Appointment                service-type         token  serviceType
Appointment                status               token  status                                  hl7:appointmentstatus
Basic                      code                 token  code
Basic                      created              date   created
CarePlan                   activity-date        date   activity.detail.scheduled[x]
CarePlan                   category             token  category
CarePlan                   date                 date   period
CarePlan                   intent               token  intent                                  hl7:request-intent
CarePlan                   status               token  status                                  hl7:request-status
CareTeam                   category             token  category
CareTeam                   date                 date   period
CareTeam                   status               token  status                                  hl7:care-team-status
Composition                category             token  category
Composition                date                 date   date
Composition                period               date   event.period
Composition                status               token  status                                  hl7:composition-status
Composition                type                 token  type
Condition                  abatement-date       date   abatement[x]
Condition                  category             token  category
Condition                  clinical-status      token  clinicalStatus
Condition                  code                 token  code
Condition                  onset-date           date   onset[x]
Condition                  recorded-date        date   recordedDate
Condition                  severity             token  severity
Condition                  verification-status  token  verificationStatus
DetectedIssue              code                 token  code
DetectedIssue              identified           date   identified[x]
DiagnosticReport           category             token  category
DiagnosticReport           code                 token  code
DiagnosticReport           conclusion           token  conclusionCode
DiagnosticReport           date                 date   effective[x]
DiagnosticReport           issued               date   issued
DiagnosticReport           status               token  status                                  hl7:diagnostic-report-status
DocumentReference          category             token  category
DocumentReference          date                 date   date
DocumentReference          period               date   context.period
DocumentReference          setting              token  context.practiceSetting
DocumentReference          status               token  status                                  hl7:document-reference-status
DocumentReference          type                 token  type
Encounter                  class                token  class
Encounter                  date                 date   period
Encounter                  reason-code          token  reasonCode
Encounter                  status               token  status                                  hl7:encounter-status
Encounter                  type                 token  type
EpisodeOfCare              date                 date   period
EpisodeOfCare              status               token  status                                  hl7:episode-of-care-status
EpisodeOfCare              type                 token  type
FamilyMemberHistory        code                 token  condition.code
FamilyMemberHistory        date                 date   date
FamilyMemberHistory        relationship         token  relationship
FamilyMemberHistory        status               token  status                                  hl7:history-status
Flag                       date                 date   period
Goal                       achievement-status   token  achievementStatus
Goal                       category             token  category
Goal                       lifecycle-status     token  lifecycleStatus                         hl7:goal-status
Goal                       start-date           date   startDate
Goal                       target-date          date   target.dueDate
ImagingStudy               modality             token  series.modality
ImagingStudy               reason               token  reasonCode
ImagingStudy               started              date   started
ImagingStudy               status               token  status                                  hl7:imagingstudy-status
Immunization               date                 date   occurrence[x]
Immunization               reaction-date        date   reaction.date
Immunization               reason-code          token  reasonCode
Immunization               status               token  status                                  hl7:event-status
Immunization               status-reason        token  statusReason
Immunization               target-disease       token  protocolApplied.targetDisease
Immunization               vaccine-code         token  vaccineCode
ImmunizationRecommendation date                 date   date
ImmunizationRecommendation status               token  recommendation.forecastStatus
ImmunizationRecommendation target-disease       token  recommendation.targetDisease
ImmunizationRecommendation vaccine-type         token  recommendation.vaccineCode
List                       code                 token  code
List                       date                 date   date
List                       empty-reason         token  emptyReason
List                       status               token  status                                  hl7:list-status
MedicationAdministration   code                 token  medicationCodeableConcept
MedicationAdministration   effective-time       date   effective[x]
MedicationAdministration   status               token  status                                  tho:medication-admin-status
MedicationDispense         code                 token  medicationCodeableConcept
MedicationDispense         status               token  status                                  tho:medicationdispense-status
MedicationDispense         type                 token  type
MedicationDispense         whenhandedover       date   whenHandedOver
MedicationDispense         whenprepared         date   whenPrepared
MedicationRequest          authoredon           date   authoredOn
MedicationRequest          category             token  category
MedicationRequest          code                 token  medicationCodeableConcept
MedicationRequest          date                 date   dosageInstruction.timing.event
MedicationRequest          intent               token  intent                                  hl7:CodeSystem/medicationrequest-intent
MedicationRequest          priority             token  priority                                hl7:request-priority
MedicationRequest          status               token  status                                  hl7:CodeSystem/medicationrequest-status
MedicationStatement        category             token  category
MedicationStatement        code                 token  medicationCodeableConcept
MedicationStatement        effective            date   effective[x]
MedicationStatement        status               token  status                                  hl7:CodeSystem/medication-statement-status
Observation                category             token  category
Observation                code                 token  code
Observation                combo-code           token  code,component.code
Observation                component-code       token  component.code
Observation                date                 date   effective[x]
Observation                method               token  method
Observation                status               token  status                                  hl7:observation-status
Observation                value-concept        token  valueCodeableConcept
Observation                value-date           date   valueDateTime,valuePeriod
Procedure                  category             token  category
Procedure                  code                 token  code
Procedure                  date                 date   performed[x]
Procedure                  reason-code          token  reasonCode
Procedure                  status               token  status                                  hl7:event-status
QuestionnaireResponse      authored             date   authored
QuestionnaireResponse      status               token  status                                  hl7:questionnaire-answers-status
RelatedPerson              relationship         token  relationship
ServiceRequest             authored             date   authoredOn
ServiceRequest             category             token  category
ServiceRequest             code                 token  code
ServiceRequest             intent               token  intent                                  hl7:request-intent
ServiceRequest             occurrence           date   occurrence[x]
ServiceRequest             performer-type       token  performerType
ServiceRequest             priority             token  priority                                hl7:request-priority
ServiceRequest             status               token  status                                  hl7:request-status
Specimen                   bodysite             token  collection.bodySite
Specimen                   collected            date   collection.collected[x]
Specimen                   status               token  status                                  hl7:specimen-status
Specimen                   type                 token  type
Task                       authored-on          date   authoredOn
Task                       business-status      token  businessStatus
Task                       code                 token  code
Task                       intent               token  intent                                  hl7:task-intent
Task                       modified             date   lastModified
Task                       period               date   executionPeriod
Task                       priority             token  priority                                hl7:request-priority
Task                       status               token  status                                  hl7:task-status
"""  # noqa: E501 - a row is read in one piece


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One row: `elements` are paths below the resource, `system` is that of a code which names none."""

    kind: str
    name: str
    search_type: str
    elements: tuple[str, ...]
    system: str = ""


# Where this is looked at, so is the code of a medicine that is named by a reference.
MEDICINE: Final = "medicationCodeableConcept"
LAST_UPDATED: Final = SearchParameter("", "_lastUpdated", DATE, ("meta.lastUpdated",))


def _read() -> Mapping[str, Mapping[str, SearchParameter]]:
    rows: dict[str, dict[str, SearchParameter]] = defaultdict(dict)
    for line in _TABLE.strip().splitlines():
        kind, name, search_type, elements, *system = line.split()
        bound = "".join(system).replace("hl7:", _HL7).replace("tho:", _THO)
        rows[kind][name] = SearchParameter(kind, name, search_type, tuple(elements.split(",")), bound)
    return MappingProxyType({kind: MappingProxyType(named) for kind, named in rows.items()})


SEARCH_PARAMETERS: Final = _read()


def parameters_of(kind: str) -> Mapping[str, SearchParameter]:
    """The parameters of one type by name, `_lastUpdated` among them."""
    return {**SEARCH_PARAMETERS.get(kind, {}), LAST_UPDATED.name: LAST_UPDATED}


def date_elements_of(kind: str) -> tuple[str, ...]:
    """Every element of a type that says when something of it happened, or was written down."""
    rows = SEARCH_PARAMETERS.get(kind, {}).values()
    return tuple(element for row in rows if row.search_type == DATE for element in row.elements)
