"""The coded words that the people's records use: SNOMED CT, LOINC and UCUM as FHIR concepts.

A concept carries a code only where that code is beyond doubt; medicines mostly go by their dm+d
description as text, as uncoded entries in real records do.
"""

from __future__ import annotations

from typing import Any

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

Concept = dict[str, Any]


def said(text: str) -> Concept:
    """A concept in words alone."""
    return {"text": text}


def snomed(code: str, display: str, text: str = "") -> Concept:
    """A SNOMED CT concept; `text` is what was written where that differs from the term."""
    return {"coding": [{"system": SNOMED, "code": code, "display": display}], "text": text or display}


def loinc(code: str, display: str, text: str = "") -> Concept:
    """A LOINC concept; `text` is what the laboratory calls it."""
    return {"coding": [{"system": LOINC, "code": code, "display": display}], "text": text or display}


def hl7(system: str, code: str) -> Concept:
    """A concept of HL7's own terminology, by the last part of its system."""
    return {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": code}]}


DIABETES_2 = snomed("44054006", "Type 2 diabetes mellitus")
HYPERTENSION = snomed("38341003", "Hypertensive disorder", "Hypertension")
CKD_3 = snomed("433144002", "Chronic kidney disease stage 3")
ASTHMA = snomed("195967001", "Asthma")
COPD = snomed("13645005", "Chronic obstructive pulmonary disease", "COPD")
ATRIAL_FIBRILLATION = snomed("49436004", "Atrial fibrillation")
HEART_FAILURE = snomed("84114007", "Heart failure")
ISCHAEMIC_HEART = snomed("414545008", "Ischaemic heart disease")
CHLAMYDIA = snomed("240589008", "Chlamydia trachomatis infection", "Chlamydial infection")
ANKLE_SPRAIN = snomed("44465007", "Sprain of ankle", "Ankle sprain")
DEPRESSION = snomed("35489007", "Depressive disorder", "Depression")
ANXIETY = snomed("197480006", "Anxiety disorder")
BIPOLAR = snomed("13746004", "Bipolar disorder")
DEMENTIA = snomed("52448006", "Dementia")
STROKE = snomed("230690007", "Cerebrovascular accident", "Stroke")
HYPOTHYROIDISM = snomed("40930008", "Hypothyroidism")
OSTEOARTHRITIS = snomed("396275006", "Osteoarthritis", "Osteoarthritis of the left hip")
EPILEPSY = snomed("84757009", "Epilepsy")
PNEUMONIA = snomed("233604007", "Pneumonia")
PREGNANCY = snomed("77386006", "Pregnancy", "Pregnant")

PENICILLIN_ALLERGY = snomed("91936005", "Allergy to penicillin")
AMOXICILLIN_ALLERGY = snomed("294505008", "Allergy to amoxicillin")
PEANUT_ALLERGY = snomed("91935009", "Allergy to peanut")
NO_KNOWN_ALLERGY = snomed("716186003", "No known allergy", "No known allergies")
ANAPHYLAXIS = snomed("39579001", "Anaphylaxis")
URTICARIA = snomed("126485001", "Urticaria")
RASH = snomed("271807003", "Eruption of skin", "Rash")

SALBUTAMOL = snomed("39113611000001102", "Salbutamol 100micrograms/dose inhaler CFC free")
PARACETAMOL = said("Paracetamol 500mg tablets")

HBA1C = loinc("59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "HbA1c (IFCC)")
CREATININE = loinc("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "Creatinine")
EGFR = loinc("62238-1", "GFR/1.73 sq M.predicted by CKD-EPI", "eGFR (CKD-EPI)")
POTASSIUM = loinc("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Potassium")
SODIUM = loinc("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "Sodium")
CHOLESTEROL = loinc("14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "Total cholesterol")
HAEMOGLOBIN = loinc("718-7", "Hemoglobin [Mass/volume] in Blood", "Haemoglobin")
TSH = loinc("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "TSH")
INR = loinc("6301-6", "INR in Platelet poor plasma by Coagulation assay", "INR")
NT_PROBNP = loinc("33762-6", "Natriuretic peptide.B prohormone N-Terminal in Serum or Plasma", "NT-proBNP")
CRP = loinc("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "CRP")

BLOOD_PRESSURE = loinc("85354-9", "Blood pressure panel", "Blood pressure")
SYSTOLIC = loinc("8480-6", "Systolic blood pressure")
DIASTOLIC = loinc("8462-4", "Diastolic blood pressure")
WEIGHT = loinc("29463-7", "Body weight", "Weight")
BMI = loinc("39156-5", "Body mass index (BMI) [Ratio]", "BMI")
PULSE = loinc("8867-4", "Heart rate", "Pulse")
OXYGEN = loinc("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "Oxygen saturation")
TEMPERATURE = loinc("8310-5", "Body temperature", "Temperature")

CONSULTATION = snomed("11429006", "Consultation")
TELEPHONE = snomed("185317003", "Telephone encounter", "Telephone call")
FOLLOW_UP = snomed("185389009", "Follow-up visit")
ADMISSION = snomed("32485007", "Hospital admission")
EMERGENCY = snomed("50849002", "Emergency room admission", "Emergency department attendance")

ECHOCARDIOGRAPHY = snomed("40701008", "Echocardiography")
ECG = snomed("29303009", "Electrocardiographic procedure", "ECG")
HIP_REPLACEMENT = snomed("52734007", "Total replacement of hip")
APPENDICECTOMY = snomed("80146002", "Appendectomy", "Appendicectomy")
BYPASS = snomed("232717009", "Coronary artery bypass grafting")

CRISIS_PLAN = snomed("736253002", "Mental health crisis plan")
END_OF_LIFE_PLAN = snomed("736373009", "End of life care plan")
CARE_PLAN = snomed("734163000", "Care plan")
DISCHARGE_SUMMARY = snomed("373942005", "Discharge summary")

CARDIOLOGY_REFERRAL = snomed("183519002", "Referral to cardiology service")
REFERRAL = snomed("306206005", "Referral to service")

COVID_VACCINE = snomed("39115611000001103", "COVID-19 mRNA Vaccine BNT162b2", "COVID-19 vaccine (BNT162b2)")
FLU_VACCINE = said("Seasonal influenza vaccine")
