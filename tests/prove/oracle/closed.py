"""The lists that no file can make longer, and what each kind of resource may hold."""

from __future__ import annotations

EVERYTHING = frozenset(
    {
        "demographics",
        "allergies",
        "medicines",
        "problems",
        "procedures",
        "results",
        "observations",
        "vaccinations",
        "contacts",
        "appointments",
        "referrals",
        "plans",
        "alerts",
        "documents",
        "social-care",
    }
)
CATEGORIES = EVERYTHING | {"unclassified"}

# The person's own care, and nothing else.
DIRECT_CARE = frozenset({"TREAT", "ETREAT", "COORDN", "CAREMGT"})
EMERGENCY = "ETREAT"

ALWAYS_BINDS = frozenset({"received", "under-review", "upheld", "partly-upheld"})
NOT_UPHELD_GROUNDS = frozenset({"safeguarding", "public-interest", "risk-of-harm", "care-not-possible"})

# All that an emergency may open of a person whose whereabouts are protected.
WITHOUT_A_PLACE = frozenset(
    {"alerts", "allergies", "medicines", "observations", "problems", "procedures", "results", "vaccinations"}
)

CLASSES = frozenset(
    {
        "sexual-health",
        "assisted-conception",
        "termination",
        "gender-identity",
        "gender-recognition",
        "hiv",
        "substance-misuse",
        "domestic-abuse",
        "third-party",
        "safeguarding",
        "restricted-location",
        "unspecified",
    }
)
CLOSED_BY_LAW = frozenset({"assisted-conception", "gender-recognition"})

# What an item of each kind may be of. `Basic` stands for an item of any category.
_KINDS = """
demographics: Patient RelatedPerson
allergies: AllergyIntolerance List
medicines: MedicationRequest MedicationStatement MedicationDispense MedicationAdministration Medication List
problems: Condition FamilyMemberHistory List
procedures: Procedure DeviceUseStatement
results: DiagnosticReport ImagingStudy Specimen Observation ServiceRequest List
observations: Observation QuestionnaireResponse List
vaccinations: Immunization ImmunizationRecommendation List
contacts: Encounter EpisodeOfCare List
appointments: Appointment
referrals: ServiceRequest List
plans: CarePlan CareTeam Goal Task List
alerts: Flag DetectedIssue
documents: DocumentReference Composition
social-care: CarePlan EpisodeOfCare Task
"""


def _by_kind() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {
        "Basic": CATEGORIES,
        "*": CATEGORIES,
        "List": frozenset({"unclassified"}),
    }
    for line in _KINDS.strip().splitlines():
        category, kinds = line.split(": ")
        for kind in kinds.split():
            found[kind] = found.get(kind, frozenset()) | {category}
    return found


CATEGORIES_OF_KIND = _by_kind()
NO_CATEGORY = frozenset({"unclassified"})
