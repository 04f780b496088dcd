"""What becomes of STU3's contacts, lists, requests and documents in R4."""

TABLES = """
Encounter
  identifier                Identifier*
  status                    code! {@encounter-status}
  statusHistory             -*
    status                  code! {@encounter-status}
    period                  Period!
  class                     Coding!
  classHistory              -*
    class                   Coding!
    period                  Period!
  type                      CodeableConcept*
  priority                  CodeableConcept
  subject                   Reference
  episodeOfCare             Reference*
  incomingReferral          Reference* > basedOn
  participant               -*
    type                    CodeableConcept*
    period                  Period
    individual              Reference
  appointment               Reference*
  period                    Period
  length                    Duration
  reason                    CodeableConcept* > reasonCode
  diagnosis                 -*
    condition               Reference!
    role                    CodeableConcept > use
    rank                    positiveInt
  account                   Reference*
  hospitalization           -
    preAdmissionIdentifier  Identifier
    origin                  Reference
    admitSource             CodeableConcept
    reAdmission             CodeableConcept
    dietPreference          CodeableConcept*
    specialCourtesy         CodeableConcept*
    specialArrangement      CodeableConcept*
    destination             Reference
    dischargeDisposition    CodeableConcept
  location                  -*
    location                Reference!
    status                  code {planned active reserved completed}
    period                  Period
  serviceProvider           Reference
  partOf                    Reference

EpisodeOfCare
  identifier            Identifier*
  status                code! {@episode-status}
  statusHistory         -*
    status              code! {@episode-status}
    period              Period!
  type                  CodeableConcept*
  diagnosis             -*
    condition           Reference!
    role                CodeableConcept
    rank                positiveInt
  patient               Reference!
  managingOrganization  Reference
  period                Period
  referralRequest       Reference*
  careManager           Reference
  team                  Reference*
  account               Reference*

List
  identifier   Identifier*
  status       code! {current retired entered-in-error}
  mode         code! {working snapshot changes}
  title        string
  code         CodeableConcept
  subject      Reference
  encounter    Reference
  date         dateTime
  source       Reference
  orderedBy    CodeableConcept
  note         Annotation*
  entry        -*
    flag       CodeableConcept
    deleted    boolean
    date       dateTime
    item       Reference!
  emptyReason  CodeableConcept

ProcedureRequest > ServiceRequest
  identifier       Identifier*
  definition       Reference* > +
  basedOn          Reference*
  replaces         Reference*
  requisition      Identifier
  status           code! {@request-status}
  intent           code! {@request-intent}
  priority         code {@request-priority}
  doNotPerform     boolean
  category         CodeableConcept*
  code             CodeableConcept
  subject          Reference!
  context          Reference ~encounter > encounter
  occurrence[x]    dateTime|Period|Timing
  asNeeded[x]      boolean|CodeableConcept
  authoredOn       dateTime
  requester        - ~lift agent
    agent          Reference
    onBehalfOf     Reference > +
  performerType    CodeableConcept
  performer        Reference*
  reasonCode       CodeableConcept*
  reasonReference  Reference*
  supportingInfo   Reference*
  specimen         Reference*
  bodySite         CodeableConcept*
  note             Annotation*
  relevantHistory  Reference*

ReferralRequest > ServiceRequest
  identifier        Identifier*
  definition        Reference* > +
  basedOn           Reference*
  replaces          Reference*
  groupIdentifier   Identifier > requisition
  status            code! {@request-status}
  intent            code! {@request-intent}
  type              CodeableConcept > code
  priority          code {@request-priority}
  serviceRequested  CodeableConcept* > orderDetail
  subject           Reference!
  context           Reference ~encounter > encounter
  occurrence[x]     dateTime|Period
  authoredOn        dateTime
  requester         - ~lift agent
    agent           Reference
    onBehalfOf      Reference > +
  specialty         CodeableConcept > performerType
  recipient         Reference* > performer
  reasonCode        CodeableConcept*
  reasonReference   Reference*
  description       string > +
  supportingInfo    Reference*
  note              Annotation*
  relevantHistory   Reference*

DocumentReference
  masterIdentifier     Identifier
  identifier           Identifier*
  status               code! {current superseded entered-in-error}
  docStatus            code {preliminary final amended entered-in-error}
  type                 CodeableConcept
  class                CodeableConcept* > category
  subject              Reference
  created              dateTime > +
  indexed              instant > date
  author               Reference*
  authenticator        Reference
  custodian            Reference
  relatesTo            -*
    code               code! {@document-relation}
    target             Reference!
  description          string
  securityLabel        CodeableConcept*
  content              -*!
    attachment         Attachment!
    format             Coding
  context              -
    encounter          Reference*
    event              CodeableConcept*
    period             Period
    facilityType       CodeableConcept
    practiceSetting    CodeableConcept
    sourcePatientInfo  Reference
    related            -* ~lift ref
      identifier       Identifier
      ref              Reference

Appointment
  identifier             Identifier*
  status                 code! {@appointment-status}
  serviceCategory        CodeableConcept*
  serviceType            CodeableConcept*
  specialty              CodeableConcept*
  appointmentType        CodeableConcept
  reason                 CodeableConcept* > reasonCode
  indication             Reference* > reasonReference
  priority               unsignedInt
  description            string
  supportingInformation  Reference*
  start                  instant
  end                    instant
  minutesDuration        positiveInt
  slot                   Reference*
  created                dateTime
  comment                string
  incomingReferral       Reference* > basedOn
  participant            -*!
    type                 CodeableConcept*
    actor                Reference
    required             code {required optional information-only}
    status               code! {@participation-status}
  requestedPeriod        Period*

AppointmentResponse
  identifier         Identifier*
  appointment        Reference!
  start              instant
  end                instant
  participantType    CodeableConcept*
  actor              Reference
  participantStatus  code! {@participation-status}
  comment            string

Schedule
  identifier       Identifier*
  active           boolean
  serviceCategory  CodeableConcept*
  serviceType      CodeableConcept*
  specialty        CodeableConcept*
  actor            Reference*!
  planningHorizon  Period
  comment          string

Slot
  identifier       Identifier*
  serviceCategory  CodeableConcept*
  serviceType      CodeableConcept*
  specialty        CodeableConcept*
  appointmentType  CodeableConcept
  schedule         Reference!
  status           code! {busy free busy-unavailable busy-tentative entered-in-error}
  start            instant!
  end              instant!
  overbooked       boolean
  comment          string
"""
