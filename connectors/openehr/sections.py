"""Archetypes into categories: the table that says what is asked for, and what each entry becomes in R4.

A section is one query: one class of the reference model in one category. An archetype that no line names
belongs to the rest of its class: observations, and for every other class `unclassified`, which is asked
for only where a policy permits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from broker.domain.category import Category

COMPOSITION = "COMPOSITION"


@dataclass(frozen=True, slots=True)
class Section:
    """One query. With no `archetypes` it takes what no other section of its class names."""

    category: Category
    rm_class: str
    kind: str
    archetypes: tuple[str, ...] = ()
    fhir_category: str = ""

    def takes(self, archetype: str) -> bool:
        """True when this section names the archetype."""
        return archetype in self.archetypes


def _versions(rm_class: str, *concepts: str) -> tuple[str, ...]:
    """Archetype ids: `risk:0,1` is version 0 and version 1 of `risk`."""
    named = (concept.partition(":") for concept in concepts)
    return tuple(
        f"openEHR-EHR-{rm_class}.{name}.v{version}"
        for name, _, versions in named
        for version in versions.split(",")
    )


def _section(
    category: Category, rm_class: str, kind: str, *concepts: str, fhir_category: str = ""
) -> Section:
    return Section(category, rm_class, kind, _versions(rm_class, *concepts), fhir_category)


# Concepts as the international Clinical Knowledge Manager and the UK's name them, and those that a trust
# makes for itself; `archetypes` in a registration's settings adds a partner's own.
SECTIONS: tuple[Section, ...] = (
    _section(
        Category.ALLERGIES,
        "EVALUATION",
        "AllergyIntolerance",
        "adverse_reaction_risk:0,1,2",
        "adverse_reaction:1",
        "adverse_reaction_uk:1",
    ),
    _section(Category.PROBLEMS, "EVALUATION", "Condition", "problem_diagnosis:0,1,2", "problem:1"),
    _section(
        Category.MEDICINES,
        "INSTRUCTION",
        "MedicationRequest",
        "medication_order:0,1,2,3",
        "medication:1",
    ),
    _section(Category.MEDICINES, "ACTION", "MedicationStatement", "medication:0,1"),
    _section(
        Category.MEDICINES,
        "EVALUATION",
        "MedicationStatement",
        "medication_summary:0,1",
        "medication_statement:0,1",
    ),
    _section(Category.PROCEDURES, "ACTION", "Procedure", "procedure:0,1"),
    _section(
        Category.RESULTS,
        "OBSERVATION",
        "Observation",
        "laboratory_test_result:0,1",
        "laboratory_test:1",
        fhir_category="laboratory",
    ),
    _section(
        Category.RESULTS,
        "OBSERVATION",
        "Observation",
        "imaging_exam_result:0,1",
        "imaging_exam:0,1",
        fhir_category="imaging",
    ),
    _section(
        Category.VACCINATIONS, "EVALUATION", "Basic", "vaccination_summary:0,1", "immunisation_summary:0,1"
    ),
    _section(Category.CONTACTS, COMPOSITION, "Encounter", "encounter:0,1"),
    _section(
        Category.CONTACTS,
        "ADMIN_ENTRY",
        "Encounter",
        "contact:0,1",
        "episodeofcare:0,1",
        "admission:0,1",
        "inpatient_admission:0,1",
        "inpatient_admission_uk:1",
        "discharge:0,1",
    ),
    _section(Category.APPOINTMENTS, "ADMIN_ENTRY", "Appointment", "appointment:0,1"),
    _section(
        Category.REFERRALS,
        "INSTRUCTION",
        "ServiceRequest",
        "service_request:0,1",
        "request:0,1",
        "request-referral:1",
    ),
    _section(
        Category.PLANS,
        "EVALUATION",
        "CarePlan",
        "care_plan:0,1",
        "crisis_plan:0,1",
        "contingency_plan:0,1",
        "goal:0,1",
        "recommendation:0,1,2",
        "advance_care_directive:0,1,2",
        "advance_intervention_decisions:0,1",
        "cpr_decision_uk:0,1",
    ),
    _section(Category.PLANS, COMPOSITION, "CarePlan", "care_plan:0,1", "crisis_plan:0,1"),
    _section(Category.PLANS, "INSTRUCTION", "CarePlan", "care_plan:0,1", "care_plan_request:0,1"),
    _section(Category.PLANS, "ACTION", "CarePlan", "care_plan:0,1"),
    _section(
        Category.ALERTS,
        "EVALUATION",
        "Flag",
        "health_risk:0,1",
        "risk:0,1",
        "risk_assessment:0,1",
        "precaution:0,1",
        "alert:0,1",
        "safeguarding:0,1",
    ),
    _section(
        Category.ALERTS,
        "ADMIN_ENTRY",
        "Flag",
        "mental_health_act_status:0,1",
        "legal_status:0,1",
        "alert:0,1",
    ),
    _section(
        Category.DOCUMENTS, "ADMIN_ENTRY", "DocumentReference", "document_attachment:0,1", "document:0,1"
    ),
    _section(
        Category.SOCIAL_CARE,
        "EVALUATION",
        "Basic",
        "social_summary:0,1",
        "living_arrangement:0,1",
        "housing_summary:0,1",
        "social_network:0,1",
        "care_needs:0,1",
    ),
    Section(Category.OBSERVATIONS, "OBSERVATION", "Observation"),
    *(
        Section(Category.UNCLASSIFIED, rm_class, "Basic")
        for rm_class in ("EVALUATION", "INSTRUCTION", "ACTION", "ADMIN_ENTRY", "GENERIC_ENTRY")
    ),
)
# What a partner's own archetype becomes, where the table has no section of its class in that category.
_KIND_OF: Mapping[Category, str] = {
    Category.ALERTS: "Flag",
    Category.APPOINTMENTS: "Appointment",
    Category.DOCUMENTS: "DocumentReference",
    Category.PLANS: "CarePlan",
    Category.OBSERVATIONS: "Observation",
}


def with_archetypes(named: Iterable[tuple[Category, str]]) -> tuple[Section, ...]:
    """The table, with a partner's own archetypes where its registration puts them, and nowhere else."""
    sections = list(SECTIONS)
    for category, archetype in named:
        rm_class = class_of(archetype)
        sections = [kept for section in sections if (kept := _without(section, archetype))]
        for place, section in enumerate(sections):
            if (section.category, section.rm_class) == (category, rm_class):
                if section.archetypes:
                    sections[place] = replace(section, archetypes=(*section.archetypes, archetype))
                break
        else:
            kind = _KIND_OF.get(category, "Basic")
            sections.append(Section(category, rm_class, kind, (archetype,)))
    return tuple(sections)


def _without(section: Section, archetype: str) -> Section | None:
    """The section without that archetype; None when it named no other, so that it never becomes a rest."""
    if archetype not in section.archetypes:
        return section
    kept = tuple(one for one in section.archetypes if one != archetype)
    return replace(section, archetypes=kept) if kept else None


def class_of(archetype: str) -> str:
    """The class of the reference model that an archetype's id names."""
    return archetype.removeprefix("openEHR-EHR-").partition(".")[0]


def section_of(archetype: str, rm_class: str, sections: Iterable[Section] = SECTIONS) -> Section | None:
    """Where an entry belongs: the section that names its archetype, else the rest of its class."""
    of_class = [section for section in sections if section.rm_class == rm_class]
    rest = (section for section in of_class if not section.archetypes)
    return next((section for section in of_class if section.takes(archetype)), next(rest, None))
