"""An item that states that something is not there: "no known allergies", or a list emptied for that reason.

Such a statement is its source's own, about the person. It is not the same as nothing being recorded.
"""

from __future__ import annotations

import re

import msgspec

from broker.domain.resource import CodeableConcept, Header, Resource, concept_in

_ALLERGY = "AllergyIntolerance"
_SNOMED = "http://snomed.info/sct"
_IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
# SNOMED CT: no known allergy (two), drug allergy, food allergy, environmental allergy; no current problems or
# disability. International Patient Summary: absent or unknown.
_NONE_KNOWN: frozenset[tuple[str | None, str | None]] = frozenset(
    {
        (_SNOMED, code)
        for code in ("716186003", "160244002", "409137002", "429625007", "428607008", "160245001")
    }
    | {
        (_IPS, f"no-known-{what}")
        for what in (
            "allergies",
            "medication-allergies",
            "environmental-allergies",
            "food-allergies",
            "medications",
            "problems",
            "procedures",
            "devices",
            "immunizations",
        )
    }
)
# An allergy in words alone, as they are written where nothing is coded.
_IN_WORDS = frozenset(
    {
        *("no known allergies", "no known allergy", "nka"),
        *("no known drug allergies", "no known drug allergy", "nkda"),
    }
)
# What may state that none is known, and what stands in its code if it does: nearly no item is looked at.
_KINDS = frozenset(
    {
        *(_ALLERGY, "Condition", "Procedure", "Immunization"),
        *("MedicationStatement", "MedicationRequest", "DeviceUseStatement"),
    }
)
_MAY_STATE = re.compile("|".join(sorted(code or "" for _, code in _NONE_KNOWN)).encode())
_MAY_SAY = re.compile(rb"no\s+known|nkd?a", re.IGNORECASE)
_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_NOT_STANDING = frozenset({"refuted", "entered-in-error", "inactive", "resolved"})


class _Emptied(msgspec.Struct, gc=False):
    """A list's own word for why it holds nothing (R4 4.0.1: List.emptyReason)."""

    emptyReason: CodeableConcept | None = None  # noqa: N815 - FHIR's own name
    entry: list[msgspec.Raw] = []


_EMPTIED = msgspec.json.Decoder(_Emptied)


def says_none_known(resource: Resource) -> bool:
    """Whether this item, or this list, states that none is known, and the statement stands."""
    header, kind = resource.header, resource.header.resourceType
    if kind == "List":
        return b'"nilknown"' in resource.raw and _is_nil_known(resource.raw)
    if kind not in _KINDS:
        return False
    written = b"".join(map(bytes, (header.code, header.vaccineCode, header.medicationCodeableConcept)))
    if _MAY_STATE.search(written) is None and not (kind == _ALLERGY and _MAY_SAY.search(written)):
        return False
    concept = concept_in(written)
    if concept is None or not _denies(kind, concept):
        return False
    return _NOT_STANDING.isdisjoint(_states_of(header))


def _denies(kind: str, concept: CodeableConcept) -> bool:
    """By a code; by words only where there is no code, and only of an allergy."""
    if any(one.code for one in concept.coding):
        return any((one.system, one.code) in _NONE_KNOWN for one in concept.coding)
    said = " ".join((concept.text or "").split()).casefold()
    return kind == _ALLERGY and said in _IN_WORDS


def _states_of(header: Header) -> set[str | None]:
    found: set[str | None] = set()
    for state in (header.status, header.clinicalStatus, header.verificationStatus):
        found |= {one.code for one in state.coding} if isinstance(state, CodeableConcept) else {state}
    return found


def _is_nil_known(raw: bytes) -> bool:
    try:
        read = _EMPTIED.decode(raw)
    except msgspec.DecodeError:
        return False
    reasons = read.emptyReason.coding if read.emptyReason else ()
    return not read.entry and any((one.system, one.code) == (_EMPTY_REASON, "nilknown") for one in reasons)
