"""Items of a restricted person, rebuilt from an allow-list: nothing that places the person survives.

No partner's name or id, no identifier, no practitioner or organisation, no free text, no document, no
reference. What stays is coded, dated and measured, and only for kinds of item that a policy listed. An
item whose meaning would change by what is left out is withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from broker.domain.category import Category
from broker.domain.decision import Decision
from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.resource import Header, Resource
from broker.pipeline.screening.dosing import dosages
from broker.pipeline.screening.seeing import may_be_seen
from broker.pipeline.screening.shared_words import concept, date, number, period, quantity, whole_concept

Keep = Callable[[Any], Any]
# A tree of this many bytes is about two milliseconds of work.
_BYTES_IN_A_SLICE = 32 * 1024
_HEADER = msgspec.json.Decoder(Header)
_KINDS = frozenset(
    {
        "AllergyIntolerance",
        "Condition",
        "Immunization",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
    }
)
# What an item is about; without one of these in shared codes it says nothing.
_MATTERS = frozenset({"code", "vaccineCode", "medicationCodeableConcept"})


def _one_of(*words: str) -> Keep:
    return lambda value: value if isinstance(value, str) and value in words else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _concepts(value: Any) -> list[Any] | dict[str, Any] | None:
    if not isinstance(value, list):
        return concept(value)
    return [one for one in map(concept, value) if one is not None] or None


_STATUS = _one_of(
    *[
        "active",
        "amended",
        "cancelled",
        "completed",
        "corrected",
        "draft",
        "entered-in-error",
        "final",
        "in-progress",
        "intended",
    ],
    *["not-done", "not-taken", "on-hold", "preliminary", "preparation", "registered", "stopped", "unknown"],
)
_INTENT = _one_of(
    *[
        "proposal",
        "plan",
        "order",
        "original-order",
        "reflex-order",
        "filler-order",
        "instance-order",
        "option",
    ]
)
# R4 4.0.1: modifiers, and members that end or negate. Where one is there it is kept whole, or the item goes.
_DECISIVE: Mapping[str, Keep] = MappingProxyType(
    {
        "status": _STATUS,
        "intent": _INTENT,
        "clinicalStatus": whole_concept,
        "verificationStatus": whole_concept,
        "doNotPerform": _boolean,
        "isSubpotent": _boolean,
    }
)
_ENDS: Mapping[str, Keep] = MappingProxyType({"abatementDateTime": date, "abatementPeriod": period})
_VALUES: Mapping[str, Keep] = MappingProxyType(
    {
        "valueQuantity": quantity,
        "valueCodeableConcept": concept,
        "valueInteger": number,
        "valueBoolean": _boolean,
        "valueDateTime": date,
        "valuePeriod": period,
    }
)
# Something else decides what the words of these mean: without it nobody may guess.
_UNKNOWABLE = frozenset({"modifierExtension", "_modifierExtension", "implicitRules", "_implicitRules"})
_PREFIXES = ("value", "abatement")


class _MeaningLost(ValueError):
    """What is left would say something else than the partner said."""


def _reactions(value: Any) -> list[Any] | None:
    return [kept for one in value if (kept := _members(one, _REACTION))] if isinstance(value, list) else None


def _ranges(value: Any) -> list[Any] | None:
    return [kept for one in value if (kept := _members(one, _RANGE))] if isinstance(value, list) else None


def _components(value: Any) -> list[Any] | None:
    """Each component is a small observation: without its code it says nothing."""
    if not isinstance(value, list):
        return None
    return [kept for one in value if "code" in (kept := _members(one, _COMPONENT))]


_RANGE: Mapping[str, Keep] = MappingProxyType({"low": quantity, "high": quantity})
_REACTION: Mapping[str, Keep] = MappingProxyType(
    {
        "substance": concept,
        "manifestation": _concepts,
        "severity": _one_of("mild", "moderate", "severe"),
        "exposureRoute": concept,
        "onset": date,
    }
)
_COMPONENT: Mapping[str, Keep] = MappingProxyType(
    {
        "code": concept,
        "interpretation": _concepts,
        "dataAbsentReason": concept,
        "referenceRange": _ranges,
        **_VALUES,
    }
)
_ITEM: Mapping[str, Keep] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "effectiveDateTime",
                "occurrenceDateTime",
                "performedDateTime",
                "onsetDateTime",
                "recordedDate",
                "authoredOn",
                "lastOccurrence",
            ),
            date,
        ),
        **dict.fromkeys(("effectivePeriod", "performedPeriod", "onsetPeriod"), period),
        **dict.fromkeys(("code", "vaccineCode", "medicationCodeableConcept"), concept),
        **dict.fromkeys(("route", "dataAbsentReason", "severity"), concept),
        "interpretation": _concepts,
        "type": _one_of("allergy", "intolerance"),
        "criticality": _one_of("low", "high", "unable-to-assess"),
        "doseQuantity": quantity,
        "reaction": _reactions,
        "component": _components,
        "referenceRange": _ranges,
        "dosageInstruction": dosages,
        "dosage": dosages,
        **_DECISIVE,
        **_ENDS,
        **_VALUES,
    }
)


def without_location(
    resources: Iterable[Resource], decision: Decision, types: frozenset[str]
) -> Generator[None, None, tuple[list[Resource], frozenset[Category]]]:
    """The permitted items of the types asked for (empty is all), each rebuilt, in slices.

    And the categories of those that could not be: they may not be called "none recorded".
    """
    released: list[Resource] = []
    lost: set[Category] = set()
    worked = 0
    for resource in resources:
        kind = resource.header.resourceType
        if (not types or kind in types) and may_be_seen(resource, decision):
            rebuilt = _rebuilt(resource) if kind in _KINDS else None
            if rebuilt is None:
                lost.add(resource.category)
            else:
                released.append(rebuilt)
        worked += len(resource.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return released, frozenset(lost)


def _rebuilt(resource: Resource) -> Resource | None:
    """None when the item says nothing coded, or would say something else than it did."""
    tree = lossless_tree(resource.raw)
    try:
        _refuse_unknowable(tree)
        kept = _members(tree, _ITEM)
    except _MeaningLost:
        return None
    if not kept.keys() & _MATTERS:
        return None
    raw = write_tree({"resourceType": resource.header.resourceType, "id": resource.header.id, **kept})
    given = resource.given or resource.raw
    return msgspec.structs.replace(resource, raw=raw, header=_HEADER.decode(raw), full_url=None, given=given)


def _refuse_unknowable(tree: Any) -> None:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if not _UNKNOWABLE.isdisjoint(node):
                raise _MeaningLost
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _members(node: Any, keeps: Mapping[str, Keep]) -> dict[str, Any]:
    """What the allow-list keeps of an object. Raises _MeaningLost when that says something else."""
    if not isinstance(node, dict):
        return {}
    kept = {name: keeps[name](value) for name, value in node.items() if name in keeps}
    kept = {name: value for name, value in kept.items() if value is not None and value != []}
    if any(_is_decisive(name) and name not in kept for name in node):
        raise _MeaningLost
    return kept


def _is_decisive(name: str) -> bool:
    """A status, a value, an end, or what extends one of these (`_status`)."""
    bare = name.removeprefix("_")
    return bare in _DECISIVE or bare.startswith(_PREFIXES)
