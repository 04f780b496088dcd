"""The words by which contradictions are known: codes and terms, each with where it is from.

Data and nothing else. Terms are in small letters and count only where no code tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from broker.domain.none_known import DRUG, FOOD, SURROUNDINGS
from broker.pipeline.merging.concepts import SNOMED, Coded

# GP Connect writes a food allergy as one to surroundings (Access Record Structured 1.6.2, category).
DENIED: Mapping[str, frozenset[str]] = MappingProxyType(
    {DRUG: frozenset({DRUG}), FOOD: frozenset({FOOD, SURROUNDINGS}), SURROUNDINGS: frozenset({SURROUNDINGS})}
)

FOR, NOT_FOR, PLAN = "for resuscitation", "not for resuscitation", "plan of treatment escalation"
# Decisions: the Summary Care Record's inclusion codes. Plans: the National Record Locator's pointer types.
RESUSCITATION: Mapping[Coded, str] = MappingProxyType(
    {
        (SNOMED, "450475007"): FOR,
        (SNOMED, "304252001"): FOR,
        (SNOMED, "450476008"): NOT_FOR,
        (SNOMED, "304253006"): NOT_FOR,
        (SNOMED, "143021000119109"): NOT_FOR,
        (SNOMED, "1382601000000107"): PLAN,
        (SNOMED, "735324008"): PLAN,
        (None, "for resuscitation"): FOR,
        (None, "for attempted cardiopulmonary resuscitation"): FOR,
        (None, "dnacpr"): NOT_FOR,
        (None, "dnar"): NOT_FOR,
        (None, "not for resuscitation"): NOT_FOR,
        (None, "not for attempted cardiopulmonary resuscitation"): NOT_FOR,
        (None, "do not attempt cardiopulmonary resuscitation"): NOT_FOR,
        (None, "respect"): PLAN,
        (None, "respect form"): PLAN,
        (None, "recommended summary plan for emergency care and treatment"): PLAN,
        (None, "treatment escalation plan"): PLAN,
    }
)
# Kinds that state a decision by what they are about, or by a coded answer, and kinds that hold a plan.
DECIDING = frozenset({"Flag", "Observation", "Condition", "Procedure", "ServiceRequest"})
PLANNING = frozenset({"DocumentReference", "CarePlan", "Composition", "QuestionnaireResponse"})

# Words of a status. `entered-in-error` is neither: the source took it back.
ACTIVE = frozenset({"active", "recurrence", "relapse"})
OVER = frozenset({"inactive", "remission", "resolved"})
REFUTED = "refuted"
TAKEN_BACK = "entered-in-error"
# A decision or plan of such a state is nobody's any more.
ENDED = frozenset(
    {TAKEN_BACK, REFUTED, "inactive", "resolved", "superseded", "revoked", "cancelled", "stopped"}
)
# A care plan of this state is over too; of a form that was filled in, it says that it holds.
ENDED_PLAN = "completed"
# Intents of a MedicationRequest that are no order: R4 medicationrequest-intent.
NO_ORDERS = frozenset({"proposal", "option"})
