"""An item that states that something is not there: "no known allergies", or a list emptied for that reason.

Such a statement is its source's own, about the person. It is not the same as nothing being recorded.
"""

from __future__ import annotations

import re

import msgspec

from broker.domain.resource import CodeableConcept, Header, Resource, concept_in

_SNOMED = "http://snomed.info/sct"
_IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
# SNOMED CT: no known allergy, no known drug allergy, no known food allergy, no known environmental allergy,
# no current problems or disability, no known problems. International Patient Summary, absent or unknown.
_NONE_KNOWN: frozenset[tuple[str | None, str | None]] = frozenset(
    {(_SNOMED, code) for code in ("716186003", "409137002", "429625007", "428607008", "160245001")}
    | {(_SNOMED, "1231205004")}
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
# Nearly no item states such a thing: its code is looked at only where this is in it.
_MAY_STATE = re.compile("|".join(sorted(code or "" for _, code in _NONE_KNOWN)).encode())
_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_NOT_STANDING = frozenset({"refuted", "entered-in-error", "inactive", "resolved"})


class _Emptied(msgspec.Struct, gc=False):
    """A list's own word for why it holds nothing (R4 4.0.1: List.emptyReason)."""

    emptyReason: CodeableConcept | None = None  # noqa: N815 - FHIR's own name
    entry: list[msgspec.Raw] = []


_EMPTIED = msgspec.json.Decoder(_Emptied)


def says_none_known(resource: Resource) -> bool:
    """Whether this item, or this list, states that none is known, and the statement stands."""
    header = resource.header
    if header.resourceType == "List":
        return b'"nilknown"' in resource.raw and _is_nil_known(resource.raw)
    written = b"".join(map(bytes, (header.code, header.vaccineCode, header.medicationCodeableConcept)))
    if _MAY_STATE.search(written) is None:
        return False
    concept = concept_in(written)
    if concept is None or not any((one.system, one.code) in _NONE_KNOWN for one in concept.coding):
        return False
    return _NOT_STANDING.isdisjoint(_states_of(header))


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
