"""What becomes of STU3's documents, consents and records about records in R4."""

TABLES = """
AdverseEvent
  identifier             Identifier
  category               code! {AE=actual PAE=potential} > actuality
  type                   CodeableConcept > event
  subject                Reference!
  date                   dateTime
  reaction               Reference* > resultingCondition
  location               Reference
  seriousness            CodeableConcept
  outcome                CodeableConcept
  recorder               Reference
  eventParticipant       Reference > +
  description            string > +
  suspectEntity          -*
    instance             Reference!
    causality            code > +
    causalityAssessment  CodeableConcept ~within causality > assessment
    causalityProductRelatedness  string ~within causality > productRelatedness
    causalityMethod      CodeableConcept ~within causality > method
    causalityAuthor      Reference ~within causality > author
    causalityResult      CodeableConcept > +
  subjectMedicalHistory  Reference*
  referenceDocument      Reference*
  study                  Reference*

Composition
  identifier       Identifier
  status           code! {preliminary final amended entered-in-error}
  type             CodeableConcept!
  class            CodeableConcept* > category
  subject          Reference
  encounter        Reference
  date             dateTime!
  author           Reference*!
  title            string!
  confidentiality  code
  attester         -*
    mode           code! {personal professional legal official}
    time           dateTime
    party          Reference
  custodian        Reference
  relatesTo        -*
    code           code! {@document-relation}
    target[x]      Identifier|Reference!
  event            -*
    code           CodeableConcept*
    period         Period
    detail         Reference*
  section          -*
    title          string
    code           CodeableConcept
    text           Narrative
    mode           code {working snapshot changes}
    orderedBy      CodeableConcept
    entry          Reference*
    emptyReason    CodeableConcept
    section        #Composition.section*

Provenance
  target                 Reference*!
  period                 Period > occurredPeriod
  recorded               instant!
  policy                 uri*
  location               Reference
  reason                 Coding* ~wrap coding
  activity               Coding ~wrap coding
  agent                  -*!
    role                 CodeableConcept*
    whoUri               uri > +
    whoReference         Reference! > who
    onBehalfOfUri        uri > +
    onBehalfOfReference  Reference > onBehalfOf
    relatedAgentType     CodeableConcept > +
  entity                 -*
    role                 code! {derivation revision quotation source removal}
    whatUri              uri > +
    whatIdentifier       Identifier > +
    whatReference        Reference! > what
    agent                #Provenance.agent*
  signature              Signature*

Consent
  identifier        Identifier*
  status            code! {draft proposed active rejected inactive entered-in-error}
  scope             CodeableConcept!
  category          CodeableConcept*!
  patient           Reference
  period            Period ~inside provision
  dateTime          dateTime
  consentingParty   Reference* > performer
  actor             -* ~inside provision
    role            CodeableConcept!
    reference       Reference!
  action            CodeableConcept* ~inside provision
  organization      Reference*
  sourceIdentifier  Identifier > +
  source[x]         Attachment|Reference
  policy            -*
    authority       uri
    uri             uri
  policyRule        uri > +
  securityLabel     Coding* ~inside provision
  purpose           Coding* ~inside provision
  dataPeriod        Period ~inside provision
  data              -* ~inside provision
    meaning         code! {instance related dependents authoredby}
    reference       Reference!
  except            -* ~inside provision > provision
    type            code {deny permit}
    period          Period
    actor           #Consent.actor*
    action          CodeableConcept*
    securityLabel   Coding*
    purpose         Coding*
    class           Coding*
    code            Coding* ~wrap coding
    dataPeriod      Period
    data            #Consent.data*

Account
  identifier   Identifier*
  status       code! {active inactive entered-in-error on-hold unknown}
  type         CodeableConcept
  name         string
  subject      Reference*
  period       Period > +
  active       Period > servicePeriod
  balance      Money > +
  coverage     -*
    coverage   Reference!
    priority   positiveInt
  owner        Reference
  description  string
  guarantor    -*
    party      Reference!
    onHold     boolean
    period     Period

Person
  identifier            Identifier*
  name                  HumanName*
  telecom               ContactPoint*
  gender                code {@gender}
  birthDate             date
  address               Address*
  photo                 Attachment
  managingOrganization  Reference
  active                boolean
  link                  -*
    target              Reference!
    assurance           code {level1 level2 level3 level4}

Group
  identifier      Identifier*
  active          boolean
  type            code! {person animal practitioner device medication substance}
  actual          boolean!
  code            CodeableConcept
  name            string
  quantity        unsignedInt
  characteristic  -*
    code          CodeableConcept!
    value[x]      CodeableConcept|boolean|Quantity|Range!
    exclude       boolean!
    period        Period
  member          -*
    entity        Reference!
    period        Period
    inactive      boolean

Binary
  contentType      code!
  securityContext  Reference
  content          base64Binary > data
"""
