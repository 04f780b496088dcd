"""What becomes of STU3's communications and orders of food in R4."""

TABLES = """
Communication
  identifier       Identifier*
  definition       Reference* > +
  basedOn          Reference*
  partOf           Reference*
  status           code! {@event-status}
  notDone          boolean > +
  notDoneReason    CodeableConcept > statusReason
  category         CodeableConcept*
  medium           CodeableConcept*
  subject          Reference
  recipient        Reference*
  topic            Reference* > about
  context          Reference ~encounter > encounter
  sent             dateTime
  received         dateTime
  sender           Reference
  reasonCode       CodeableConcept*
  reasonReference  Reference*
  payload          -*
    content[x]     string|Attachment|Reference!
  note             Annotation*

CommunicationRequest
  identifier       Identifier*
  basedOn          Reference*
  replaces         Reference*
  groupIdentifier  Identifier
  status           code! {@request-status}
  category         CodeableConcept*
  priority         code {@request-priority}
  medium           CodeableConcept*
  subject          Reference
  recipient        Reference*
  topic            Reference* > about
  context          Reference ~encounter > encounter
  payload          -*
    content[x]     string|Attachment|Reference!
  occurrence[x]    dateTime|Period
  authoredOn       dateTime
  sender           Reference
  requester        - ~lift agent
    agent          Reference
    onBehalfOf     Reference > +
  reasonCode       CodeableConcept*
  reasonReference  Reference*
  note             Annotation*

NutritionOrder
  identifier                  Identifier*
  status                      code! {@nutrition-status}
  intent                      code! {@request-intent}
  patient                     Reference!
  encounter                   Reference
  dateTime                    dateTime!
  orderer                     Reference
  allergyIntolerance          Reference*
  foodPreferenceModifier      CodeableConcept*
  excludeFoodModifier         CodeableConcept*
  oralDiet                    -
    type                      CodeableConcept*
    schedule                  Timing*
    nutrient                  -*
      modifier                CodeableConcept
      amount                  Quantity
    texture                   -*
      modifier                CodeableConcept
      foodType                CodeableConcept
    fluidConsistencyType      CodeableConcept*
    instruction               string
  supplement                  -*
    type                      CodeableConcept
    productName               string
    schedule                  Timing*
    quantity                  Quantity
    instruction               string
  enteralFormula              -
    baseFormulaType           CodeableConcept
    baseFormulaProductName    string
    additiveType              CodeableConcept
    additiveProductName       string
    caloricDensity            Quantity
    routeofAdministration     CodeableConcept
    administration            -*
      schedule                Timing
      quantity                Quantity
      rate[x]                 Quantity|Ratio
    maxVolumeToDeliver        Quantity
    administrationInstruction string
"""
