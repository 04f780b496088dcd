"""What becomes of STU3's devices, supplies and images in R4."""

TABLES = """
Device
  identifier          Identifier*
  udi                 -* > udiCarrier
    deviceIdentifier  string
    name              string > +
    jurisdiction      uri
    carrierHRF        string
    carrierAIDC       base64Binary
    issuer            uri
    entryType         code {barcode rfid manual card self-reported unknown}
  status              code {active inactive entered-in-error unknown}
  type                CodeableConcept
  lotNumber           string
  manufacturer        string
  manufactureDate     dateTime
  expirationDate      dateTime
  model               string > modelNumber
  version             string ~within version > value
  patient             Reference
  owner               Reference
  contact             ContactPoint*
  location            Reference
  url                 uri
  note                Annotation*
  safety              CodeableConcept*

DeviceUseStatement
  identifier  Identifier*
  status      code! {active completed entered-in-error intended stopped on-hold}
  subject     Reference!
  whenUsed    Period > +
  timing[x]   Timing|Period|dateTime
  recordedOn  dateTime
  source      Reference
  device      Reference!
  indication  CodeableConcept* > reasonCode
  bodySite    CodeableConcept
  note        Annotation*

DeviceRequest
  identifier       Identifier*
  definition       Reference* > +
  basedOn          Reference*
  priorRequest     Reference*
  groupIdentifier  Identifier
  status           code {@request-status}
  intent           CodeableConcept > +
  priority         code {@request-priority}
  code[x]          Reference|CodeableConcept!
  subject          Reference!
  context          Reference ~encounter > encounter
  occurrence[x]    dateTime|Period|Timing
  authoredOn       dateTime
  requester        - ~lift agent
    agent          Reference
    onBehalfOf     Reference > +
  performerType    CodeableConcept
  performer        Reference
  reasonCode       CodeableConcept*
  reasonReference  Reference*
  supportingInfo   Reference*
  note             Annotation*
  relevantHistory  Reference*

DeviceMetric
  identifier         Identifier*
  type               CodeableConcept!
  unit               CodeableConcept
  source             Reference
  parent             Reference
  operationalStatus  code {on off standby entered-in-error}
  color              code {black red green yellow blue magenta cyan white}
  category           code! {measurement setting calculation unspecified}
  measurementPeriod  Timing
  calibration        -*
    type             code {unspecified offset gain two-point}
    state            code {not-calibrated calibration-required calibrated unspecified}
    time             instant

SupplyRequest
  identifier             Identifier*
  status                 code {draft active suspended cancelled completed entered-in-error unknown}
  category               CodeableConcept
  priority               code {@request-priority}
  orderedItem            - ~dissolve
    quantity             Quantity
    item[x]              CodeableConcept|Reference
  item[x]                CodeableConcept|Reference!
  quantity               Quantity!
  occurrence[x]          dateTime|Period|Timing
  authoredOn             dateTime
  requester              - ~lift agent
    agent                Reference
    onBehalfOf           Reference > +
  supplier               Reference*
  reasonCodeableConcept  CodeableConcept* > reasonCode
  reasonReference        Reference*
  deliverFrom            Reference
  deliverTo              Reference

Substance
  identifier    Identifier*
  status        code {active inactive entered-in-error}
  category      CodeableConcept*
  code          CodeableConcept!
  description   string
  instance      -*
    identifier  Identifier
    expiry      dateTime
    quantity    Quantity
  ingredient    -*
    quantity    Ratio
    substance[x]  CodeableConcept|Reference!

BodySite > BodyStructure
  identifier   Identifier*
  active       boolean
  code         CodeableConcept > location
  qualifier    CodeableConcept* > locationQualifier
  description  string
  image        Attachment*
  patient      Reference!

Media
  identifier     Identifier*
  basedOn        Reference*
  status         code! {@event-status}
  type           code {photo=image video audio} ~concept media-type
  subtype        CodeableConcept > modality
  view           CodeableConcept
  subject        Reference
  context        Reference ~encounter > encounter
  occurrence[x]  dateTime|Period > created
  operator       Reference
  reasonCode     CodeableConcept*
  bodySite       CodeableConcept
  device         Reference
  height         positiveInt
  width          positiveInt
  frames         positiveInt
  duration       decimal
  content        Attachment!
  note           Annotation*

ImagingStudy
  uid                 oid > +
  accession           Identifier > +
  identifier          Identifier*
  status              code! {registered available cancelled entered-in-error unknown}
  availability        code > +
  modalityList        Coding* > modality
  patient             Reference! > subject
  context             Reference ~encounter > encounter
  started             dateTime
  basedOn             Reference*
  referrer            Reference
  interpreter         Reference*
  endpoint            Reference*
  numberOfSeries      unsignedInt
  numberOfInstances   unsignedInt
  procedureReference  Reference
  procedureCode       CodeableConcept*
  reason              CodeableConcept* > reasonCode
  description         string
  series              -*
    uid               oid! ~uid
    number            unsignedInt
    modality          Coding!
    description       string
    numberOfInstances unsignedInt
    availability      code > +
    endpoint          Reference*
    bodySite          Coding
    laterality        Coding
    started           dateTime
    performer         Reference* ~wrap actor
    instance          -*
      uid             oid! ~uid
      number          unsignedInt
      sopClass        Coding! ~sop
      title           string
"""
