"""How a part says that it stands, finished, refuted, resolved or in error, into R4's statuses."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.category import Category
from connectors.openehr.part import Part
from connectors.openehr.shapes import text
from connectors.openehr.statuses import (
    CLINICAL,
    ENTERED_IN_ERROR,
    STATES,
    STATUSES,
    UNKNOWN,
    VERIFICATION,
    status_concept,
    word_of,
)
from connectors.r4 import Tree

_CLINICAL_SYSTEMS = {
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "AllergyIntolerance": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
}
_VERIFICATION_SYSTEMS = {
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "AllergyIntolerance": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
}
_VERIFICATION = {"EVALUATION.problem_diagnosis": "at0073", "EVALUATION.adverse_reaction_risk": "at0063"}
_CLINICAL = {"CLUSTER.problem_qualifier": "at0003"}
ABATEMENT = {"EVALUATION.problem_diagnosis": "at0030"}

# What elements are called that say how the whole entry stands.
_STATUS_NAMES: Mapping[str, frozenset[str]] = {
    "Appointment": frozenset({"status", "appointment status"}),
    "CarePlan": frozenset({"status", "plan status", "care plan status", "crisis plan status"}),
    "Encounter": frozenset({"status", "encounter status", "contact status"}),
    "Flag": frozenset({"status", "alert status", "flag status"}),
    "MedicationRequest": frozenset({"status", "order status"}),
    "Observation": frozenset({"status", "test status", "overall test status", "result status"}),
    "ServiceRequest": frozenset({"status", "request status", "referral status"}),
}
_VERIFICATION_NAMES = frozenset({"verification status", "diagnostic certainty"})
_CLINICAL_NAMES = frozenset({"clinical status"})
# A form for a decision, a directive or a recommendation is `completed` when it is filled in, which would
# read as a plan that is over. Of these plans alone a status is the plan's own.
_PLANS = frozenset({"care_plan", "care_plan_request", "crisis_plan", "contingency_plan"})
_ENDED = frozenset({"inactive", "remission", "resolved"})


def state_of(part: Part) -> str:
    """The status that the state of an action means in R4; for any other part what its own word says."""
    given = text(part.tree, "ism_transition", "current_state", "defining_code", "code_string")
    state = STATES.get(part.section.kind, {}).get(given, UNKNOWN)
    return status_of(part) if state == UNKNOWN and part.section.rm_class != "ACTION" else state


def status_of(part: Part, otherwise: str = UNKNOWN) -> str:
    """The status that the part's own word is in R4; `otherwise` when it says none that is R4's."""
    kind = part.section.kind
    word = word_of(part.said(_STATUS_NAMES.get(kind, frozenset())))
    status = STATUSES.get(kind, {}).get(word, otherwise)
    return status if status == ENTERED_IN_ERROR or _speaks_of_the_whole(part) else otherwise


def _speaks_of_the_whole(part: Part) -> bool:
    """Whether a `status` is the item's own. That of a finding is often what was found, such as a smoker's;
    a result's is the report's.
    """
    if part.section.kind == "CarePlan":
        return part.concept.partition(".")[2] in _PLANS
    return part.section.kind != "Observation" or part.section.category is Category.RESULTS


def standing_of(part: Part, kind: str) -> Tree:
    """How sure the writer was, and whether it still holds. A refuted item must never look like one that
    stands; one that was entered in error has no clinical status (R4, con-5 and ait-2).
    """
    value = part.at(_VERIFICATION) or part.said(_VERIFICATION_NAMES)
    verified = _member("verificationStatus", value, part, _VERIFICATION_SYSTEMS[kind], VERIFICATION[kind])
    if VERIFICATION[kind].get(word_of(value)) == ENTERED_IN_ERROR:
        return verified
    return {**_clinical(part, kind), **verified}


def _clinical(part: Part, kind: str) -> Tree:
    """Whether it stands. One that says when it ended has ended."""
    system, codes = _CLINICAL_SYSTEMS[kind], CLINICAL[kind]
    value = part.at(_CLINICAL) or part.said(_CLINICAL_NAMES)
    certainty = part.at(_VERIFICATION)
    # A reaction's archetype says in one element how sure the writer is and that it is resolved.
    if not value and kind == "AllergyIntolerance" and word_of(certainty) in codes:
        value = certainty
    if part.at(ABATEMENT) and codes.get(word_of(value)) not in _ENDED:
        return {"clinicalStatus": {"coding": [{"system": system, "code": "resolved"}]}}
    return _member("clinicalStatus", value, part, system, codes)


def _member(member: str, value: Tree, part: Part, system: str, codes: Mapping[str, str]) -> Tree:
    found = status_concept(value, part.archetype, system, codes) if value else {}
    return {member: found} if found else {}
