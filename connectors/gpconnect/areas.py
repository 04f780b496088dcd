"""The clinical areas of Access Record Structured 1.6.2: what asks for each, and the lists that answer.

No area is bounded by a period or a status: what was left out for that could not be told from what is
not recorded. (Next to consultations or problems the guide forbids nearly all such bounds anyway.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.category import Category, categories_of_type
from broker.domain.query import PartnerAsk

SNOMED = "http://snomed.info/sct"
LIST_WARNING = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1"
EMPTY_REASON = "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1"
NO_CONTENT_RECORDED = "no-content-recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One `include` parameter. `lists` are the SNOMED codes of the primary lists that it brings;
    `flags` are the parts that widen it, which are sent as true.
    """

    parameter: str
    category: Category
    lists: tuple[str, ...]
    flags: tuple[str, ...] = ()


CONSULTATIONS = Area(
    parameter="includeConsultations", category=Category.CONTACTS, lists=("1149501000000101",)
)
PROBLEMS = Area(parameter="includeProblems", category=Category.PROBLEMS, lists=("717711000000103",))
IMMUNISATIONS = Area(
    parameter="includeImmunisations",
    category=Category.VACCINATIONS,
    lists=("1102181000000102",),
    flags=("includeNotGiven",),
)
AREAS: tuple[Area, ...] = (
    Area(
        parameter="includeAllergies",
        category=Category.ALLERGIES,
        lists=("886921000000105", "1103671000000101"),
        flags=("includeResolvedAllergies",),
    ),
    Area(
        parameter="includeMedication",
        category=Category.MEDICINES,
        lists=("933361000000108",),
        flags=("includePrescriptionIssues",),
    ),
    CONSULTATIONS,
    PROBLEMS,
    IMMUNISATIONS,
    Area(
        parameter="includeUncategorisedData",
        category=Category.OBSERVATIONS,
        lists=("826501000000100",),
    ),
    Area(parameter="includeInvestigations", category=Category.RESULTS, lists=("887191000000108",)),
    Area(parameter="includeReferrals", category=Category.REFERRALS, lists=("792931000000107",)),
    Area(parameter="includeDiaryEntries", category=Category.PLANS, lists=("714311000000108",)),
)
BY_PARAMETER: Mapping[str, Area] = {area.parameter: area for area in AREAS}
# Beside one of these the guide forbids to ask for vaccinations that were not given (422).
FORBIDS_NOT_GIVEN = frozenset({CONSULTATIONS.parameter, PROBLEMS.parameter})
# Who the person is comes with every area, and what no table knows has no area that could lack it.
_WITHOUT_AREA = frozenset({Category.DEMOGRAPHICS, Category.UNCLASSIFIED})
_HAVE_AREA = frozenset(area.category for area in AREAS)


def areas_wanted(ask: PartnerAsk) -> tuple[Area, ...]:
    """The areas of what is permitted; of those, the ones that may hold a type that was asked for."""
    wanted = _wanted(ask)
    return tuple(area for area in AREAS if area.category in wanted)


def lacks_area(ask: PartnerAsk) -> bool:
    """True when something is wanted that GP Connect has no area for: an answer without it is not whole."""
    return not _wanted(ask) - _WITHOUT_AREA <= _HAVE_AREA


def questions_of(areas: tuple[Area, ...]) -> tuple[tuple[Area, ...], ...]:
    """The areas of each call. Vaccinations go in a call of their own where the guide forbids to ask beside
    the others for those that were not given: one that was declined must not read as one never offered.
    """
    if IMMUNISATIONS not in areas or not any(area.parameter in FORBIDS_NOT_GIVEN for area in areas):
        return (areas,)
    return tuple(area for area in areas if area is not IMMUNISATIONS), (IMMUNISATIONS,)


def _wanted(ask: PartnerAsk) -> frozenset[Category]:
    if not ask.resource_types:
        return ask.categories
    held = frozenset(category for name in ask.resource_types for category in categories_of_type(name))
    return ask.categories & held
