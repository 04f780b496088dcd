"""R4 4.0.1: which members are References to clinical items, and what cannot stand without its Reference."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Members that a resource cannot stand without (cardinality 1..) and that may name a clinical item.
REQUIRED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "MedicationRequest": frozenset({"medicationReference"}),
        "MedicationStatement": frozenset({"medicationReference"}),
        "MedicationDispense": frozenset({"medicationReference"}),
        "MedicationAdministration": frozenset({"medicationReference"}),
        "Appointment": frozenset({"participant"}),
        "Provenance": frozenset({"target"}),
        "Linkage": frozenset({"item"}),
        "Composition": frozenset({"subject"}),
    }
)
# Inside a repeating element: the member that the element is nothing without.
HEARTS = frozenset(
    {
        "actor",
        "condition",
        "entry",
        "item",
        "itemReference",
        "link",
        "location",
        "manipulated",
        "reference",
        "resource",
        "target",
        "valueReference",
    }
)
# Always a Reference (so is every `…Reference`), and always to something that may be clinical.
CLINICAL = frozenset(
    {
        "account",
        "addresses",
        "appointment",
        "authorizingPrescription",
        "basedOn",
        "basis",
        "careTeam",
        "complicationDetail",
        "derivedFrom",
        "detectedIssue",
        "encounter",
        "episodeOfCare",
        "eventHistory",
        "hasMember",
        "imagingStudy",
        "implicated",
        "inResponseTo",
        "incomingReferral",
        "partOf",
        "parent",
        "previous",
        "priorPrescription",
        "priorRequest",
        "reference",
        "referralRequest",
        "relevantHistory",
        "replaces",
        "slot",
        "specimen",
        "supportingImmunization",
        "supportingInfo",
        "supportingInformation",
        "supportingPatientInformation",
        "team",
    }
)
# A Reference in some types and something else in others: told by the members that it has.
PERHAPS_CLINICAL = frozenset(
    {
        "assessment",
        "condition",
        "context",
        "coverage",
        "data",
        "detail",
        "diagnosis",
        "entry",
        "event",
        "evidence",
        "finding",
        "focus",
        "goal",
        "indication",
        "instance",
        "insurance",
        "item",
        "link",
        "manipulated",
        "media",
        "observation",
        "outcome",
        "problem",
        "procedure",
        "related",
        "report",
        "request",
        "resource",
        "response",
        "result",
        "target",
        "what",
    }
)
# Named like them, and by definition to who and where alone; what they say stands without a name too.
_WHO_AND_WHERE = frozenset({"authorReference", "locationReference", "reportedReference"})
REFERENCE_MEMBERS = frozenset({"reference", "type", "identifier", "display"})
_WITH_EXTENSIONS = frozenset({"id", "extension"} | {f"_{name}" for name in REFERENCE_MEMBERS})


def is_reference_shaped(members: frozenset[str] | set[str]) -> bool:
    """True for what has a Reference's members and no other (a Coding has a code, an Identifier a value)."""
    bare = {name.removeprefix("_") for name in members}
    return bool(bare & REFERENCE_MEMBERS) and members <= REFERENCE_MEMBERS | _WITH_EXTENSIONS


def is_clinical_reference(name: str) -> bool:
    """True for a member that can be nothing but a Reference to something that may be clinical."""
    return name in CLINICAL or (name.endswith("Reference") and name not in _WHO_AND_WHERE)
