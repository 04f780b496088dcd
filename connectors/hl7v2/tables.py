"""HL7 v2 tables into FHIR codes and code systems. What a table does not know is carried as it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        "LN": "http://loinc.org",
        "SCT": "http://snomed.info/sct",
        "SNM": "http://snomed.info/sct",
        "SNOMED": "http://snomed.info/sct",
        "SNOMED-CT": "http://snomed.info/sct",
        "I10": "http://hl7.org/fhir/sid/icd-10",
        "ICD10": "http://hl7.org/fhir/sid/icd-10",
        "UCUM": "http://unitsofmeasure.org",
        "RC": "http://read.info/readv2",
        "RCV2": "http://read.info/readv2",
        "RCV3": "http://read.info/ctv3",
        "CVX": "http://hl7.org/fhir/sid/cvx",
        "NDC": "http://hl7.org/fhir/sid/ndc",
        "C4": "http://www.ama-assn.org/go/cpt",
        "ODS": "https://fhir.nhs.uk/Id/ods-organization-code",
    }
)
_TABLE = re.compile(r"HL7-?([0-9]{4})", re.ASCII)
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){2,}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def table(number: str) -> str:
    """The code system of a v2 table: `0004`."""
    return f"{TERMINOLOGY}/v2-{number}"


def system_of(name: str) -> str:
    """The code system that a name of table 0396, or an object identifier, stands for; empty for others."""
    found = _TABLE.fullmatch(name)
    if found:
        return table(found[1])
    return _SYSTEMS.get(name.upper()) or uri_of(name)


def uri_of(text: str) -> str:
    """An object identifier or UUID as a URI; empty for anything else."""
    if _OID.fullmatch(text):
        return f"urn:oid:{text}"
    return f"urn:uuid:{text.lower()}" if _UUID.fullmatch(text.lower()) else ""


# Each FHIR code with the v2 codes that mean just that. A v2 code that means more or less than the FHIR
# code stands beside it as given.
Meaning = tuple[str, bool]


def _table(exact: Mapping[str, str], near: Mapping[str, str]) -> Mapping[str, Meaning]:
    exactly = {code: (meant, True) for code, meant in exact.items()}
    nearly = {code: (meant, False) for code, meant in near.items()}
    return MappingProxyType({**exactly, **nearly})


GENDER = _table({"M": "male", "F": "female", "O": "other", "U": "unknown"}, {"A": "other", "N": "other"})
# 0085, observation result status.
OBSERVATION_STATUS = _table(
    {"F": "final", "P": "preliminary", "C": "corrected", "X": "cancelled", "W": "entered-in-error"},
    {
        "R": "preliminary",
        "S": "preliminary",
        "U": "final",
        "I": "registered",
        "O": "registered",
        "D": "entered-in-error",
    },
)
# 0123, result status.
REPORT_STATUS = _table(
    {"F": "final", "P": "preliminary", "C": "corrected", "X": "cancelled", "A": "partial"},
    {"R": "preliminary", "O": "registered", "I": "registered", "S": "registered", "M": "corrected"},
)
# 0038, order status.
ORDER_STATUS = _table(
    {"CM": "completed", "IP": "active", "HD": "on-hold", "CA": "revoked", "ER": "entered-in-error"},
    {"DC": "revoked", "A": "active", "SC": "active"},
)
# 0004, patient class, into v3-ActCode.
ENCOUNTER_CLASS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "E": ("EMER", "emergency"),
        "I": ("IMP", "inpatient encounter"),
        "O": ("AMB", "ambulatory"),
        "P": ("PRENC", "pre-admission"),
    }
)
ENCOUNTER_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "A01": "in-progress",
        "A02": "in-progress",
        "A03": "finished",
        "A04": "in-progress",
        "A05": "planned",
        "A06": "in-progress",
        "A07": "in-progress",
        "A11": "cancelled",
        "A13": "in-progress",
        "A14": "planned",
        "A27": "cancelled",
        "A38": "cancelled",
    }
)
# 0127, allergen type: what FHIR calls a category.
ALLERGEN = _table({"FA": "food", "EA": "environment"}, {"DA": "medication", "PA": "environment"})
ALLERGY_SEVERITY = _table({"SV": "severe", "MO": "moderate", "MI": "mild"}, {})
# 0078, interpretation codes that v3-ObservationInterpretation has too.
INTERPRETATIONS = frozenset(
    [
        "<",
        ">",
        "A",
        "AA",
        "B",
        "D",
        "DET",
        "E",
        "H",
        "HH",
        "HU",
        "HX",
        "I",
        "IE",
        "IND",
        "L",
        "LL",
        "LU",
        "LX",
        "MS",
        "N",
        "ND",
        "NEG",
        "NR",
        "NS",
        "POS",
        "R",
        "RR",
        "S",
        "SDD",
        "SYN-R",
        "SYN-S",
        "U",
        "VS",
        "W",
        "WR",
    ]
)
# 0074, diagnostic service sections, by the category that FHIR gives their observations.
IMAGING = frozenset(["RAD", "RX", "CT", "NMR", "RUS", "VUS", "OUS", "CUS", "NMS", "XRC", "ICU", "IMG", "MRI"])
SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(["AU", "BG", "BLB", "CG", "CH", "CP", "CTH", "GE", "HM", "IMM"], "laboratory"),
        **dict.fromkeys(["LAB", "MB", "MCB", "MYC", "OSL", "PAR", "SP", "TX", "VR"], "laboratory"),
        **dict.fromkeys(IMAGING, "imaging"),
        **dict.fromkeys(["EC", "EN", "PF"], "procedure"),
        **dict.fromkeys(["PHR", "PT", "OT", "RT"], "therapy"),
    }
)
VITAL_SIGNS = "VS"
# 0276, filler status of an appointment.
APPOINTMENT_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "booked": "booked",
        "cancelled": "cancelled",
        "complete": "fulfilled",
        "deleted": "entered-in-error",
        "dc": "cancelled",
        "noshow": "noshow",
        "pending": "pending",
        "waitlist": "waitlist",
    }
)
NAME_USE: Mapping[str, str] = MappingProxyType(
    {"L": "official", "D": "usual", "M": "maiden", "N": "nickname", "T": "temp"}
)
ADDRESS_USE: Mapping[str, str] = MappingProxyType(
    {"H": "home", "B": "work", "O": "work", "C": "temp", "BA": "old"}
)
TELECOM_USE: Mapping[str, str] = MappingProxyType({"PRN": "home", "WPN": "work", "PRS": "mobile"})
TELECOM_SYSTEM: Mapping[str, str] = MappingProxyType(
    {"PH": "phone", "CP": "phone", "FX": "fax", "BP": "pager", "Internet": "email", "SAT": "phone"}
)
