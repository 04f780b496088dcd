"""The closed list of categories, and the one table that maps a FHIR resource to them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType


class Category(enum.StrEnum):
    """What a decision permits or withholds. `unclassified` is denied unless a policy permits it."""

    # Enum hashes through Python; a category is looked up for every item of every record.
    __hash__ = str.__hash__

    DEMOGRAPHICS = "demographics"
    ALLERGIES = "allergies"
    MEDICINES = "medicines"
    PROBLEMS = "problems"
    PROCEDURES = "procedures"
    RESULTS = "results"
    OBSERVATIONS = "observations"
    VACCINATIONS = "vaccinations"
    CONTACTS = "contacts"
    APPOINTMENTS = "appointments"
    REFERRALS = "referrals"
    PLANS = "plans"
    ALERTS = "alerts"
    DOCUMENTS = "documents"
    SOCIAL_CARE = "social-care"
    UNCLASSIFIED = "unclassified"


_BY_TYPE: Mapping[str, Category] = MappingProxyType(
    {
        "Patient": Category.DEMOGRAPHICS,
        "RelatedPerson": Category.DEMOGRAPHICS,
        "AllergyIntolerance": Category.ALLERGIES,
        "MedicationRequest": Category.MEDICINES,
        "MedicationStatement": Category.MEDICINES,
        "MedicationDispense": Category.MEDICINES,
        "MedicationAdministration": Category.MEDICINES,
        "Medication": Category.MEDICINES,
        "Condition": Category.PROBLEMS,
        "FamilyMemberHistory": Category.PROBLEMS,
        "Procedure": Category.PROCEDURES,
        "DiagnosticReport": Category.RESULTS,
        "ImagingStudy": Category.RESULTS,
        "Specimen": Category.RESULTS,
        "Observation": Category.OBSERVATIONS,
        "Immunization": Category.VACCINATIONS,
        "ImmunizationRecommendation": Category.VACCINATIONS,
        "Encounter": Category.CONTACTS,
        "EpisodeOfCare": Category.CONTACTS,
        "Appointment": Category.APPOINTMENTS,
        "ServiceRequest": Category.REFERRALS,
        "CarePlan": Category.PLANS,
        "CareTeam": Category.PLANS,
        "Goal": Category.PLANS,
        "Flag": Category.ALERTS,
        "DetectedIssue": Category.ALERTS,
        "DocumentReference": Category.DOCUMENTS,
        "Composition": Category.DOCUMENTS,
    }
)

# Observation.category and ServiceRequest.category codes that move an item out of its type's own category.
_BY_FHIR_CATEGORY: Mapping[tuple[str, str], Category] = MappingProxyType(
    {
        ("Observation", "laboratory"): Category.RESULTS,
        ("Observation", "imaging"): Category.RESULTS,
        ("ServiceRequest", "108252007"): Category.RESULTS,
        ("ServiceRequest", "363679005"): Category.RESULTS,
        ("CarePlan", "social-care"): Category.SOCIAL_CARE,
        ("EpisodeOfCare", "social-care"): Category.SOCIAL_CARE,
    }
)

# These describe who and where. They are released only beside an item that refers to them.
SUPPORTING_TYPES = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Device"}
)


def category_of(resource_type: str, category_codes: Iterable[str] = ()) -> Category:
    """The category of one resource; `category_codes` are the codes in its own `category` element."""
    for code in category_codes:
        moved = _BY_FHIR_CATEGORY.get((resource_type, code))
        if moved is not None:
            return moved
    return _BY_TYPE.get(resource_type, Category.UNCLASSIFIED)


def types_in(categories: Iterable[Category]) -> frozenset[str]:
    """Every resource type that may hold an item of one of `categories`: what to ask a partner for."""
    wanted = frozenset(categories)
    by_type = {name for name, category in _BY_TYPE.items() if category in wanted}
    moved = {name for (name, _), category in _BY_FHIR_CATEGORY.items() if category in wanted}
    return frozenset(by_type | moved)


def categories_of_type(resource_type: str) -> frozenset[Category]:
    """Every category that an item of this type may fall in."""
    moved = {cat for (name, _), cat in _BY_FHIR_CATEGORY.items() if name == resource_type}
    return frozenset({_BY_TYPE.get(resource_type, Category.UNCLASSIFIED)} | moved)
