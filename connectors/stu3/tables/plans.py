"""What becomes of STU3's plans, goals, alerts and tasks in R4."""

TABLES = """
CarePlan
  identifier                Identifier*
  definition                Reference* > +
  basedOn                   Reference*
  replaces                  Reference*
  partOf                    Reference*
  status                    code! {@request-status}
  intent                    code! {proposal plan order option}
  category                  CodeableConcept*
  title                     string
  description               string
  subject                   Reference!
  context                   Reference ~encounter > encounter
  period                    Period
  author                    Reference
  careTeam                  Reference*
  addresses                 Reference*
  supportingInfo            Reference*
  goal                      Reference*
  activity                  -*
    outcomeCodeableConcept  CodeableConcept*
    outcomeReference        Reference*
    progress                Annotation*
    reference               Reference
    detail                  -
      category              CodeableConcept > +
      definition            Reference > +
      code                  CodeableConcept
      reasonCode            CodeableConcept*
      reasonReference       Reference*
      goal                  Reference*
      status                code! {@activity-status}
      statusReason          string ~text
      prohibited            boolean > doNotPerform
      scheduled[x]          Timing|Period|string
      location              Reference
      performer             Reference*
      product[x]            CodeableConcept|Reference
      dailyAmount           Quantity
      quantity              Quantity
      description           string
  note                      Annotation*

CareTeam
  identifier            Identifier*
  status                code {proposed active suspended inactive entered-in-error}
  category              CodeableConcept*
  name                  string
  subject               Reference
  context               Reference ~encounter > encounter
  period                Period
  participant           -*
    role                CodeableConcept*
    member              Reference
    onBehalfOf          Reference
    period              Period
  reasonCode            CodeableConcept*
  reasonReference       Reference*
  managingOrganization  Reference*
  note                  Annotation*

Goal
  identifier        Identifier*
  status            code! {@goal-status} > lifecycleStatus
  category          CodeableConcept*
  priority          CodeableConcept
  description       CodeableConcept!
  subject           Reference!
  start[x]          date|CodeableConcept
  target            -*
    measure         CodeableConcept
    detail[x]       Quantity|Range|CodeableConcept
    due[x]          date|Duration
  statusDate        date
  statusReason      string
  expressedBy       Reference
  addresses         Reference*
  note              Annotation*
  outcomeCode       CodeableConcept*
  outcomeReference  Reference*

Flag
  identifier  Identifier*
  status      code! {active inactive entered-in-error}
  category    CodeableConcept*
  code        CodeableConcept!
  subject     Reference!
  period      Period
  encounter   Reference
  author      Reference

DetectedIssue
  identifier  Identifier*
  status      code! {@observation-status}
  category    CodeableConcept > code
  severity    code {high moderate low}
  patient     Reference
  date        dateTime > identifiedDateTime
  author      Reference
  implicated  Reference*
  detail      string
  reference   uri
  mitigation  -*
    action    CodeableConcept!
    date      dateTime
    author    Reference

RiskAssessment
  identifier             Identifier*
  basedOn                Reference
  parent                 Reference
  status                 code! {@observation-status}
  method                 CodeableConcept
  code                   CodeableConcept
  subject                Reference!
  context                Reference ~encounter > encounter
  occurrence[x]          dateTime|Period
  condition              Reference
  performer              Reference
  reasonCodeableConcept  CodeableConcept* > reasonCode
  reasonReference        Reference*
  basis                  Reference*
  prediction             -*
    outcome              CodeableConcept
    probability[x]       decimal|Range
    qualitativeRisk      CodeableConcept
    relativeRisk         decimal
    when[x]              Period|Range
    rationale            string
  mitigation             string
  comment                string ~note

Task
  identifier           Identifier*
  definitionUri        uri > instantiatesUri
  definitionReference  Reference > +
  basedOn              Reference*
  groupIdentifier      Identifier
  partOf               Reference*
  status               code! {@task-status}
  statusReason         CodeableConcept
  businessStatus       CodeableConcept
  intent               code! {unknown @request-intent}
  priority             code {normal=routine @request-priority}
  code                 CodeableConcept
  description          string
  focus                Reference
  for                  Reference
  context              Reference ~encounter > encounter
  executionPeriod      Period
  authoredOn           dateTime
  lastModified         dateTime
  requester            - ~lift agent
    agent              Reference
    onBehalfOf         Reference > +
  performerType        CodeableConcept*
  owner                Reference
  reason               CodeableConcept > reasonCode
  note                 Annotation*
  relevantHistory      Reference*
  restriction          -
    repetitions        positiveInt
    period             Period
    recipient          Reference*
  input                -*
    type               CodeableConcept!
    value[x]           base64Binary|boolean|code|date|dateTime|decimal|id|instant|integer|markdown!
    value[x]           oid|positiveInt|string|time|unsignedInt|uri
    value[x]           Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint
    value[x]           Count|Distance|Duration|HumanName|Identifier|Meta|Money|Period|Quantity
    value[x]           Range|Ratio|Reference|SampledData|Signature|Timing
  output               -*
    type               CodeableConcept!
    value[x]           base64Binary|boolean|code|date|dateTime|decimal|id|instant|integer|markdown!
    value[x]           oid|positiveInt|string|time|unsignedInt|uri
    value[x]           Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint
    value[x]           Count|Distance|Duration|HumanName|Identifier|Meta|Money|Period|Quantity
    value[x]           Range|Ratio|Reference|SampledData|Signature|Timing

ClinicalImpression
  identifier                Identifier*
  status                    code! {draft=in-progress in-progress completed entered-in-error}
  code                      CodeableConcept
  description               string
  subject                   Reference!
  context                   Reference ~encounter > encounter
  effective[x]              dateTime|Period
  date                      dateTime
  assessor                  Reference
  previous                  Reference
  problem                   Reference*
  investigation             -*
    code                    CodeableConcept!
    item                    Reference*
  protocol                  uri*
  summary                   string
  finding                   -*
    itemCodeableConcept     CodeableConcept
    itemReference           Reference
    basis                   string
  prognosisCodeableConcept  CodeableConcept*
  prognosisReference        Reference*
  action                    Reference* > +
  note                      Annotation*
"""
