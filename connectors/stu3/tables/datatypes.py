"""What becomes of STU3's data types in R4."""

TABLES = """
Element

Extension
  url       uri
  value[x]  base64Binary|boolean|code|date|dateTime|decimal|id|instant|integer|markdown
  value[x]  oid|positiveInt|string|time|unsignedInt|uri
  value[x]  Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactDetail|ContactPoint
  value[x]  Count|Distance|Dosage|Duration|HumanName|Identifier|Meta|Money|Period|Quantity
  value[x]  Range|Ratio|Reference|SampledData|Signature|Timing

Meta
  versionId    id
  lastUpdated  instant
  profile      uri* > +
  security     Coding*
  tag          Coding*

Narrative
  status  code! {generated extensions additional empty}
  div     xhtml!

Reference
  reference   string ~reference
  identifier  Identifier
  display     string

Identifier
  use       code {usual official temp secondary old}
  type      CodeableConcept
  system    uri
  value     string
  period    Period
  assigner  Reference

CodeableConcept
  coding  Coding*
  text    string

Coding
  system        uri
  version       string
  code          code
  display       string
  userSelected  boolean

Quantity
  value       decimal
  comparator  code {@comparator}
  unit        string
  system      uri
  code        code

Age
  value       decimal
  comparator  code {@comparator}
  unit        string
  system      uri
  code        code

Count
  value       decimal
  comparator  code {@comparator}
  unit        string
  system      uri
  code        code

Distance
  value       decimal
  comparator  code {@comparator}
  unit        string
  system      uri
  code        code

Duration
  value       decimal
  comparator  code {@comparator}
  unit        string
  system      uri
  code        code

Money
  value       decimal
  code        code > currency
  comparator  code > +
  unit        string > +
  system      uri > +

Period
  start  dateTime
  end    dateTime

Range
  low   Quantity
  high  Quantity

Ratio
  numerator    Quantity
  denominator  Quantity

SampledData
  origin      Quantity!
  period      decimal!
  factor      decimal
  lowerLimit  decimal
  upperLimit  decimal
  dimensions  positiveInt!
  data        string

Annotation
  author[x]  Reference|string
  time       dateTime
  text       markdown!

HumanName
  use     code {usual official temp nickname anonymous old maiden}
  text    string
  family  string
  given   string*
  prefix  string*
  suffix  string*
  period  Period

Address
  use         code {home work temp old billing}
  type        code {postal physical both}
  text        string
  line        string*
  city        string
  district    string
  state       string
  postalCode  string
  country     string
  period      Period

ContactPoint
  system  code {phone fax email pager url sms other}
  value   string
  use     code {home work temp old mobile}
  rank    positiveInt
  period  Period

Attachment
  contentType  code
  language     code
  data         base64Binary
  url          url
  size         unsignedInt
  hash         base64Binary
  title        string
  creation     dateTime

Signature
  type         Coding*!
  when         instant!
  who          Reference!
  whoReference Reference > who
  whoUri       uri > +
  onBehalfOfReference  Reference > onBehalfOf
  onBehalfOfUri        uri > +
  contentType  code > sigFormat
  blob         base64Binary > data

ContactDetail
  name     string
  telecom  ContactPoint*

Timing
  event   dateTime*
  repeat  -
    bounds[x]     Duration|Range|Period
    count         positiveInt
    countMax      positiveInt
    duration      decimal
    durationMax   decimal
    durationUnit  code {@units-of-time}
    frequency     positiveInt
    frequencyMax  positiveInt
    period        decimal
    periodMax     decimal
    periodUnit    code {@units-of-time}
    dayOfWeek     code* {@days}
    timeOfDay     time*
    when          code* {@event-timing}
    offset        unsignedInt
  code    CodeableConcept

Dosage
  sequence                  integer
  text                      string
  additionalInstruction     CodeableConcept*
  patientInstruction        string
  timing                    Timing
  asNeeded[x]               boolean|CodeableConcept
  site                      CodeableConcept
  route                     CodeableConcept
  method                    CodeableConcept
  dose[x]                   Range|Quantity ~within doseAndRate
  rate[x]                   Ratio|Range|Quantity ~within doseAndRate
  maxDosePerPeriod          Ratio
  maxDosePerAdministration  Quantity
  maxDosePerLifetime        Quantity
"""
