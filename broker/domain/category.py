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

# What our translation says of an observation that a report names as its result.
RESULT_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/part-of"
RESULT_OF_REPORT = "result-of-report"

# Observation.category and ServiceRequest.category codes that move an item out of its type's own category.
_BY_FHIR_CATEGORY: Mapping[tuple[str, str], Category] = MappingProxyType(
    {
        ("Observation", "laboratory"): Category.RESULTS,
        ("Observation", "imaging"): Category.RESULTS,
        ("Observation", RESULT_OF_REPORT): Category.RESULTS,
        ("ServiceRequest", "108252007"): Category.RESULTS,
        ("ServiceRequest", "363679005"): Category.RESULTS,
        ("CarePlan", "social-care"): Category.SOCIAL_CARE,
        ("EpisodeOfCare", "social-care"): Category.SOCIAL_CARE,
    }
)

# Kinds that our connectors write when they translate; a FHIR partner is never asked for them.
_BY_TRANSLATED_TYPE: Mapping[str, Category] = MappingProxyType(
    {
        "Task": Category.PLANS,
        "QuestionnaireResponse": Category.OBSERVATIONS,
        "DeviceUseStatement": Category.PROCEDURES,
    }
)
TRANSLATED_TYPES = frozenset(_BY_TRANSLATED_TYPE) | {"List", "Basic"}

LISTED_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/listed"


def listed_code(category: Category) -> str:
    """The code of a Basic resource that stands for an item of `category` which R4 cannot hold."""
    return f"listed-{category}"


# The kinds of which `code` tells the category, not `category`: GP Connect's lists (Access Record
# Structured 1.6.2, Lists for message structure), its consultation lists, and listed items.
_BY_CODE: Mapping[tuple[str, str], Category] = MappingProxyType(
    {
        ("List", "886921000000105"): Category.ALLERGIES,
        ("List", "1103671000000101"): Category.ALLERGIES,
        ("List", "933361000000108"): Category.MEDICINES,
        ("List", "1102181000000102"): Category.VACCINATIONS,
        ("List", "1149501000000101"): Category.CONTACTS,
        ("List", "325851000000107"): Category.CONTACTS,
        ("List", "25851000000105"): Category.CONTACTS,
        ("List", "24781000000107"): Category.CONTACTS,
        ("List", "717711000000103"): Category.PROBLEMS,
        ("List", "826501000000100"): Category.OBSERVATIONS,
        ("List", "792931000000107"): Category.REFERRALS,
        ("List", "887191000000108"): Category.RESULTS,
        ("List", "714311000000108"): Category.PLANS,
        ("Task", "social-care"): Category.SOCIAL_CARE,
        **{("Basic", listed_code(category)): category for category in Category},
    }
)
# A related list says what its entries have to do with consultations or with problems.
_RELATED_LISTS = (("consultations-", Category.CONTACTS), ("problems-", Category.PROBLEMS))
# A list holds items together, and is none itself: an empty one is no item of its category.
FRAME_TYPES = frozenset({"List"})
DECIDED_BY_CODE = frozenset({"List", "Basic", "Task"})

# These describe who and where. They are released only beside an item that refers to them.
SUPPORTING_TYPES = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Device"}
)


def category_of(resource_type: str, codes: Iterable[str] = ()) -> Category:
    """The category of one resource; `codes` are those of its own `category` element, or of its `code` for
    the kinds in DECIDED_BY_CODE.
    """
    table = _BY_CODE if resource_type in DECIDED_BY_CODE else _BY_FHIR_CATEGORY
    for code in codes:
        moved = table.get((resource_type, code)) or _related_list(resource_type, code)
        if moved is not None:
            return moved
    return _own_category(resource_type)


def _own_category(resource_type: str) -> Category:
    own = _BY_TYPE.get(resource_type) or _BY_TRANSLATED_TYPE.get(resource_type)
    return own or Category.UNCLASSIFIED


def _related_list(resource_type: str, code: str) -> Category | None:
    if resource_type != "List":
        return None
    return next((category for prefix, category in _RELATED_LISTS if code.startswith(prefix)), None)


def types_in(categories: Iterable[Category]) -> frozenset[str]:
    """Every resource type that may hold an item of one of `categories`: what to ask a partner for."""
    wanted = frozenset(categories)
    by_type = {name for name, category in _BY_TYPE.items() if category in wanted}
    moved = {name for (name, _), category in _BY_FHIR_CATEGORY.items() if category in wanted}
    return frozenset(by_type | moved)


def categories_of_type(resource_type: str) -> frozenset[Category]:
    """Every category that an item of this type may fall in."""
    tables = (*_BY_FHIR_CATEGORY.items(), *_BY_CODE.items())
    moved = {category for (name, _), category in tables if name == resource_type}
    return frozenset({_own_category(resource_type)} | moved)
