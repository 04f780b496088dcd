"""What becomes of STU3's people, organisations and places in R4."""

TABLES = """
Patient
  identifier            Identifier*
  active                boolean
  name                  HumanName*
  telecom               ContactPoint*
  gender                code {@gender}
  birthDate             date
  deceased[x]           boolean|dateTime
  address               Address*
  maritalStatus         CodeableConcept
  multipleBirth[x]      boolean|integer
  photo                 Attachment*
  contact               -*
    relationship        CodeableConcept*
    name                HumanName
    telecom             ContactPoint*
    address             Address
    gender              code {@gender}
    organization        Reference
    period              Period
  animal                - > +
    species             CodeableConcept
    breed               CodeableConcept
    genderStatus        CodeableConcept
  communication         -*
    language            CodeableConcept!
    preferred           boolean
  generalPractitioner   Reference*
  managingOrganization  Reference
  link                  -*
    other               Reference!
    type                code! {replaced-by replaces refer seealso}

RelatedPerson
  identifier    Identifier*
  active        boolean
  patient       Reference!
  relationship  CodeableConcept*
  name          HumanName*
  telecom       ContactPoint*
  gender        code {@gender}
  birthDate     date
  address       Address*
  photo         Attachment*
  period        Period

Practitioner
  identifier     Identifier*
  active         boolean
  name           HumanName*
  telecom        ContactPoint*
  address        Address*
  gender         code {@gender}
  birthDate      date
  photo          Attachment*
  qualification  -*
    identifier   Identifier*
    code         CodeableConcept!
    period       Period
    issuer       Reference
  communication  CodeableConcept*

PractitionerRole
  identifier              Identifier*
  active                  boolean
  period                  Period
  practitioner            Reference
  organization            Reference
  code                    CodeableConcept*
  specialty               CodeableConcept*
  location                Reference*
  healthcareService       Reference*
  telecom                 ContactPoint*
  availableTime           -*
    daysOfWeek            code* {@days}
    allDay                boolean
    availableStartTime    time
    availableEndTime      time
  notAvailable            -*
    description           string!
    during                Period
  availabilityExceptions  string
  endpoint                Reference*

Organization
  identifier  Identifier*
  active      boolean
  type        CodeableConcept*
  name        string
  alias       string*
  telecom     ContactPoint*
  address     Address*
  partOf      Reference
  contact     -*
    purpose   CodeableConcept
    name      HumanName
    telecom   ContactPoint*
    address   Address
  endpoint    Reference*

Location
  identifier            Identifier*
  status                code {active suspended inactive}
  operationalStatus     Coding
  name                  string
  alias                 string*
  description           string
  mode                  code {instance kind}
  type                  CodeableConcept*
  telecom               ContactPoint*
  address               Address
  physicalType          CodeableConcept
  position              -
    longitude           decimal!
    latitude            decimal!
    altitude            decimal
  managingOrganization  Reference
  partOf                Reference
  endpoint              Reference*

HealthcareService
  identifier              Identifier*
  active                  boolean
  providedBy              Reference
  category                CodeableConcept*
  type                    CodeableConcept*
  specialty               CodeableConcept*
  location                Reference*
  name                    string
  comment                 string
  extraDetails            markdown
  photo                   Attachment
  telecom                 ContactPoint*
  coverageArea            Reference*
  serviceProvisionCode    CodeableConcept*
  eligibility             CodeableConcept ~within eligibility > code
  eligibilityNote         markdown ~within eligibility > comment
  programName             string* ~text > program
  characteristic          CodeableConcept*
  referralMethod          CodeableConcept*
  appointmentRequired     boolean
  availableTime           -*
    daysOfWeek            code* {@days}
    allDay                boolean
    availableStartTime    time
    availableEndTime      time
  notAvailable            -*
    description           string!
    during                Period
  availabilityExceptions  string
  endpoint                Reference*

Endpoint
  identifier            Identifier*
  status                code! {active suspended error off entered-in-error test}
  connectionType        Coding!
  name                  string
  managingOrganization  Reference
  contact               ContactPoint*
  period                Period
  payloadType           CodeableConcept*!
  payloadMimeType       code*
  address               url!
  header                string*
"""
