"""Which sections a summary has, and what stands in each: the one table.

The order is the reader's: what can kill first. Codes are LOINC's, as the International Patient Summary uses
them (IPS 2.0, CompositionUvIps); what it has no code for has one of ours. No display goes
with a code: LOINC rewords them with its releases, and the title says it in our words.
"""

from __future__ import annotations

from dataclasses import dataclass

from broker.domain.category import FRAME_TYPES, Category

LOINC = "http://loinc.org"
OURS = "https://watersmeet.example/fhir/CodeSystem/summary-section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One row.

    `categories` are those that could hold an item of it. An item stands in the first section that has one of
    its codes (`codes`, of its `code`, `category` or coded answer), else in the first that has its type
    (`types`), else in the first that takes its whole category (neither codes nor types). A document stands in
    the first section that has its `type` among `codes` or `documents`, else in none. `mandatory` is IPS's
    word. `recent` shows six months or the last five of a kind, `current_first` puts what has ended behind.
    """

    title: str
    code: str
    categories: tuple[Category, ...]
    what: str
    system: str = LOINC
    codes: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    mandatory: bool = False
    recent: bool = False
    current_first: bool = False

    @property
    def takes_categories(self) -> bool:
        """Whether it takes what no section of codes or types has taken."""
        return not self.codes and not self.types


# SNOMED CT, as the National Record Locator names kinds of plans; and the findings for and against attempting
# cardiopulmonary resuscitation. 42348-3 and 18776-5 are LOINC's own for a whole document of the kind.
_ESCALATION = frozenset(
    {
        "1382601000000107",  # ReSPECT form
        "735324008",  # treatment escalation plan
        "736366004",  # advance care plan
        "736373009",  # end of life care plan
        "861421000000109",  # end of life care coordination summary
        "887701000000100",  # emergency health care plan
        "450475007",  # for attempted cardiopulmonary resuscitation
        "450476008",  # not for attempted cardiopulmonary resuscitation
        *("304252001", "304253006", "143021000119109"),  # for and not for resuscitation
        "42348-3",
    }
)
_PLANS = frozenset(
    {
        "736253002",  # mental health crisis plan
        "325691000000100",  # contingency plan
        "2181441000000107",  # personalised care and support plan
        "734163000",  # care plan
        "18776-5",
    }
)

# `vital-signs` and `social-history` are codes of Observation.category; not every source gives one. The others
# are what sources code a measurement with, in LOINC (the R4 vital signs profile's own) and in SNOMED CT.
_VITAL_SIGNS = frozenset(
    {
        "vital-signs",
        *("85354-9", "75367002"),  # blood pressure
        *("8480-6", "271649006"),  # systolic
        *("8462-4", "271650006"),  # diastolic
        *("29463-7", "27113001"),  # weight
        *("8302-2", "50373000"),  # height
        *("39156-5", "60621009"),  # body mass index
        *("8867-4", "364075005", "78564009"),  # heart and pulse rate
        *("9279-1", "86290005"),  # respiratory rate
        *("8310-5", "386725007"),  # temperature
        *("2708-6", "59408-5", "431314004"),  # oxygen saturation
    }
)
_SOCIAL_HISTORY = frozenset({"social-history", "72166-2"})  # tobacco smoking status

SECTIONS = (
    Section(
        title="Allergies and intolerances",
        code="48765-2",
        categories=(Category.ALLERGIES,),
        what="Allergy or intolerance",
        mandatory=True,
        current_first=True,
    ),
    Section(
        title="Medicines",
        code="10160-0",
        categories=(Category.MEDICINES,),
        what="Medicine",
        mandatory=True,
        current_first=True,
    ),
    Section(
        title="Problems",
        code="11450-4",
        categories=(Category.PROBLEMS,),
        what="Problem",
        mandatory=True,
        current_first=True,
    ),
    Section(title="Alerts", code="104605-1", categories=(Category.ALERTS,), what="Alert"),
    Section(
        title="Advance directives and treatment escalation",
        code="42348-3",
        categories=(
            Category.PLANS,
            Category.ALERTS,
            Category.DOCUMENTS,
            Category.PROBLEMS,
            Category.OBSERVATIONS,
            Category.PROCEDURES,
            Category.REFERRALS,
        ),
        what="Decision or plan",
        codes=_ESCALATION,
    ),
    Section(
        title="Plans of care",
        code="18776-5",
        categories=(Category.PLANS, Category.SOCIAL_CARE, Category.DOCUMENTS),
        what="Plan",
        documents=_PLANS,
        current_first=True,
    ),
    Section(title="Procedures", code="47519-4", categories=(Category.PROCEDURES,), what="Procedure"),
    Section(
        title="Devices",
        code="46264-8",
        categories=(Category.PROCEDURES,),
        what="Device",
        types=frozenset({"DeviceUseStatement"}),
    ),
    Section(title="Immunisations", code="11369-6", categories=(Category.VACCINATIONS,), what="Vaccine"),
    Section(title="Results", code="30954-2", categories=(Category.RESULTS,), what="Result", recent=True),
    Section(
        title="Vital signs",
        code="8716-3",
        categories=(Category.OBSERVATIONS,),
        what="Measurement",
        codes=_VITAL_SIGNS,
        recent=True,
    ),
    Section(
        title="Social history",
        code="29762-2",
        categories=(Category.OBSERVATIONS,),
        what="Finding",
        codes=_SOCIAL_HISTORY,
        recent=True,
    ),
    Section(
        title="Other observations",
        code="observations",
        system=OURS,
        categories=(Category.OBSERVATIONS,),
        what="Observation",
        recent=True,
    ),
    Section(
        title="Family history",
        code="10157-6",
        categories=(Category.PROBLEMS,),
        what="Condition of a relative",
        types=frozenset({"FamilyMemberHistory"}),
    ),
    Section(title="Contacts", code="46240-8", categories=(Category.CONTACTS,), what="Contact", recent=True),
)

# These have no line of their own: they stand in a summary where something in it names them. A list holds
# other items together, and what it says besides stands in the completeness of its section.
LENT_TYPES = frozenset({"Medication", "Specimen"}) | FRAME_TYPES
NOT_IN_A_SUMMARY = (
    "appointments, referrals, documents that are no plan, and what belongs to none of its sections"
)
