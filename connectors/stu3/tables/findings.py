"""What becomes of STU3's problems, observations, reports and procedures in R4."""

TABLES = """
Condition
  identifier          Identifier*
  clinicalStatus      code {@condition-clinical} ~concept condition-clinical
  verificationStatus  code {@condition-verification} ~concept condition-ver-status
  category            CodeableConcept*
  severity            CodeableConcept
  code                CodeableConcept
  bodySite            CodeableConcept*
  subject             Reference!
  context             Reference ~encounter > encounter
  onset[x]            dateTime|Age|Period|Range|string
  abatement[x]        dateTime|Age|Period|Range|string
  abatementBoolean    boolean > +
  assertedDate        dateTime > recordedDate
  asserter            Reference
  stage               -*
    summary           CodeableConcept
    assessment        Reference*
  evidence            -*
    code              CodeableConcept*
    detail            Reference*
  note                Annotation*

Observation
  identifier        Identifier*
  basedOn           Reference*
  status            code! {@observation-status}
  category          CodeableConcept*
  code              CodeableConcept!
  subject           Reference
  context           Reference ~encounter > encounter
  effective[x]      dateTime|Period
  issued            instant
  performer         Reference*
  value[x]          Quantity|CodeableConcept|string|boolean|integer
  value[x]          Range|Ratio|SampledData|time|dateTime|Period
  valueAttachment   Attachment > +
  dataAbsentReason  CodeableConcept
  interpretation    CodeableConcept*
  comment           string ~note
  bodySite          CodeableConcept
  method            CodeableConcept
  specimen          Reference
  device            Reference
  referenceRange    -*
    low             Quantity
    high            Quantity
    type            CodeableConcept
    appliesTo       CodeableConcept*
    age             Range
    text            string
  related           -* ~related
    type            code
    target          Reference
  component         -*
    code              CodeableConcept!
    value[x]          Quantity|CodeableConcept|string|boolean|integer
    value[x]          Range|Ratio|SampledData|time|dateTime|Period
    valueAttachment   Attachment > +
    dataAbsentReason  CodeableConcept
    interpretation    CodeableConcept*
    referenceRange    #Observation.referenceRange*

DiagnosticReport
  identifier      Identifier*
  basedOn         Reference*
  status          code! {@report-status}
  category        CodeableConcept*
  code            CodeableConcept!
  subject         Reference
  context         Reference ~encounter > encounter
  effective[x]    dateTime|Period
  issued          instant
  performer       -* ~lift actor
    role          CodeableConcept > +
    actor         Reference
  specimen        Reference*
  result          Reference*
  imagingStudy    Reference*
  image           -* > media
    comment       string
    link          Reference!
  conclusion      string
  codedDiagnosis  CodeableConcept* > conclusionCode
  presentedForm   Attachment*

Specimen
  identifier           Identifier*
  accessionIdentifier  Identifier
  status               code {available unavailable unsatisfactory entered-in-error}
  type                 CodeableConcept
  subject              Reference
  receivedTime         dateTime
  parent               Reference*
  request              Reference*
  collection           -
    collector          Reference
    collected[x]       dateTime|Period
    quantity           Quantity
    method             CodeableConcept
    bodySite           CodeableConcept
  processing           -*
    description        string
    procedure          CodeableConcept
    additive           Reference*
    time[x]            dateTime|Period
  container            -*
    identifier         Identifier*
    description        string
    type               CodeableConcept
    capacity           Quantity
    specimenQuantity   Quantity
    additive[x]        CodeableConcept|Reference
  note                 Annotation*

QuestionnaireResponse
  identifier     Identifier
  basedOn        Reference*
  parent         Reference* > partOf
  questionnaire  Reference ~canonical
  status         code! {in-progress completed amended entered-in-error stopped}
  subject        Reference
  context        Reference ~encounter > encounter
  authored       dateTime
  author         Reference
  source         Reference
  item           -*
    linkId       string!
    definition   uri
    text         string
    subject      Reference > +
    answer       -*
      value[x]   boolean|decimal|integer|date|dateTime|time|string|uri|Attachment|Coding|Quantity|Reference
      item       #QuestionnaireResponse.item*
    item         #QuestionnaireResponse.item*

Procedure
  identifier          Identifier*
  definition          Reference* > +
  basedOn             Reference*
  partOf              Reference*
  status              code! {@event-status}
  notDone             boolean > +
  notDoneReason       CodeableConcept > statusReason
  category            CodeableConcept
  code                CodeableConcept
  subject             Reference!
  context             Reference ~encounter > encounter
  performed[x]        dateTime|Period
  performer           -*
    role              CodeableConcept > function
    actor             Reference!
    onBehalfOf        Reference
  location            Reference
  reasonCode          CodeableConcept*
  reasonReference     Reference*
  bodySite            CodeableConcept*
  outcome             CodeableConcept
  report              Reference*
  complication        CodeableConcept*
  complicationDetail  Reference*
  followUp            CodeableConcept*
  note                Annotation*
  focalDevice         -*
    action            CodeableConcept
    manipulated       Reference!
  usedReference       Reference*
  usedCode            CodeableConcept*

FamilyMemberHistory
  identifier        Identifier*
  definition        Reference* > +
  status            code! {partial completed entered-in-error health-unknown}
  notDone           boolean > +
  notDoneReason     CodeableConcept > dataAbsentReason
  patient           Reference!
  date              dateTime
  name              string
  relationship      CodeableConcept!
  gender            code {@gender} ~concept administrative-gender > sex
  born[x]           Period|date|string
  age[x]            Age|Range|string
  estimatedAge      boolean
  deceased[x]       boolean|Age|Range|date|string
  reasonCode        CodeableConcept*
  reasonReference   Reference*
  note              Annotation*
  condition         -*
    code            CodeableConcept!
    outcome         CodeableConcept
    onset[x]        Age|Range|Period|string
    note            Annotation*
"""
