"""`start` and `end` of `$everything`: whether an item may be of the time asked for. Doubt says yes.

R4 means the dates of care, not those of the record (4.0.1, Patient/$everything). Every date that a search
parameter of its type looks at counts. What is not over by its own account goes on: a problem that began in
2010 and is active is one of this year's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from broker.domain.criteria import DateValue
from broker.domain.resource import CodeableConcept, Header, Resource
from broker.domain.search_parameters import date_elements_of
from broker.domain.spans import EVER_AFTER, EVER_BEFORE, Span
from broker.pipeline.selecting.dates import span_in
from broker.pipeline.selecting.elements import Elements

# Of a family's history this state says that all of it was asked about.
_FAMILY, _COMPLETED = "FamilyMemberHistory", "completed"
# What one has, takes or is planned to have, until it is said to be over.
_LASTING = frozenset(
    {
        "AllergyIntolerance",
        "CarePlan",
        "CareTeam",
        "Condition",
        "EpisodeOfCare",
        _FAMILY,
        "Flag",
        "Goal",
        "MedicationRequest",
        "MedicationStatement",
        "ServiceRequest",
        "Task",
    }
)
# R4 4.0.1: every state of the elements `status`, `clinicalStatus`, `verificationStatus` and
# `lifecycleStatus` of these types in which it is over, or never was.
_OVER = frozenset(
    {
        "inactive",
        "remission",
        "resolved",
        "refuted",
        "entered-in-error",
        "revoked",
        _COMPLETED,
        "cancelled",
        "stopped",
        "finished",
        "not-taken",
        "rejected",
        "failed",
    }
)
_STATES = ("lifecycleStatus",)
# R4 4.0.1: the choices of an element with dates that say when in another way, which nobody can compare.
_IN_OTHER_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CarePlan": ("activity.detail.scheduledString",),
        "Condition": (
            *("onsetAge", "onsetRange", "onsetString"),
            *("abatementAge", "abatementRange", "abatementString"),
        ),
        "Immunization": ("occurrenceString",),
    }
)


def may_be_of_the_time(
    resource: Resource, elements: Elements, start: DateValue | None, end: DateValue | None
) -> bool:
    """Whether any date of it falls between `start` and `end`, both included; so where none can be read."""
    asked = Span(start.span.begins_ns if start else EVER_BEFORE, end.span.ends_ns if end else EVER_AFTER)
    kind = resource.header.resourceType
    values = list(elements.values(resource, date_elements_of(kind)))
    own = [span_in(value) for value in values]
    known = [one for one in own if one is not None]
    if len(known) < len(own) or not known or _says_in_other_words(resource, elements):
        return True
    if kind in _LASTING and not _is_over(resource, elements):
        known.append(Span(min(one.begins_ns for one in known), EVER_AFTER))
    return any(one.overlaps(asked) for one in known)


def _says_in_other_words(resource: Resource, elements: Elements) -> bool:
    others = _IN_OTHER_WORDS.get(resource.header.resourceType)
    return others is not None and any(True for _ in elements.values(resource, others))


def _is_over(resource: Resource, elements: Elements) -> bool:
    states = {code for state in _header_states(resource.header) for code in state}
    states |= {value for value in elements.values(resource, _STATES) if isinstance(value, str)}
    if resource.header.resourceType == _FAMILY:
        states.discard(_COMPLETED)
    return not states.isdisjoint(_OVER)


def _header_states(header: Header) -> list[list[str]]:
    found = (header.status, header.clinicalStatus, header.verificationStatus)
    return [
        [coding.code for coding in state.coding if coding.code]
        if isinstance(state, CodeableConcept)
        else [state or ""]
        for state in found
    ]
