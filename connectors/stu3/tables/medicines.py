"""What becomes of STU3's allergies, medicines and vaccinations in R4."""

TABLES = """
AllergyIntolerance
  identifier          Identifier*
  clinicalStatus      code {active inactive resolved} ~concept allergyintolerance-clinical
  verificationStatus  code {@allergy-verification} ~concept allergyintolerance-verification
  type                code {allergy intolerance}
  category            code* {food medication environment biologic}
  criticality         code {low high unable-to-assess}
  code                CodeableConcept
  patient             Reference!
  onset[x]            dateTime|Age|Period|Range|string
  assertedDate        dateTime > recordedDate
  recorder            Reference
  asserter            Reference
  lastOccurrence      dateTime
  note                Annotation*
  reaction            -*
    substance         CodeableConcept
    manifestation     CodeableConcept*!
    description       string
    onset             dateTime
    severity          code {mild moderate severe}
    exposureRoute     CodeableConcept
    note              Annotation*

Medication
  code              CodeableConcept
  status            code {active inactive entered-in-error}
  isBrand           boolean > +
  isOverTheCounter  boolean > +
  manufacturer      Reference
  form              CodeableConcept
  ingredient        -*
    item[x]         CodeableConcept|Reference!
    isActive        boolean
    amount          Ratio > strength
  package           - ~dissolve
    container       CodeableConcept > +
    content         -* > +
      item[x]       CodeableConcept|Reference
      amount        Quantity
    batch           -
      lotNumber       string
      expirationDate  dateTime
  image             Attachment* > +

MedicationStatement
  identifier         Identifier*
  basedOn            Reference*
  partOf             Reference*
  context            Reference
  status             code! {active completed entered-in-error intended stopped on-hold unknown not-taken}
  category           CodeableConcept
  medication[x]      CodeableConcept|Reference!
  effective[x]       dateTime|Period
  dateAsserted       dateTime
  informationSource  Reference
  subject            Reference!
  derivedFrom        Reference*
  taken              code > +
  reasonNotTaken     CodeableConcept* > statusReason
  reasonCode         CodeableConcept*
  reasonReference    Reference*
  note               Annotation*
  dosage             Dosage*

MedicationRequest
  identifier              Identifier*
  definition              Reference* > +
  basedOn                 Reference*
  groupIdentifier         Identifier
  status                  code! {active on-hold cancelled completed entered-in-error stopped draft unknown}
  intent                  code! {@request-intent}
  category                CodeableConcept*
  priority                code {@request-priority}
  medication[x]           CodeableConcept|Reference!
  subject                 Reference!
  context                 Reference ~encounter > encounter
  supportingInformation   Reference*
  authoredOn              dateTime
  requester               - ~lift agent
    agent                 Reference
    onBehalfOf            Reference > +
  recorder                Reference
  reasonCode              CodeableConcept*
  reasonReference         Reference*
  note                    Annotation*
  dosageInstruction       Dosage*
  dispenseRequest         -
    validityPeriod          Period
    numberOfRepeatsAllowed  unsignedInt
    quantity                Quantity
    expectedSupplyDuration  Duration
    performer               Reference
  substitution            -
    allowed               boolean! > allowedBoolean
    reason                CodeableConcept
  priorPrescription       Reference
  detectedIssue           Reference*
  eventHistory            Reference*

MedicationDispense
  identifier               Identifier*
  partOf                   Reference*
  status                   code! {preparation in-progress on-hold completed entered-in-error stopped}
  category                 CodeableConcept
  medication[x]            CodeableConcept|Reference!
  subject                  Reference
  context                  Reference
  supportingInformation    Reference*
  performer                -*
    actor                  Reference!
    onBehalfOf             Reference > +
  authorizingPrescription  Reference*
  type                     CodeableConcept
  quantity                 Quantity
  daysSupply               Quantity
  whenPrepared             dateTime
  whenHandedOver           dateTime
  destination              Reference
  receiver                 Reference*
  note                     Annotation*
  dosageInstruction        Dosage*
  substitution             -
    wasSubstituted         boolean!
    type                   CodeableConcept
    reason                 CodeableConcept*
    responsibleParty       Reference*
  detectedIssue            Reference*
  notDone                  boolean > +
  notDoneReason[x]         CodeableConcept|Reference > statusReason
  eventHistory             Reference*

MedicationAdministration
  identifier             Identifier*
  definition             Reference* > +
  partOf                 Reference*
  status                 code! {in-progress not-done on-hold completed entered-in-error stopped unknown}
  category               CodeableConcept
  medication[x]          CodeableConcept|Reference!
  subject                Reference!
  context                Reference
  supportingInformation  Reference*
  effective[x]           dateTime|Period!
  performer              -*
    actor                Reference!
    onBehalfOf           Reference > +
  notGiven               boolean > +
  reasonNotGiven         CodeableConcept* > statusReason
  reasonCode             CodeableConcept*
  reasonReference        Reference*
  prescription           Reference > request
  device                 Reference*
  note                   Annotation*
  dosage                 -
    text                 string
    site                 CodeableConcept
    route                CodeableConcept
    method               CodeableConcept
    dose                 Quantity
    rate[x]              Ratio|Quantity
  eventHistory           Reference*

Immunization
  identifier           Identifier*
  status               code! {completed entered-in-error not-done}
  notGiven             boolean > +
  vaccineCode          CodeableConcept!
  patient              Reference!
  encounter            Reference
  date                 dateTime! > occurrenceDateTime
  primarySource        boolean
  reportOrigin         CodeableConcept
  location             Reference
  manufacturer         Reference
  lotNumber            string
  expirationDate       date
  site                 CodeableConcept
  route                CodeableConcept
  doseQuantity         Quantity
  practitioner         -* > performer
    role               CodeableConcept > function
    actor              Reference!
  note                 Annotation*
  explanation          - ~dissolve
    reason             CodeableConcept* > reasonCode
    reasonNotGiven     CodeableConcept > statusReason
  reaction             -*
    date               dateTime
    detail             Reference
    reported           boolean
  vaccinationProtocol  -* > protocolApplied
    doseSequence       positiveInt! > doseNumberPositiveInt
    description        string > +
    authority          Reference
    series             string
    seriesDoses        positiveInt > seriesDosesPositiveInt
    targetDisease      CodeableConcept*
    doseStatus         CodeableConcept > +
    doseStatusReason   CodeableConcept > +

ImmunizationRecommendation
  identifier                     Identifier*
  patient                        Reference!
  date                           dateTime!
  recommendation                 -*!
    date                         dateTime > +
    vaccineCode                  CodeableConcept*
    targetDisease                CodeableConcept
    doseNumber                   positiveInt > doseNumberPositiveInt
    forecastStatus               CodeableConcept!
    dateCriterion                -*
      code                       CodeableConcept!
      value                      dateTime!
    protocol                     - ~dissolve
      doseSequence               positiveInt > +
      description                string
      authority                  Reference > +
      series                     string
    supportingImmunization       Reference*
    supportingPatientInformation Reference*
"""
